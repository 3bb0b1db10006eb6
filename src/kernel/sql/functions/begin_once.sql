create or replace function :schema.begin_once(
  p_account text, p_key text, p_operation text, p_request_sha256 bytea
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_stored record;
begin
  if p_key is null then return null; end if;
  -- Waits for a call with the same key that is under way.
  insert into :schema.idempotency_keys (account, key, operation, request_sha256)
  values (p_account, p_key, p_operation, p_request_sha256)
  on conflict (account, key) do nothing;
  if found then return null; end if;
  select k.request_sha256, k.operation, k.answer into v_stored
  from :schema.idempotency_keys k where k.account = p_account and k.key = p_key;
  if v_stored.request_sha256 is distinct from p_request_sha256 then
    raise exception 'The idempotency key "%" was used before with other content.', p_key
      using errcode = 'GH422', column = 'idempotencyKey', constraint = 'idempotency_key_reused',
        detail = jsonb_build_object('operation', v_stored.operation)::text,
        hint = 'Send the first content again to get its answer, or use a new key for a new change.';
  end if;
  return v_stored.answer;
end
$$;
comment on function :schema.begin_once(text, text, text, bytea) is
  'For functions that do their work in one round trip: null when the work is still to do (or no key was given), else the answer stored for the key. Other content under the key is refused.';
