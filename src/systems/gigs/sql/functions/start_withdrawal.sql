create or replace function :schema.start_withdrawal(
  p_actor_type text, p_actor_id text, p_request_id text, p_worker text, p_task text, p_amount numeric, p_to text,
  p_rail text, p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_id constant text := :schema.new_id('txn');
  v_ids bigint[];
  v_row :schema.transactions;
begin
  -- Taken out of the balance at once: what is on its way cannot be spent again.
  v_ids := :schema.move_money(array['withdrawal ' || v_id || ' take 1'], array['worker:' || p_worker], array['rail'],
    array[p_amount], v_id, p_wide);
  insert into :schema.transactions (id, worker_id, task_id, tx_type, amount, status, rail, to_address, attempts,
    ledger_transfer_id)
  values (v_id, p_worker, p_task, 'withdrawal', p_amount, 'pending', p_rail, p_to, 1, v_ids[1])
  returning * into v_row;
  perform :schema.queue_enqueue('send-transfer', jsonb_build_array(
    jsonb_build_object('payload', jsonb_build_object('transactionId', v_id), 'key', v_id)));
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'request', 'withdrawal', v_id,
    jsonb_build_object('workerId', p_worker, 'amount', trim_scale(p_amount)::text, 'toAddress', p_to), array[p_worker]);
  return :schema.transaction_json(v_row);
end
$$;
comment on function :schema.start_withdrawal(text, text, text, text, text, numeric, text, text, boolean) is
  'Takes the amount out of the worker''s balance, notes the withdrawal and enqueues its sending, together.';
