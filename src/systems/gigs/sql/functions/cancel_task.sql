create or replace function :schema.cancel_task(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_reason text, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_before :schema.tasks;
  v_task :schema.tasks;
begin
  if v_answer is not null then return v_answer; end if;
  v_before := :schema.lock_task(p_actor_kind, p_actor_id, p_task, '{platform}', '{pending,active}');
  perform :schema.return_escrow(v_before, p_wide);
  select * into v_task from :schema.tasks where id = p_task;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'cancel_task', 'task', p_task,
    jsonb_build_object('reason', p_reason, 'returned', trim_scale(v_before.escrowed_amount)::text),
    array_remove(array[v_task.worker_id, v_task.platform_id], null));
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
end
$$;
comment on function :schema.cancel_task(text, text, text, text, text, text, bytea, text, text, boolean) is
  'Cancels a task that is pending or active; what of it is unpaid goes back to the platform.';
