create or replace function :schema.note_transfer(
  p_id text, p_round integer, p_state text, p_confirmations integer, p_final integer, p_rail_reference text,
  p_tx_hash text, p_block bigint, p_reason text, p_wide boolean default false
) returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_row :schema.transactions;
  v_done constant boolean := p_state = 'accepted' and p_confirmations >= p_final;
  v_at constant timestamptz(3) := clock_timestamp();
begin
  select * into v_row from :schema.transactions where id = p_id for no key update;
  -- One that is pending here was sent all the same if the rail knows it, such as after a restore: it is not sent again.
  if coalesce(v_row.status not in ('pending', 'processing'), true) or v_row.attempts <> p_round then
    return v_row.status;
  end if;
  if p_state = 'failed' then
    perform :schema.move_money(array['withdrawal ' || p_id || ' back ' || p_round], array['rail'],
      array['worker:' || v_row.worker_id], array[v_row.amount], p_id, p_wide);
  elsif v_done then
    perform :schema.move_money(array['withdrawal ' || p_id || ' sent ' || p_round], array['rail'], array['bank'],
      array[v_row.amount], p_id, p_wide);
  end if;
  update :schema.transactions
  set status = case when p_state = 'failed' then 'failed' when v_done then 'completed' else 'processing' end,
    rail_reference = coalesce(p_rail_reference, rail_reference), tx_hash = coalesce(p_tx_hash, tx_hash),
    block_number = coalesce(p_block, block_number),
    blockchain_confirmations = greatest(blockchain_confirmations, p_confirmations),
    error_message = case when p_state = 'failed' then p_reason end,
    submitted_at = coalesce(submitted_at, v_at),
    processed_at = case when p_state = 'failed' or v_done then v_at end, updated_at = v_at
  where id = p_id returning * into v_row;
  if v_row.status <> 'processing' then
    perform :schema.record_action('system', null, null, case when v_done then 'complete' else 'fail' end, 'withdrawal',
      p_id, jsonb_build_object('workerId', v_row.worker_id, 'amount', trim_scale(v_row.amount)::text,
        'txHash', v_row.tx_hash, 'error', v_row.error_message), array[v_row.worker_id]);
  end if;
  return v_row.status;
end
$$;
comment on function :schema.note_transfer(text, integer, text, integer, integer, text, text, bigint, text, boolean) is
  'Writes down what the rail says of a withdrawal: with enough confirmations it is completed, refused or failed for good the money is back in the balance. What is about an earlier round, or comes again, changes nothing.';
