create or replace function :schema.end_calls(
  p_calls jsonb, p_records jsonb, p_answers jsonb[]
) returns jsonb
language plpgsql
-- Planned once, perhaps while the tables were small: so every row is looked up by its key, lateral with a limit, or the
-- plan could walk through a table that has grown since.
set search_path = :schema, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_keys text[];
begin
  if p_records is not null then
    insert into :schema.audit_logs (id, actor_type, actor_id, request_id, action, resource_type, resource_id, metadata)
    select coalesce(r.audit_id, c.audit_id), c.actor_kind, c.actor_id, c.request_id, r.action, r.type, r.id, r.metadata
    from jsonb_to_recordset(p_records) as r(place integer, audit_id text, action text, type text, id text, metadata jsonb)
    -- By its place, from 1 on: a join would compare every record with every call.
    cross join lateral jsonb_to_record(p_calls -> (r.place - 1))
      as c(audit_id text, actor_kind text, actor_id text, request_id text);
    insert into :schema.outbox (type, subject, audience, payload)
    select r.event, r.id, a.audience, coalesce(r.payload, r.metadata)
    from jsonb_to_recordset(p_records) as r(event text, id text, metadata jsonb, payload jsonb, audiences jsonb)
    cross join lateral jsonb_array_elements_text(r.audiences) as a(audience)
    where a.audience is not null;
  end if;
  if p_answers is not null then
    v_keys := array(
      select c.account || ' ' || c.key
      from jsonb_to_recordset(p_calls) as c(place integer, account text, key text) order by c.place);
    update :schema.idempotency_keys k
    set answer = p_answers[array_position(v_keys, k.account || ' ' || k.key)]
    where k.account = any (array(select c.account from jsonb_to_recordset(p_calls) as c(account text)))
      and k.key = any (array(select c.key from jsonb_to_recordset(p_calls) as c(key text)))
      and array_position(v_keys, k.account || ' ' || k.key) is not null;
  end if;
  return to_jsonb(p_answers);
end
$$;
comment on function :schema.end_calls(jsonb, jsonb, jsonb[]) is
  'Audit entries and events of calls that went together, and their answers stored for their keys; either is left for another call when it is null.';
