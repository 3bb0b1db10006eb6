create or replace function :schema.ledger_key(p_key text) returns uuid
language sql immutable parallel safe
set search_path = :schema, pg_temp
as $$
  select encode(substring(sha256(convert_to(p_key, 'UTF8')) from 1 for 16), 'hex')::uuid;
$$;
comment on function :schema.ledger_key(text) is
  'The caller''s idempotency key as the journal keeps it: 128 bits, whatever its length.';
