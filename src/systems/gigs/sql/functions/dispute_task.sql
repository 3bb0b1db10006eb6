create or replace function :schema.dispute_task(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_by text, p_reason text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_task :schema.tasks;
begin
  if v_answer is not null then return v_answer; end if;
  v_task := :schema.lock_task(p_actor_kind, p_actor_id, p_task,
    case when p_by in ('worker', 'platform') then array[p_by] else array[]::text[] end, '{pending,active,completed}');
  if v_task.worker_id is null then
    raise exception 'Task % has no worker: there is nobody to dispute with.', p_task
      using errcode = 'GH409', constraint = 'task_open', column = 'taskId', hint = 'Cancel it.';
  end if;
  update :schema.tasks
  set status = 'disputed', was_disputed = true, disputed_at = clock_timestamp(), updated_at = clock_timestamp()
  where id = p_task;
  insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, reason, metadata)
  values (v_task.worker_id, p_task, 'dispute_filed', 0, 'Dispute filed by the ' || p_by || ': ' || p_reason,
    jsonb_build_object('by', p_by));
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'dispute_task', 'task', p_task,
    jsonb_build_object('by', p_by, 'reason', p_reason, 'was', v_task.status), array[v_task.worker_id, v_task.platform_id]);
  select * into v_task from :schema.tasks where id = p_task;
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
end
$$;
comment on function :schema.dispute_task(text, text, text, text, text, text, bytea, text, text, text) is
  'Freezes a task that has a worker until the dispute is resolved: it is neither paid nor cancelled meanwhile. Costs no points; what is found may.';
