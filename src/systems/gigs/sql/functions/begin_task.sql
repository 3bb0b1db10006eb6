create or replace function :schema.begin_task(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_worker text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_claim constant boolean := p_operation = 'claim_task';
  v_task :schema.tasks;
begin
  if v_answer is not null then return v_answer; end if;
  if v_claim and p_actor_kind = 'worker' and p_actor_id is distinct from p_worker then
    raise exception 'Worker % cannot take a task for worker %.', p_actor_id, p_worker
      using errcode = 'GH403', constraint = 'not_your_task', column = 'workerId', hint = 'Take it for yourself.';
  end if;
  -- A task without a worker belongs to no worker yet, so who takes it is asked above.
  v_task := :schema.lock_task(case when v_claim and p_actor_kind = 'worker' then 'system' else p_actor_kind end, p_actor_id,
    p_task, case p_operation when 'start_task' then array['worker', 'platform'] else array['platform'] end, '{pending}');
  if v_claim and v_task.worker_id is not null then
    raise exception 'Task % has a worker.', p_task
      using errcode = 'GH409', constraint = 'task_taken', column = 'taskId', hint = 'Take another that is open.';
  elsif p_operation = 'start_task' and v_task.worker_id is null then
    raise exception 'Task % has no worker.', p_task
      using errcode = 'GH409', constraint = 'task_open', column = 'taskId', hint = 'Assign or claim it first.';
  end if;
  perform :schema.check_parties('system', null, null, coalesce(p_worker, v_task.worker_id));
  update :schema.tasks
  set worker_id = coalesce(p_worker, worker_id),
    status = case p_operation when 'assign_task' then status else 'active' end,
    started_at = case p_operation when 'assign_task' then started_at else clock_timestamp() end,
    updated_at = clock_timestamp()
  where id = p_task
  returning * into v_task;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, p_operation, 'task', p_task,
    jsonb_build_object('worker_id', v_task.worker_id), array[v_task.worker_id, v_task.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
end
$$;
comment on function :schema.begin_task(text, text, text, text, text, text, bytea, text, text) is
  'assign_task: a pending task is given to a worker. claim_task: a worker takes an open one and begins it. start_task: its worker begins it.';
