create table :schema.accounts (
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
  -- Lets a system's table reference (id, login) with `on update cascade` and keep its copy of the login right.
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
