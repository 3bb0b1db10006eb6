create or replace function :schema.signing_key() returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_kid text;
begin
  select s.kid into v_kid
  from :schema.auth_secrets as s
  where s.verify_until is null;

  if found then
    return v_kid;
  end if;

  -- Made here, not by the caller: a value sent as a parameter could end up in the server's statement log.
  -- Each uuid holds 122 bits from the strong random source; the hash draws 256 bits from 366.
  insert into :schema.auth_secrets (kid, secret)
  values (
    'k_' || left(replace(gen_random_uuid()::text, '-', ''), 16),
    sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
  )
  on conflict do nothing
  returning kid into v_kid;

  if v_kid is null then
    -- Another process was quicker; its key is visible to this new statement.
    select s.kid into strict v_kid
    from :schema.auth_secrets as s
    where s.verify_until is null;
  end if;

  return v_kid;
end
$$;

comment on function :schema.signing_key() is
  'Id of the key that signs access tokens now; makes the first one, once for all processes.';
