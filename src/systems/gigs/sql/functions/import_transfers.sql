create or replace function :schema.import_transfers(p_import text, p_transfers jsonb) returns bigint
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_made bigint;
begin
  -- Our books stay as they are: this money moved elsewhere. A failed transaction of the chain moved nothing.
  insert into :schema.transactions (asset, tx_hash, log_index, tx_type, amount, status, from_address, to_address, rail,
    block_number, error_message, metadata, processed_at, created_at)
  select d.asset, d.tx_hash, d.log_index, 'transfer', d.amount, coalesce(c.status, 'completed'), d.from_address,
    d.to_address, 'ethereum', d.block_number, case when c.status = 'failed' then 'The chain reverted it.' end,
    d.metadata || jsonb_build_object('importId', p_import)
      || case when c.tx_hash is null then '{}' else jsonb_build_object('chainFee', c.fee::text) end,
    d.at, d.at
  from jsonb_to_recordset(p_transfers) as d(asset text, tx_hash text, log_index integer, amount numeric,
    from_address text, to_address text, block_number bigint, metadata jsonb, at timestamptz)
  left join :schema.chain_transactions c on c.tx_hash = d.tx_hash
  order by d.tx_hash, d.log_index
  on conflict (tx_hash, log_index) where tx_hash is not null do nothing;
  get diagnostics v_made = row_count;
  return v_made;
end
$$;
comment on function :schema.import_transfers(text, jsonb) is
  'Writes token transfers seen on a chain, each once for its hash and log index, with outcome and fee where the chain''s transaction is known; returns how many were new.';
