create or replace function :schema.refund_task(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_task :schema.tasks;
  v_refund :schema.transactions;
  v_ids bigint[];
  v_at constant timestamptz(3) := clock_timestamp();
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
begin
  if v_answer is not null then return v_answer; end if;
  select * into v_task from :schema.tasks where id = p_task for no key update;
  if v_task.id is null then perform :schema.refuse(:schema.payment_refusal(v_task, p_task, null)); end if;
  if v_task.escrowed_amount = 0 then
    raise exception 'Task % has nothing in escrow.', p_task
      using errcode = 'GH409', constraint = 'nothing_to_refund', column = 'taskId',
        hint = 'All of it is paid or given back: look at paidAmount.';
  end if;
  -- What a worker has earned is not the platform's to take back.
  if not (v_task.status = 'cancelled' or (v_task.status = 'completed' and (
      v_task.verification_status = 'rejected' or exists (
        select from :schema.transactions t where t.task_id = p_task and t.tx_type = 'payout' and t.status = 'completed')
    ))) or exists (
      select from :schema.streams s where s.task_id = p_task and s.status in ('active', 'paused', 'insolvent')
    ) then
    raise exception 'Task % cannot be refunded: nobody was paid for it, and it is neither cancelled nor rejected.', p_task
      using errcode = 'GH409', constraint = 'task_not_refundable', column = 'taskId',
        detail = jsonb_build_object('taskId', p_task, 'status', v_task.status)::text,
        hint = 'Pay it first, or cancel or reject it; end its streams.';
  end if;
  v_ids := :schema.move_money(array['task ' || p_task || ' refund ' || v_task.paid_amount],
    array['escrow:' || v_task.platform_id], array['platform:' || v_task.platform_id],
    array[v_task.escrowed_amount::numeric], p_task, p_wide);
  update :schema.tasks set escrowed_amount = 0, updated_at = v_at,
    paid_at = case when status = 'completed' and paid_amount > 0 then v_at else paid_at end
  where id = p_task;
  insert into :schema.transactions (worker_id, platform_id, task_id, tx_type, amount, status, processed_at,
    ledger_transfer_id)
  values (null, v_task.platform_id, p_task, 'refund', v_task.escrowed_amount, 'completed', v_at, v_ids[1])
  returning * into v_refund;
  v_answer := :schema.transaction_json(v_refund);
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'refund', 'task', p_task,
    jsonb_build_object('transactionId', v_refund.id, 'amount', v_answer ->> 'amount'),
    array_remove(array[v_task.platform_id, v_task.worker_id], null));
  return :schema.end_once(p_account, p_key, v_answer);
end
$$;
comment on function :schema.refund_task(text, text, text, text, text, text, bytea, text, boolean) is
  'Gives what is left in the escrow of a task back to its platform, after payouts, a cancellation or a rejection.';
