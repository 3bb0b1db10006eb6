create or replace function :schema.record_action(
  p_actor_type text, p_actor_id text, p_request_id text, p_action text, p_resource_type text, p_resource_id text,
  p_metadata jsonb, p_audiences text[] default '{}', p_before jsonb default null, p_after jsonb default null
) returns boolean
language sql volatile
set search_path = :schema, pg_temp
as $$
  insert into :schema.audit_logs (actor_type, actor_id, request_id, action, resource_type, resource_id, metadata,
    changes_before, changes_after)
  values (p_actor_type, p_actor_id, p_request_id, p_action, p_resource_type, p_resource_id, coalesce(p_metadata, '{}'),
    p_before, p_after);
  -- An event a reader: a worker and a platform may both see what happened to their task.
  insert into :schema.outbox (type, subject, audience, payload)
  select :schema.event_type(p_resource_type, p_action), p_resource_id, a.audience, coalesce(p_metadata, '{}')
  from unnest(case when cardinality(p_audiences) = 0 then array[null::text] else p_audiences end) as a(audience);
  select true;
$$;
comment on function :schema.record_action(text, text, text, text, text, text, jsonb, text[], jsonb, jsonb) is
  'Writes the audit entry of an action and an event for each of its audiences (none: administrators only); call it in the transaction of the action.';
