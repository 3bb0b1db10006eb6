create or replace function :schema.wallet_worker(p_address text) returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_id text;
begin
  select id into v_id from :schema.workers where wallet_address = p_address and wallet_verified_at is not null;
  -- Linking and unlinking hold this lock: a sign-in sees what they have left, or ends with the sessions they end.
  perform from :schema.accounts where id = v_id for no key update;
  select id into v_id from :schema.workers
  where id = v_id and wallet_address = p_address and wallet_verified_at is not null;
  return v_id;
end
$$;
comment on function :schema.wallet_worker(text) is
  'The worker who has proven the address, with its account locked; null when nobody has. An address that was typed in is nobody''s.';
