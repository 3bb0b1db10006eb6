create or replace function :schema.create_api_key(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_id text,
  p_account_id text,
  p_name text,
  p_prefix text,
  p_key_hash bytea,
  p_roles text[],
  p_ttl_s double precision,
  p_max_keys integer
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
  v_account :schema.accounts%rowtype;
  v_now timestamptz(3);
begin
  -- The lock makes the count below exact.
  select a.* into v_account
  from :schema.accounts as a
  where a.id = p_account_id
  for no key update;

  if not found then
    raise exception using
      errcode = 'GH404',
      constraint = 'account_unknown',
      message = format('There is no account %s.', p_account_id);
  end if;

  if not p_roles <@ v_account.roles then
    raise exception using
      errcode = 'GH403',
      constraint = 'roles_not_held',
      column = 'roles',
      message = format('Account %s does not have all the roles asked for the key.', p_account_id),
      hint = 'Ask only for roles of the account; leave roles out to take all of them.';
  end if;

  v_now := clock_timestamp();

  if p_max_keys <= (
    select count(*)
    from :schema.api_keys as k
    where k.account_id = p_account_id
      and k.revoked_at is null
      and (k.expires_at is null or k.expires_at > v_now)
  ) then
    raise exception using
      errcode = 'GH429',
      constraint = 'too_many_api_keys',
      message = format('Account %s has %s live API keys, which is the limit.', p_account_id, p_max_keys),
      hint = 'Revoke one that is not used any more.';
  end if;

  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)
  values (
    p_actor_kind,
    p_actor_id,
    p_request_id,
    'api_key.created',
    p_id,
    jsonb_build_object('accountId', p_account_id, 'name', p_name, 'roles', coalesce(p_roles, v_account.roles))
  );

  return query
  insert into :schema.api_keys as n (id, account_id, name, prefix, key_hash, roles, created_at, expires_at)
  values (
    p_id,
    p_account_id,
    p_name,
    p_prefix,
    p_key_hash,
    coalesce(p_roles, v_account.roles),
    v_now,
    v_now + make_interval(secs => p_ttl_s)
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

comment on function :schema.create_api_key(text, text, text, text, text, text, text, bytea, text[], double precision, integer) is
  'Adds an API key within the limit of live ones. Roles null: all of the account; lifetime null: does not expire.';
