create or replace function :schema.split_payment(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_workers text[], p_amounts numeric[], p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_task :schema.tasks;
  v_sum numeric;
  v_worker text;
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
begin
  if v_answer is not null then return v_answer; end if;
  select * into v_task from :schema.tasks where id = p_task for no key update;
  if v_task.id is null or v_task.status <> 'completed' then
    perform :schema.refuse(:schema.payment_refusal(v_task, p_task, null));
  end if;
  perform :schema.refuse(:schema.hold_refusal(v_task));
  select g.worker into v_worker from unnest(p_workers) as g(worker)
  where not exists (select from :schema.workers w where w.id = g.worker) limit 1;
  if v_worker is not null then
    raise exception 'Worker not found' using errcode = 'GH404', constraint = 'worker_not_found', column = 'workerId',
      detail = jsonb_build_object('workerId', v_worker)::text,
      hint = 'Shares go to registered workers.';
  end if;
  select t.worker_id into v_worker from :schema.transactions t
  where t.task_id = p_task and t.tx_type = 'payout' and t.stream_id is null and t.worker_id = any (p_workers)
    and t.status in ('pending', 'processing', 'completed') limit 1;
  if v_worker is not null then
    raise exception 'Task already paid' using errcode = 'GH409', constraint = 'task_already_paid', column = 'shares',
      detail = jsonb_build_object('taskId', p_task, 'workerId', v_worker)::text,
      hint = 'A worker is paid once for a task: leave the worker out.';
  end if;
  select sum(a) into v_sum from unnest(p_amounts) as a;
  if v_sum > v_task.escrowed_amount then
    raise exception 'The shares are % USDC, and task % has % in escrow.', trim_scale(v_sum), p_task,
      trim_scale(v_task.escrowed_amount)
      using errcode = 'GH429', constraint = 'insufficient_escrow', column = 'shares',
        detail = jsonb_build_object('taskId', p_task, 'available', trim_scale(v_task.escrowed_amount)::text)::text,
        hint = 'Pay less.';
  end if;
  v_answer := to_jsonb(:schema.post_payouts(p_actor_type, p_actor_id, p_request_id,
    array_fill(p_task, array[cardinality(p_workers)]), p_workers, p_amounts, '{"split": true}', p_wide));
  return :schema.end_once(p_account, p_key, v_answer);
end
$$;
comment on function :schema.split_payment(text, text, text, text, text, text, bytea, text, text[], numeric[], boolean) is
  'Pays several workers from the escrow of one completed task, each once; what is not shared out stays in escrow.';
