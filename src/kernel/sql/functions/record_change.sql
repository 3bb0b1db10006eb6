create or replace function :schema.record_change(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_action text,
  p_subject text,
  p_audience text,
  p_before jsonb,
  p_after jsonb
) returns boolean
language sql volatile
set search_path = :schema, pg_temp
as $$
  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, before, after)
  values (p_actor_kind, p_actor_id, p_request_id, p_action, p_subject, p_before, p_after);
  insert into :schema.outbox (type, subject, audience, payload)
  values (p_action, p_subject, p_audience, coalesce(p_after, p_before, '{}'));
  select true;
$$;
comment on function :schema.record_change(text, text, text, text, text, text, jsonb, jsonb) is
  'Writes the audit entry and the event of one change; call it in the transaction, or the statement, of the change.';
