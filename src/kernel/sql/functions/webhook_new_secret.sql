create or replace function :schema.webhook_new_secret() returns bytea
language sql volatile
set search_path = :schema, pg_temp
as $$
  -- Two random UUIDs hold 244 bits; hashing spreads them over 32 bytes. Made here, so that no statement log has it.
  select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
$$;
comment on function :schema.webhook_new_secret() is 'A new signing key of 32 bytes.';
