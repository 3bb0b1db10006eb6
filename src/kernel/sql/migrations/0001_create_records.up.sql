create function :schema.new_id(p_prefix text) returns text
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
