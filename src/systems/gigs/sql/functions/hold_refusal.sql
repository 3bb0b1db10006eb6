create or replace function :schema.hold_refusal(p_task :schema.tasks) returns jsonb
language plpgsql stable
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each payment.
begin
  if p_task.hold_until > clock_timestamp() then
    return jsonb_build_object('state', 'GH409',
      'message', format('Task %s is held until %s.', p_task.id, to_char(p_task.hold_until at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
      'reason', 'task_held', 'details', jsonb_build_object('taskId', p_task.id, 'holdUntil', p_task.hold_until),
      'hint', 'It is paid by itself when that time has come and it is approved.');
  end if;
  if p_task.verification_status in ('flagged', 'rejected') then
    return jsonb_build_object('state', 'GH409',
      'message', format('Task %s is %s.', p_task.id, p_task.verification_status), 'reason', 'not_verified',
      'details', jsonb_build_object('taskId', p_task.id, 'verificationStatus', p_task.verification_status),
      'hint', 'Approve it first.');
  end if;
  if exists (
    select from :schema.streams s where s.task_id = p_task.id and s.status in ('active', 'paused', 'insolvent')
  ) then
    return jsonb_build_object('state', 'GH409', 'message', format('Task %s is being paid by a stream.', p_task.id),
      'reason', 'task_streaming', 'details', jsonb_build_object('taskId', p_task.id),
      'hint', 'Wait for its end, or cancel it.');
  end if;
  return null;
end
$$;
comment on function :schema.hold_refusal(:schema.tasks) is
  'Why nothing may leave the escrow of a completed task for a worker just now, or null: held, flagged or rejected, a stream that is not over.';
