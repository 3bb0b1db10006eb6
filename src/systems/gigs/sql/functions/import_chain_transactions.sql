create or replace function :schema.import_chain_transactions(p_rows jsonb) returns bigint
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_made text[];
begin
  with made as (
    insert into :schema.chain_transactions (tx_hash, block_number, position, from_address, to_address, value, gas_used,
      fee, status, at)
    select d.tx_hash, d.block_number, d.position, d.from_address, d.to_address, d.value, d.gas_used, d.fee, d.status, d.at
    from jsonb_to_recordset(p_rows) as d(tx_hash text, block_number bigint, position integer, from_address text,
      to_address text, value numeric, gas_used bigint, fee numeric, status text, at timestamptz)
    order by d.tx_hash
    on conflict (tx_hash) do nothing
    returning tx_hash
  )
  select array_agg(m.tx_hash) into v_made from made m;
  -- Transfers that came in before: a log proves that its transaction went through, so only the fee is new.
  update :schema.transactions t
  set metadata = t.metadata || jsonb_build_object('chainFee', c.fee::text), updated_at = clock_timestamp()
  from :schema.chain_transactions c
  where c.tx_hash = any (v_made) and t.tx_hash = c.tx_hash and t.rail = 'ethereum';
  return coalesce(cardinality(v_made), 0);
end
$$;
comment on function :schema.import_chain_transactions(jsonb) is
  'Writes transactions of a chain, each once for its hash, and their fee to the transfers within them; returns how many were new.';
