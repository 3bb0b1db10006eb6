create or replace function :schema.webhook_rotate_secret(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_id text,
  p_overlap_s double precision
)
returns table (secret bytea, old_signs_until timestamptz)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_endpoint :schema.webhook_endpoints%rowtype;
  v_secret bytea := :schema.webhook_new_secret();
  v_until timestamptz(3);
begin
  -- Rotations of one endpoint wait for each other here.
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

  v_until := clock_timestamp() + make_interval(secs => p_overlap_s);

  -- Keys before the last one end now, so that never more than two sign.
  delete from :schema.webhook_secrets as s
  where s.endpoint_id = p_id
    and s.signs_until is not null;

  update :schema.webhook_secrets as s
  set signs_until = v_until
  where s.endpoint_id = p_id;

  insert into :schema.webhook_secrets (endpoint_id, generation, secret)
  select p_id, max(s.generation) + 1, v_secret
  from :schema.webhook_secrets as s
  where s.endpoint_id = p_id;

  perform :schema.record_change(
    p_actor_kind, p_actor_id, p_request_id, 'webhook.secret_rotated', p_id, v_endpoint.owner_id, null,
    jsonb_build_object('overlapS', p_overlap_s)
  );

  return query select v_secret, v_until::timestamptz;
end
$$;

comment on function :schema.webhook_rotate_secret(text, text, text, text, double precision) is
  'Makes a new signing key; the one before it signs beside it until the overlap in seconds is over.';
