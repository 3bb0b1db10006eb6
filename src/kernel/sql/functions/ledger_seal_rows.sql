create or replace function :schema.ledger_seal_rows(p_after bigint, p_up_to bigint) returns text
language sql stable
set search_path = :schema, pg_temp
as $$
  -- Every column, in a form that no setting of the session changes; the order is part of what is sealed.
  select string_agg(concat_ws(' ', t.id, extract(epoch from at), t.debit_account, t.debit_slot, t.credit_account,
    t.credit_slot, t.asset_id, t.kind, t.key, t.amount, coalesce(t.hold_id::text, '-'),
    coalesce(extract(epoch from expires_at)::text, '-'), quote_nullable(t.reference), quote_nullable(t.metadata::text)),
    e'\n' order by t.id)
  from :schema.ledger_transfers t
  where t.id > p_after and t.id <= p_up_to;
$$;
comment on function :schema.ledger_seal_rows(bigint, bigint) is
  'The transfers after one id, up to and with another, as the text whose SHA-256 is the digest of their seal; null when there are none.';
