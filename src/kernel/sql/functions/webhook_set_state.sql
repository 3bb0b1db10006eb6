create or replace function :schema.webhook_set_state(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_id text,
  p_state text,
  p_reason text
)
returns boolean
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_endpoint :schema.webhook_endpoints%rowtype;
  v_now timestamptz(3);
begin
  select e.* into v_endpoint
  from :schema.webhook_endpoints as e
  where e.id = p_id
  for no key update;

  if not found then
    raise exception using
      errcode = 'GH404',
      constraint = 'webhook_unknown',
      message = format('There is no webhook endpoint %s.', p_id);
  end if;

  if v_endpoint.state = p_state then
    return false;
  end if;

  v_now := clock_timestamp();

  update :schema.webhook_endpoints as e
  set state = p_state,
      disabled_at = case when p_state = 'disabled' then v_now end,
      disabled_reason = case when p_state = 'disabled' then p_reason end,
      failing_since = null,
      updated_at = v_now
  where e.id = p_id;

  perform :schema.record_change(
    p_actor_kind, p_actor_id, p_request_id,
    case when p_state = 'disabled' then 'webhook.disabled' else 'webhook.enabled' end,
    p_id, v_endpoint.owner_id,
    jsonb_build_object('state', v_endpoint.state, 'url', v_endpoint.url),
    jsonb_build_object('state', p_state, 'url', v_endpoint.url, 'reason', p_reason)
  );

  return true;
end
$$;

comment on function :schema.webhook_set_state(text, text, text, text, text, text) is
  'Enables or disables an endpoint, with an audit entry and an event for its owner; false when it was so already.';
