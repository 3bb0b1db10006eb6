create or replace function :schema.retry_withdrawal(
  p_actor_type text, p_actor_id text, p_request_id text, p_id text, p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_row :schema.transactions;
begin
  select * into v_row from :schema.transactions where id = p_id for no key update;
  if not found then
    raise exception 'Transaction not found' using errcode = 'GH404', constraint = 'transaction_not_found',
      column = 'transactionId', detail = jsonb_build_object('transactionId', p_id)::text,
      hint = 'listTransactions shows those of a worker.';
  end if;
  if v_row.status = 'completed' then
    raise exception 'Transaction already completed' using errcode = 'GH409', constraint = 'transaction_completed',
      column = 'transactionId', detail = jsonb_build_object('transactionId', p_id)::text,
      hint = 'The money has arrived: withdraw more in a call of its own.';
  end if;
  if v_row.status <> 'failed' or v_row.tx_type <> 'withdrawal' then
    raise exception 'Transaction % is a % that is %, and cannot be retried.', p_id, v_row.tx_type, v_row.status
      using errcode = 'GH409', constraint = 'transaction_not_failed', column = 'transactionId',
        hint = 'Only a withdrawal that has failed can: one under way is looked after.';
  end if;
  perform :schema.move_money(array['withdrawal ' || p_id || ' take ' || v_row.attempts + 1],
    array['worker:' || v_row.worker_id], array['rail'], array[v_row.amount], p_id, p_wide);
  update :schema.transactions
  set status = 'processing', attempts = attempts + 1, submitted_at = null, rail_reference = null, tx_hash = null,
    block_number = null, blockchain_confirmations = 0, error_message = null, processed_at = null,
    updated_at = clock_timestamp()
  where id = p_id returning * into v_row;
  perform :schema.queue_enqueue('send-transfer', jsonb_build_array(
    jsonb_build_object('payload', jsonb_build_object('transactionId', p_id), 'key', p_id)));
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'retry', 'withdrawal', p_id,
    jsonb_build_object('attempt', v_row.attempts), array[v_row.worker_id]);
  return :schema.transaction_json(v_row);
end
$$;
comment on function :schema.retry_withdrawal(text, text, text, text, boolean) is
  'Sends a failed withdrawal again, under a new reference, after taking its amount out of the balance again.';
