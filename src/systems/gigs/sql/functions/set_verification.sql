create or replace function :schema.set_verification(
  p_actor_kind text, p_actor_id text, p_request_id text, p_task text, p_status text, p_by text, p_data jsonb
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_task :schema.tasks;
  v_before text;
begin
  select * into v_task from :schema.tasks where id = p_task for no key update;
  if not found then
    raise exception 'Task % not found.', p_task
      using errcode = 'GH404', constraint = 'task_not_found', column = 'taskId',
        hint = 'listTasks shows those there are.';
  elsif v_task.status = 'cancelled' then
    raise exception 'Task % is cancelled.', p_task
      using errcode = 'GH409', constraint = 'task_cancelled', column = 'taskId',
        hint = 'Nothing is paid for it: post another task.';
  elsif p_by = 'auto' and v_task.verification_status <> 'pending' then
    raise exception 'Task % is % already.', p_task, v_task.verification_status
      using errcode = 'GH409', constraint = 'already_verified', column = 'taskId',
        detail = jsonb_build_object('verificationStatus', v_task.verification_status)::text,
        hint = 'A second look is for reviewTask: trying evidence until it passes is no verification.';
  elsif p_status = 'rejected' and v_task.paid_amount > 0 then
    raise exception 'Task % is paid already.', p_task
      using errcode = 'GH409', constraint = 'already_paid', column = 'taskId', hint = 'Open a dispute.';
  end if;
  v_before := v_task.verification_status;
  update :schema.tasks set verification_status = p_status, verified_by = p_by,
    verification_data = coalesce(verification_data, '{}')
      || case p_by when 'auto' then p_data else jsonb_build_object('review', p_data) end,
    updated_at = clock_timestamp()
  where id = p_task returning * into v_task;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id,
    case p_by when 'auto' then 'verify_task' else 'review_task' end, 'task', p_task,
    case p_by when 'auto' then p_data -> 'verification' else p_data end,
    array_remove(array[v_task.platform_id, v_task.worker_id], null),
    jsonb_build_object('verificationStatus', v_before), jsonb_build_object('verificationStatus', p_status));
  return :schema.task_json(v_task);
end
$$;
comment on function :schema.set_verification(text, text, text, text, text, text, jsonb) is
  'Stores the verdict on a task. An automatic one is given once, while it is pending; a manual one (p_by) may overrule, but never reject what is paid.';
