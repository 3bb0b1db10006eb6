/** Generated from sql/ by `npm run generate`; do not edit. */
import type { SqlModule } from '../system.ts';

export const kernelSql: SqlModule = {
  name: 'kernel',
  files: [
    {
      path: "functions/create_api_key.sql",
      text: `create or replace function :schema.create_api_key(
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
`,
    },
    {
      path: "functions/open_account_session.sql",
      text: `create or replace function :schema.open_account_session(
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
`,
    },
    {
      path: "functions/prune_idempotency_keys.sql",
      text: `create or replace function :schema.prune_idempotency_keys(p_keep interval, p_limit integer) returns integer
language sql volatile
set search_path = :schema, pg_temp
as $$
  with gone as (
    delete from :schema.idempotency_keys
    where (account, key) in (
      select account, key from :schema.idempotency_keys
      where created_at < clock_timestamp() - p_keep
      order by created_at
      limit p_limit
      for update skip locked
    )
    returning 1
  )
  select count(*)::integer from gone;
$$;
comment on function :schema.prune_idempotency_keys(interval, integer) is
  'Removes keys older than the given age, at most p_limit of them; returns how many.';
`,
    },
    {
      path: "functions/purge_accounts.sql",
      text: `create or replace function :schema.purge_accounts(p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_sessions integer;
  v_keys integer;
begin
  delete from :schema.account_sessions as s
  where s.id in (
    select o.id
    from :schema.account_sessions as o
    where o.expires_at < now() - interval '1 day'
    order by o.expires_at
    limit p_limit
    for update skip locked
  );
  get diagnostics v_sessions = row_count;

  -- Ninety days: long enough to look up in a report which key was used.
  delete from :schema.api_keys as k
  where k.id in (
    select o.id
    from :schema.api_keys as o
    where least(o.revoked_at, o.expires_at) < now() - interval '90 days'
    limit p_limit
    for update skip locked
  );
  get diagnostics v_keys = row_count;

  delete from :schema.auth_secrets as s
  where s.verify_until < now() - interval '1 day';

  return greatest(v_sessions, v_keys);
end
$$;

comment on function :schema.purge_accounts(integer) is
  'Deletes sessions a day after their end, keys 90 days after theirs, retired signing keys after a day; returns the larger count of sessions or keys, which equals the limit while more may be waiting.';
`,
    },
    {
      path: "functions/rebase_outbox.sql",
      text: `create or replace function :schema.rebase_outbox() returns integer
language sql volatile
set search_path = :schema, pg_temp
as $$
  with moved as (
    update :schema.outbox set xid = '3'::xid8
    where exists (select from :schema.outbox where xid > pg_current_xact_id())
    returning 1
  )
  select count(*)::integer from moved;
$$;
comment on function :schema.rebase_outbox() is
  'After a restore on another server the stored transaction ids can lie in its future; this puts the old events first. Returns how many moved.';
`,
    },
    {
      path: "functions/record_change.sql",
      text: `create or replace function :schema.record_change(
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
`,
    },
    {
      path: "functions/refresh_account_session.sql",
      text: `create or replace function :schema.refresh_account_session(
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
`,
    },
    {
      path: "functions/refuse_change.sql",
      text: `create or replace function :schema.refuse_change() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  raise exception '% is append-only: % is refused.', tg_table_name, lower(tg_op)
    using errcode = 'GH403', constraint = 'append_only',
      hint = 'Add a new row that corrects the old one.';
end
$$;
comment on function :schema.refuse_change() is 'Trigger of append-only tables: refuses update, delete and truncate.';
`,
    },
    {
      path: "functions/rotate_api_key.sql",
      text: `create or replace function :schema.rotate_api_key(
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
`,
    },
    {
      path: "functions/rotate_signing_key.sql",
      text: `create or replace function :schema.rotate_signing_key(
  p_actor_kind text,
  p_actor_id text,
  p_request_id text,
  p_overlap_s double precision
)
returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_kid text;
begin
  -- Rotations wait for each other here; the second one then retires the key that the first one made.
  lock table :schema.auth_secrets in share row exclusive mode;

  -- Earlier keys keep their own, sooner end; without overlap (a key has leaked) all of them end now.
  update :schema.auth_secrets
  set verify_until = least(verify_until, clock_timestamp() + make_interval(secs => p_overlap_s));

  v_kid := :schema.signing_key();

  insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, after)
  values (
    p_actor_kind,
    p_actor_id,
    p_request_id,
    'signing_key.rotated',
    v_kid,
    jsonb_build_object('overlapS', p_overlap_s)
  );

  return v_kid;
end
$$;

comment on function :schema.rotate_signing_key(text, text, text, double precision) is
  'Makes a new signing key; tokens of the old ones are accepted for the overlap in seconds, then refused.';
`,
    },
    {
      path: "functions/signing_key.sql",
      text: `create or replace function :schema.signing_key() returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_kid text;
begin
  select s.kid into v_kid
  from :schema.auth_secrets as s
  where s.verify_until is null;

  if found then
    return v_kid;
  end if;

  -- Made here, not by the caller: a value sent as a parameter could end up in the server's statement log.
  -- Each uuid holds 122 bits from the strong random source; the hash draws 256 bits from 366.
  insert into :schema.auth_secrets (kid, secret)
  values (
    'k_' || left(replace(gen_random_uuid()::text, '-', ''), 16),
    sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
  )
  on conflict do nothing
  returning kid into v_kid;

  if v_kid is null then
    -- Another process was quicker; its key is visible to this new statement.
    select s.kid into strict v_kid
    from :schema.auth_secrets as s
    where s.verify_until is null;
  end if;

  return v_kid;
end
$$;

comment on function :schema.signing_key() is
  'Id of the key that signs access tokens now; makes the first one, once for all processes.';
`,
    },
    {
      path: "migrations/0001_create_records.down.sql",
      text: `drop table :schema.idempotency_keys;
drop table :schema.outbox;
drop table :schema.audit_log;
drop function :schema.new_id(text);
`,
    },
    {
      path: "migrations/0001_create_records.up.sql",
      text: `create function :schema.new_id(p_prefix text) returns text
language sql volatile
set search_path = :schema, pg_temp
as $$
  select p_prefix || '_' || string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', part.digit + 1, 1), '' order by part.place)
  from (
    select place,
      case when place <= 10
        then (((extract(epoch from clock_timestamp()) * 1000)::bigint >> (5 * (10 - place))) & 31)::integer
        else get_byte(uuid_send(gen_random_uuid()), 0) & 31
      end as digit
    from generate_series(1, 26) as place
  ) as part;
$$;
comment on function :schema.new_id(text) is
  'A new id: prefix, then 10 characters of time and 16 of chance. The default of id columns; the service makes its own.';

create table :schema.audit_log (
  id bigint generated always as identity,
  at timestamptz(3) not null default clock_timestamp(),
  actor_kind text not null,
  actor_id text,
  action text not null,
  subject text not null,
  before jsonb,
  after jsonb,
  request_id text,
  constraint audit_log_pkey primary key (id)
);
create index audit_log_at_idx on :schema.audit_log (at desc, id desc);
create index audit_log_subject_idx on :schema.audit_log (subject, at desc, id desc);
comment on table :schema.audit_log is
  'Who did what to which thing. Rows are only ever added: a trigger and the missing grants refuse the rest.';
comment on column :schema.audit_log.actor_id is 'Account that acted; null for the system itself.';
comment on column :schema.audit_log.before is 'Values before the change; null when the thing is new.';
comment on column :schema.audit_log.after is 'Values after the change; null when the thing is gone.';
comment on column :schema.audit_log.request_id is 'HTTP request that caused it; null when none did.';
revoke update, delete, truncate on :schema.audit_log from current_user;

create table :schema.outbox (
  xid xid8 not null default pg_current_xact_id(),
  id bigint generated always as identity,
  at timestamptz(3) not null default clock_timestamp(),
  type text not null,
  subject text not null,
  audience text,
  payload jsonb not null default '{}',
  constraint outbox_pkey primary key (xid, id)
);
comment on table :schema.outbox is
  'Events, written with the change they tell of. Read them with (xid, id) > cursor and xid below the oldest running transaction: then a late commit is never skipped.';
comment on column :schema.outbox.audience is 'Account that may see the event; null for administrators only.';

create table :schema.idempotency_keys (
  account text not null,
  key text not null,
  operation text not null,
  request_sha256 bytea not null,
  answer jsonb,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint idempotency_keys_pkey primary key (account, key)
);
create index idempotency_keys_created_at_idx on :schema.idempotency_keys (created_at);
comment on table :schema.idempotency_keys is
  'One row per caller''s key, committed with the change it guards; pruned after some days.';
comment on column :schema.idempotency_keys.answer is
  'What the call returned; null only inside the transaction that is computing it.';
`,
    },
    {
      path: "migrations/0002_create_accounts.down.sql",
      text: `drop table :schema.auth_secrets;
drop table :schema.api_keys;
drop table :schema.refresh_tokens;
drop table :schema.account_sessions;
drop table :schema.accounts;
`,
    },
    {
      path: "migrations/0002_create_accounts.up.sql",
      text: `create table :schema.accounts (
  id text not null default :schema.new_id('acc'),
  kind text not null,
  login text not null,
  password_hash text,
  roles text[] not null default '{}',
  session_epoch integer not null default 0,
  disabled_at timestamptz(3),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint accounts_pkey primary key (id),
  constraint accounts_login_key unique (login),
  -- Lets a system's table reference (id, login) with \`on update cascade\` and keep its copy of the login right.
  constraint accounts_id_login_key unique (id, login),
  constraint accounts_id_check check (length(id) between 1 and 64),
  constraint accounts_kind_check check (kind ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint accounts_login_check check (login = lower(login) and octet_length(login) between 1 and 320),
  constraint accounts_password_hash_check check (password_hash like '$argon2%' and length(password_hash) <= 512),
  constraint accounts_roles_check check (
    cardinality(roles) <= 32
    and array_position(roles, null) is null
    and array_to_string(roles, ' ') ~ '^([a-z][a-z0-9_.:-]{0,63}( [a-z][a-z0-9_.:-]{0,63})*)?$'
  )
);

comment on table :schema.accounts is
  'Who may sign in or call with a key. A row of the system (a user, a worker) shares the id of its account.';
comment on column :schema.accounts.login is 'Lower case; the application also normalises it to Unicode NFC.';
comment on column :schema.accounts.password_hash is
  'argon2 in PHC form, parameters included; null: cannot sign in by password.';
comment on column :schema.accounts.session_epoch is
  'Raised to end every session at once: a session is live only while its epoch equals this one.';
comment on column :schema.accounts.disabled_at is 'Null: enabled. Set: no sign-in, no token and no key works.';

create table :schema.account_sessions (
  id text not null default :schema.new_id('ses'),
  account_id text not null,
  epoch integer not null,
  generation integer not null default 1,
  created_at timestamptz(3) not null default now(),
  refreshed_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  revoked_reason text,
  constraint account_sessions_pkey primary key (id),
  constraint account_sessions_account_id_fkey foreign key (account_id)
    references :schema.accounts (id) on delete cascade,
  constraint account_sessions_generation_check check (generation >= 1),
  constraint account_sessions_revoked_check check (
    (revoked_at is null) = (revoked_reason is null)
    and revoked_reason in ('signed_out', 'token_reused', 'too_many')
  )
)
-- Every refresh updates the row; the spare room keeps those updates on its page, away from the indexes.
with (fillfactor = 80);

create index account_sessions_account_id_idx on :schema.account_sessions (account_id, created_at desc, id desc);
create index account_sessions_expires_at_idx on :schema.account_sessions (expires_at);

comment on table :schema.account_sessions is
  'One sign-in: the family of all refresh tokens that follow from it. Only the token of the current generation refreshes.';
comment on column :schema.account_sessions.epoch is 'session_epoch of the account when the session was opened.';
comment on column :schema.account_sessions.generation is 'Number of the refresh token that is valid now; each refresh raises it.';
comment on column :schema.account_sessions.refreshed_at is 'When the current generation was issued.';
comment on column :schema.account_sessions.expires_at is
  'End of the current refresh token; moved by each refresh, never beyond the greatest age of a session.';
comment on column :schema.account_sessions.revoked_at is 'Null: not revoked.';
comment on column :schema.account_sessions.revoked_reason is 'Null: not revoked.';

create table :schema.refresh_tokens (
  token_hash bytea not null,
  session_id text not null,
  generation integer not null,
  issued_at timestamptz(3) not null default now(),
  constraint refresh_tokens_pkey primary key (token_hash),
  constraint refresh_tokens_session_id_generation_key unique (session_id, generation),
  constraint refresh_tokens_session_id_fkey foreign key (session_id)
    references :schema.account_sessions (id) on delete cascade,
  constraint refresh_tokens_token_hash_check check (octet_length(token_hash) = 32)
);

comment on table :schema.refresh_tokens is
  'SHA-256 of every refresh token of a living session, old ones too: an old one that comes back is a stolen one.';

create table :schema.api_keys (
  id text not null default :schema.new_id('key'),
  account_id text not null,
  name text not null,
  prefix text not null,
  key_hash bytea not null,
  roles text[] not null default '{}',
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3),
  replaced_by text,
  constraint api_keys_pkey primary key (id),
  constraint api_keys_prefix_key unique (prefix),
  constraint api_keys_account_id_fkey foreign key (account_id)
    references :schema.accounts (id) on delete cascade,
  constraint api_keys_name_check check (length(name) between 1 and 200),
  constraint api_keys_prefix_check check (prefix ~ '^[0-9a-f]{12}$'),
  constraint api_keys_key_hash_check check (octet_length(key_hash) = 32),
  constraint api_keys_roles_check check (cardinality(roles) <= 32 and array_position(roles, null) is null)
)
with (fillfactor = 90);

create index api_keys_account_id_idx on :schema.api_keys (account_id, created_at desc, id desc);

comment on table :schema.api_keys is
  'Keys for programs, shown once and kept as SHA-256. A key acts with those of its roles that the account still has.';
comment on column :schema.api_keys.prefix is 'The public middle part of the key, by which it is found and recognised.';
comment on column :schema.api_keys.expires_at is 'Null: does not expire.';
comment on column :schema.api_keys.last_used_at is 'Exact to a minute; null: never used.';
comment on column :schema.api_keys.revoked_at is 'Null: not revoked.';
comment on column :schema.api_keys.replaced_by is
  'Key that a rotation made to follow this one; null: not rotated. Not a reference: old keys are cleared away.';

create table :schema.auth_secrets (
  kid text not null,
  secret bytea not null,
  created_at timestamptz(3) not null default now(),
  verify_until timestamptz(3),
  constraint auth_secrets_pkey primary key (kid),
  constraint auth_secrets_secret_check check (octet_length(secret) = 32)
);

-- One signing key at most, however many processes find none at the same moment.
create unique index auth_secrets_signing_key on :schema.auth_secrets ((true)) where verify_until is null;

comment on table :schema.auth_secrets is
  'Keys that sign access tokens (HMAC-SHA-256). Whoever reads this table can sign in as anyone: grant it to nobody.';
comment on column :schema.auth_secrets.verify_until is
  'Null: the key that signs. Set: rotated out, and still accepted until then.';
`,
    },
    {
      path: "triggers/audit_log_append_only.sql",
      text: `create or replace trigger audit_log_append_only
before update or delete or truncate on :schema.audit_log
for each statement execute function :schema.refuse_change();
`,
    },
    {
      path: "views/invariant_outbox_not_ahead.sql",
      text: `create or replace view :schema.invariant_outbox_not_ahead as
select xid::text as xid, count(*) as events
from :schema.outbox
where xid >= pg_snapshot_xmax(pg_current_snapshot())
group by xid;

comment on view :schema.invariant_outbox_not_ahead is
  'Events whose transaction lies in the future of this server: the data came from another one, and readers would wait for it for ever. Run select rebase_outbox() in this schema; readers then start again without a cursor.';
`,
    },
  ],
};
