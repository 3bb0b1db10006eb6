create or replace function :schema.refresh_account_session(
  p_token_hash bytea,
  p_new_hash bytea,
  p_ttl_s double precision,
  p_max_age_s double precision,
  p_grace_s double precision,
  p_own_key boolean
)
returns table (
  outcome text,
  session_id text,
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
  v_token :schema.refresh_tokens%rowtype;
  v_session :schema.account_sessions%rowtype;
  v_account :schema.accounts%rowtype;
  v_now timestamptz(3);
  v_expires_at timestamptz(3);
begin
  select t.* into v_token
  from :schema.refresh_tokens as t
  where t.token_hash = p_token_hash;

  -- Callers with the same token queue up here; each then sees what the one before it did.
  select s.* into v_session
  from :schema.account_sessions as s
  where s.id = v_token.session_id
  for no key update;

  v_now := clock_timestamp();

  select a.* into v_account
  from :schema.accounts as a
  where a.id = v_session.account_id
    and a.disabled_at is null
    and a.session_epoch = v_session.epoch;

  if v_account.id is null or v_session.revoked_at is not null or v_session.expires_at <= v_now then
    outcome := 'invalid';
    return next;
    return;
  end if;

  if v_token.generation < v_session.generation then
    -- Two tabs of one browser refresh at once: the slower one gets nothing, and nobody is signed out for it.
    if v_token.generation = v_session.generation - 1
      and v_now < v_session.refreshed_at + make_interval(secs => p_grace_s)
    then
      outcome := 'superseded';
      return next;
      return;
    end if;

    update :schema.account_sessions as s
    set revoked_at = v_now,
        revoked_reason = 'token_reused'
    where s.id = v_session.id;

    insert into :schema.audit_log (actor_kind, action, subject, after)
    values ('system', 'account.token_reused', v_account.id, jsonb_build_object('sessionId', v_session.id));

    outcome := 'reused';
    return next;
    return;
  end if;

  v_expires_at := least(
    v_now + make_interval(secs => p_ttl_s),
    v_session.created_at + make_interval(secs => p_max_age_s)
  );

  if v_expires_at <= v_now then
    outcome := 'invalid';
    return next;
    return;
  end if;

  update :schema.account_sessions as s
  set generation = s.generation + 1,
      refreshed_at = v_now,
      expires_at = v_expires_at
  where s.id = v_session.id;

  insert into :schema.refresh_tokens (token_hash, session_id, generation, issued_at)
  values (p_new_hash, v_session.id, v_session.generation + 1, v_now);

  return query
  select
    'refreshed',
    v_session.id,
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

comment on function :schema.refresh_account_session(bytea, bytea, double precision, double precision, double precision, boolean) is
  'Trades the current refresh token for the next. Outcome: refreshed; superseded (the token just replaced, within the grace time: nothing happens); reused (any older one: the session ends); invalid.';
