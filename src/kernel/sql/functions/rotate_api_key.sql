create or replace function :schema.rotate_api_key(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_account_id text,
  p_key_id text,
  p_new_id text,
  p_prefix text,
  p_key_hash bytea,
  p_overlap_s double precision,
  p_ttl_s double precision
)
returns table (
  id text,
  name text,
  prefix text,
  roles text[],
  created_at timestamptz,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  replaced_by text
)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_key :schema.api_keys%rowtype;
  v_now timestamptz(3);
begin
  select k.* into v_key
  from :schema.api_keys as k
  where k.id = p_key_id
    and k.account_id = p_account_id
  for no key update;

  if not found then
    raise exception using
      errcode = 'GH404',
      constraint = 'api_key_unknown',
      message = format('There is no API key %s.', p_key_id);
  end if;

  v_now := clock_timestamp();

  if v_key.revoked_at is not null or v_key.expires_at <= v_now or v_key.replaced_by is not null then
    raise exception using
      errcode = 'GH409',
      constraint = 'api_key_not_live',
      message = format('API key %s is revoked, expired or already rotated.', p_key_id),
      hint = 'Create a new key, or rotate the one that followed it.';
  end if;

  update :schema.api_keys as k
  set replaced_by = p_new_id,
      expires_at = least(k.expires_at, v_now + make_interval(secs => p_overlap_s))
  where k.id = p_key_id;

  -- The one before it ends now, so that never more than two of a line are live.
  update :schema.api_keys as k
  set expires_at = v_now
  where k.account_id = p_account_id
    and k.replaced_by = p_key_id
    and k.expires_at > v_now;

  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)
  values (
    p_actor_kind,
    p_actor_id,
    p_request_id,
    'api_key.rotated',
    p_key_id,
    jsonb_build_object('accountId', p_account_id, 'replacedBy', p_new_id)
  );

  return query
  insert into :schema.api_keys as n (id, account_id, name, prefix, key_hash, roles, created_at, expires_at)
  values (
    p_new_id,
    p_account_id,
    v_key.name,
    p_prefix,
    p_key_hash,
    v_key.roles,
    v_now,
    coalesce(v_now + make_interval(secs => p_ttl_s), v_now + (v_key.expires_at - v_key.created_at))
  )
  returning
    n.id,
    n.name,
    n.prefix,
    n.roles,
    n.created_at::timestamptz,
    n.expires_at::timestamptz,
    n.last_used_at::timestamptz,
    n.revoked_at::timestamptz,
    n.replaced_by;
end
$$;

comment on function :schema.rotate_api_key(text, text, text, text, text, text, text, bytea, double precision, double precision) is
  'Makes the key that follows another: same name, roles and lifetime unless one is given. The old one works on for the overlap, the one before that ends, so two are live at most.';
