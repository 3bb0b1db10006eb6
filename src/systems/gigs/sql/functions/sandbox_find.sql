create or replace function :schema.sandbox_find(p_reference text) returns jsonb
language sql volatile
set search_path = :schema, pg_temp
as $$
  update :schema.sandbox_transfers s
  set looks = s.looks + 1, updated_at = clock_timestamp(),
    state = case when s.state = 'accepted' and right(s.to_address, 4) = 'fade' and s.looks >= 1 then 'failed'
      else s.state end,
    reason = case when s.state = 'accepted' and right(s.to_address, 4) = 'fade' and s.looks >= 1
      then 'It was dropped from the chain.' else s.reason end,
    confirmations = case when s.state <> 'accepted' or right(s.to_address, 4) in ('cafe', 'fade') then s.confirmations
      else least(12, s.confirmations + 4) end
  where s.reference = p_reference and s.state <> 'lost'
  returning jsonb_build_object('state', case s.state when 'accepted' then 'accepted' else 'failed' end,
    'rail_reference', s.tx_hash, 'tx_hash', s.tx_hash, 'confirmations', s.confirmations, 'reason', s.reason);
$$;
comment on function :schema.sandbox_find(text) is
  'The sandbox rail''s find: each look adds four confirmations. An address that ends in cafe gets none, one in fade fails at the second look. Null: nothing was sent.';
