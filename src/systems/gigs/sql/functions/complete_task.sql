create or replace function :schema.complete_task(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_delta integer, p_verification jsonb, p_proof text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_task :schema.tasks;
  v_reputation jsonb;
begin
  if v_answer is not null then return v_answer; end if;
  v_task := :schema.lock_task(p_actor_kind, p_actor_id, p_task, '{platform}', '{active}');
  update :schema.tasks
  set status = 'completed', completed_at = greatest(clock_timestamp(), started_at),
    verification_data = coalesce(p_verification, verification_data), completion_proof = coalesce(p_proof, completion_proof),
    updated_at = clock_timestamp()
  where id = p_task
  returning * into v_task;
  v_reputation := :schema.add_completion_events(v_task, p_delta);
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'complete_task', 'task', p_task,
    v_reputation || jsonb_build_object('amount', trim_scale(v_task.amount)::text), array[v_task.worker_id, v_task.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task) || v_reputation);
end
$$;
comment on function :schema.complete_task(text, text, text, text, text, text, bytea, text, integer, jsonb, text) is
  'Completes an active task, with its points for the worker. Paying it is another step.';
