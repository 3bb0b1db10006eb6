create or replace function :schema.webhook_create_endpoint(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_id text,
  p_owner_id text,
  p_url text,
  p_description text,
  p_event_types text[],
  p_max_endpoints integer
)
returns bytea
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_secret bytea := :schema.webhook_new_secret();
begin
  -- The lock makes the count below exact.
  perform from :schema.accounts as a where a.id = p_owner_id for no key update;

  if not found then
    raise exception using
      errcode = 'GH404',
      constraint = 'account_unknown',
      message = format('There is no account %s.', p_owner_id);
  end if;

  if p_max_endpoints <= (select count(*) from :schema.webhook_endpoints as e where e.owner_id = p_owner_id) then
    raise exception using
      errcode = 'GH429',
      constraint = 'too_many_webhooks',
      message = format('Account %s has %s webhook endpoints, which is the limit.', p_owner_id, p_max_endpoints),
      hint = 'Delete one that is not used any more, or let one endpoint take more event types.';
  end if;

  insert into :schema.webhook_endpoints (id, owner_id, url, description, event_types)
  values (p_id, p_owner_id, p_url, p_description, p_event_types);

  insert into :schema.webhook_secrets (endpoint_id, generation, secret)
  values (p_id, 1, v_secret);

  perform :schema.record_change(
    p_actor_kind, p_actor_id, p_request_id, 'webhook.created', p_id, p_owner_id, null,
    jsonb_build_object('url', p_url, 'eventTypes', p_event_types)
  );

  update :schema.webhook_endpoints as e
  set after_event_id = o.id
  from :schema.outbox as o
  where e.id = p_id
    and o.xid = pg_current_xact_id()
    and o.subject = p_id;

  return v_secret;
end
$$;

comment on function :schema.webhook_create_endpoint(text, text, text, text, text, text, text, text[], integer) is
  'Adds an endpoint within the owner''s limit and returns its signing key, which is shown to the owner once.';
