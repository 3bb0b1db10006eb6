create or replace function :schema.open_account_session(
  p_account_id text,
  p_session_id text,
  p_token_hash bytea,
  p_verified_hash text,
  p_better_hash text,
  p_ttl_s double precision,
  p_max_sessions integer,
  p_own_key boolean
)
returns table (
  id text,
  kind text,
  login text,
  roles text[],
  disabled_at timestamptz,
  created_at timestamptz,
  updated_at timestamptz,
  issued_at timestamptz,
  expires_at timestamptz,
  kid text
)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_account :schema.accounts%rowtype;
  v_now timestamptz(3);
  v_expires_at timestamptz(3);
begin
  -- The lock orders sign-ins of one account among themselves and against a change of its password:
  -- a password that was verified before the change does not open a session after it.
  select a.* into v_account
  from :schema.accounts as a
  where a.id = p_account_id
    and a.disabled_at is null
    and (p_verified_hash is null or a.password_hash = p_verified_hash)
  for no key update;

  if not found then
    return;
  end if;

  v_now := clock_timestamp();
  v_expires_at := v_now + make_interval(secs => p_ttl_s);

  if p_better_hash is not null then
    update :schema.accounts as a
    set password_hash = p_better_hash
    where a.id = p_account_id;
  end if;

  insert into :schema.account_sessions (id, account_id, epoch, created_at, refreshed_at, expires_at)
  values (p_session_id, p_account_id, v_account.session_epoch, v_now, v_now, v_expires_at);

  insert into :schema.refresh_tokens (token_hash, session_id, generation, issued_at)
  values (p_token_hash, p_session_id, 1, v_now);

  update :schema.account_sessions as s
  set revoked_at = v_now,
      revoked_reason = 'too_many'
  where s.id in (
    select o.id
    from :schema.account_sessions as o
    where o.account_id = p_account_id
      and o.epoch = v_account.session_epoch
      and o.revoked_at is null
      and o.expires_at > v_now
      and o.id <> p_session_id
    order by o.created_at desc, o.id desc
    offset p_max_sessions - 1
  );

  return query
  select
    v_account.id,
    v_account.kind,
    v_account.login,
    v_account.roles,
    v_account.disabled_at::timestamptz,
    v_account.created_at::timestamptz,
    v_account.updated_at::timestamptz,
    v_now::timestamptz,
    v_expires_at::timestamptz,
    case when p_own_key then :schema.signing_key() end;
end
$$;

comment on function :schema.open_account_session(text, text, bytea, text, text, double precision, integer, boolean) is
  'Opens a session with its first refresh token; no row when the account is unknown, disabled or has another password by now. The oldest sessions beyond the greatest number end.';
