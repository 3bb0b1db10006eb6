create or replace function :schema.submit_task(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_verification jsonb, p_proof text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_task :schema.tasks;
begin
  if v_answer is not null then return v_answer; end if;
  v_task := :schema.lock_task(p_actor_kind, p_actor_id, p_task, '{worker}', '{active}');
  -- A verdict was on what was handed in before.
  update :schema.tasks
  set verification_data = coalesce(p_verification, verification_data), completion_proof = coalesce(p_proof, completion_proof),
    verification_status = 'pending', verified_by = null, updated_at = clock_timestamp()
  where id = p_task
  returning * into v_task;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'submit_task', 'task', p_task,
    jsonb_build_object('completion_proof', v_task.completion_proof), array[v_task.worker_id, v_task.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
end
$$;
comment on function :schema.submit_task(text, text, text, text, text, text, bytea, text, jsonb, text) is
  'The worker hands in what proves an active task; it stays active until somebody completes it, and waits for a verdict.';
