create or replace function :schema.begin_calls(p_calls jsonb) returns void
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_new bigint;
begin
  -- In one order always: of two lists with a common key one waits, and never each for the other.
  insert into :schema.idempotency_keys (account, key, operation, request_sha256)
  select c.account, c.key, c.operation, decode(c.request, 'hex')
  from jsonb_to_recordset(p_calls) as c(account text, key text, operation text, request text)
  where c.key is not null
  order by c.account, c.key
  on conflict (account, key) do nothing;
  get diagnostics v_new = row_count;
  perform :schema.must_be_plain(v_new = (
    select count(*) from jsonb_to_recordset(p_calls) as c(key text) where c.key is not null));
end
$$;
comment on function :schema.begin_calls(jsonb) is
  'begin_once for calls that go together; raises when a key was used before.';
