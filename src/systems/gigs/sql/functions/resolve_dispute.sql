create or replace function :schema.resolve_dispute(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_outcome text, p_severity integer, p_note text, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_task :schema.tasks;
  v_reputation jsonb := '{}';
begin
  if v_answer is not null then return v_answer; end if;
  v_task := :schema.lock_task(p_actor_kind, p_actor_id, p_task, '{}', '{disputed}');
  if p_outcome <> 'complete' and v_task.paid_amount = v_task.amount then
    raise exception 'Task % is paid: its dispute can only end with the task completed.', p_task
      using errcode = 'GH409', constraint = 'task_paid', column = 'outcome',
        hint = 'Resolve it as complete, with the severity that was found.';
  end if;
  if p_outcome = 'cancel' then
    perform :schema.return_escrow(v_task, p_wide);
  else
    update :schema.tasks
    set status = case p_outcome when 'complete' then 'completed' else 'active' end,
      started_at = coalesce(started_at, clock_timestamp()),
      completed_at = case p_outcome when 'complete' then coalesce(completed_at, greatest(clock_timestamp(), started_at)) end,
      updated_at = clock_timestamp()
    where id = p_task;
  end if;
  select * into v_task from :schema.tasks where id = p_task;
  insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, reason, metadata)
  values (v_task.worker_id, p_task, 'dispute_resolved', -10 * p_severity,
    'Dispute resolved: ' || p_outcome || coalesce(', ' || p_note, ''), jsonb_build_object('severity', p_severity));
  if p_outcome = 'complete' then v_reputation := :schema.add_completion_events(v_task, 10); end if;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'resolve_dispute', 'task', p_task,
    v_reputation || jsonb_build_object('outcome', p_outcome, 'severity', p_severity, 'note', p_note),
    array[v_task.worker_id, v_task.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
end
$$;
comment on function :schema.resolve_dispute(text, text, text, text, text, text, bytea, text, text, integer, text, boolean) is
  'Ends a dispute: the task is completed (with its points, if it has none yet), cancelled or active again, and each step of severity takes 10 points.';
