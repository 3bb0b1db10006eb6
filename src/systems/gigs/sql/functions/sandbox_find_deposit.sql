create or replace function :schema.sandbox_find_deposit(p_reference text) returns jsonb
language sql volatile
set search_path = :schema, pg_temp
as $$
  update :schema.sandbox_deposits s
  set looks = s.looks + 1, updated_at = clock_timestamp(),
    state = case when right(s.reference, 4) = 'fade' and s.looks >= 1 then 'failed' else s.state end,
    reason = case when right(s.reference, 4) = 'fade' and s.looks >= 1 then 'It was dropped from the chain.' else s.reason end,
    confirmations = case when s.state <> 'accepted' or right(s.reference, 4) in ('cafe', 'fade') then s.confirmations
      else least(12, s.confirmations + 4) end
  where s.reference = p_reference
  returning jsonb_build_object('state', s.state, 'platform_id', s.platform_id, 'amount', trim_scale(s.amount)::text,
    'confirmations', s.confirmations, 'reason', s.reason);
$$;
comment on function :schema.sandbox_find_deposit(text) is
  'What the sandbox rail knows of a deposit: each look adds four confirmations. A reference that ends in cafe gets none, one in fade fails at the second look. Null: nothing came in.';
