create or replace function :schema.note_deposit(
  p_rail text, p_reference text, p_platform text, p_amount numeric, p_state text, p_confirmations integer,
  p_final integer, p_tx_hash text, p_log_index integer, p_block bigint, p_reason text, p_delay_s double precision,
  p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_row :schema.transactions;
  v_ids bigint[];
  v_done constant boolean := p_state = 'accepted' and p_confirmations >= p_final;
  v_at constant timestamptz(3) := clock_timestamp();
begin
  if not exists (select from :schema.platforms where id = p_platform) then
    raise exception 'Platform not found' using errcode = 'GH404', constraint = 'platform_not_found',
      column = 'platformId', detail = jsonb_build_object('platformId', p_platform)::text,
      hint = 'Register it first.';
  end if;
  -- A reference that another call is just using is waited for; then its deposit is found.
  insert into :schema.transactions (platform_id, tx_type, amount, status, rail, rail_reference)
  values (p_platform, 'deposit', p_amount, 'pending', p_rail, p_reference)
  on conflict (rail, rail_reference) where rail_reference is not null do nothing
  returning * into v_row;
  if v_row.id is null then
    select * into v_row from :schema.transactions where rail = p_rail and rail_reference = p_reference
    for no key update;
    if (v_row.platform_id, v_row.tx_type, v_row.amount) is distinct from (p_platform, 'deposit', p_amount) then
      raise exception 'The reference "%" of % belongs to another movement.', p_reference, p_rail
        using errcode = 'GH409', constraint = 'reference_used', column = 'reference',
          hint = 'Each deposit has a reference of its own.';
    end if;
    if v_row.status <> 'pending' then
      return jsonb_build_object('id', v_row.id, 'status', v_row.status, 'was_over', true);
    end if;
  else
    perform :schema.record_action('system', null, null, 'announced', 'deposit', v_row.id,
      jsonb_build_object('platformId', p_platform, 'amount', trim_scale(p_amount)::text), array[p_platform]);
    if p_state = 'accepted' and not v_done then
      -- A rail may announce it once and never again: it is asked until it is final.
      perform :schema.queue_enqueue('confirm-deposit', jsonb_build_array(jsonb_build_object(
        'payload', jsonb_build_object('transactionId', v_row.id), 'key', v_row.id, 'delayS', p_delay_s)));
    end if;
  end if;
  if v_done then
    v_ids := :schema.move_money(array['deposit ' || v_row.id], array['bank'], array['platform:' || p_platform],
      array[p_amount], v_row.id, p_wide);
  end if;
  update :schema.transactions
  set status = case when p_state = 'failed' then 'failed' when v_done then 'completed' else 'pending' end,
    ledger_transfer_id = v_ids[1], tx_hash = coalesce(p_tx_hash, tx_hash), log_index = coalesce(p_log_index, log_index),
    block_number = coalesce(p_block, block_number),
    blockchain_confirmations = greatest(blockchain_confirmations, p_confirmations),
    error_message = case when p_state = 'failed' then p_reason end,
    processed_at = case when p_state = 'failed' or v_done then v_at end, updated_at = v_at
  where id = v_row.id returning * into v_row;
  if v_row.status <> 'pending' then
    perform :schema.record_action('system', null, null, case when v_done then 'complete' else 'fail' end, 'deposit',
      v_row.id, jsonb_build_object('platformId', p_platform, 'amount', trim_scale(p_amount)::text,
        'txHash', v_row.tx_hash, 'error', v_row.error_message), array[p_platform]);
  end if;
  return jsonb_build_object('id', v_row.id, 'status', v_row.status, 'was_over', false);
end
$$;
comment on function :schema.note_deposit(
  text, text, text, numeric, text, integer, integer, text, integer, bigint, text, double precision, boolean
) is
  'Writes down what the rail says of a deposit: pending first, booked once with enough confirmations, failed when the rail dropped it. What is over stays as it is; another platform or amount under the same reference is refused.';
