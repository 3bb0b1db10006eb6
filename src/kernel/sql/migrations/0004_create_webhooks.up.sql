create table :schema.webhook_endpoints (
  id text not null,
  owner_id text not null,
  url text not null,
  description text not null default '',
  event_types text[] not null default '{}',
  state text not null default 'active',
  disabled_reason text,
  disabled_at timestamptz(3),
  failing_since timestamptz(3),
  after_event_id bigint not null default 0,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint webhook_endpoints_pkey primary key (id),
  constraint webhook_endpoints_owner_id_fkey foreign key (owner_id)
    references :schema.accounts (id) on delete cascade,
  constraint webhook_endpoints_url_check check (url ~ '^https?://' and octet_length(url) <= 2048),
  constraint webhook_endpoints_description_check check (length(description) <= 200),
  constraint webhook_endpoints_event_types_check check (
    cardinality(event_types) <= 50
    and array_position(event_types, null) is null
    and array_to_string(event_types, ' ') ~ '^([a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?( [a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?)*)?$'
  ),
  constraint webhook_endpoints_state_check check (state in ('active', 'disabled')),
  constraint webhook_endpoints_disabled_check check (
    (state = 'disabled') = (disabled_at is not null)
    and (disabled_at is null) = (disabled_reason is null)
    and disabled_reason in ('by_owner', 'gone', 'failing')
  )
);

create index webhook_endpoints_owner_id_idx on :schema.webhook_endpoints (owner_id, created_at desc, id desc);
create index webhook_endpoints_created_at_idx on :schema.webhook_endpoints (created_at desc, id desc);

comment on table :schema.webhook_endpoints is
  'Addresses that events are posted to. The owner''s endpoint gets the events the owner may see; an administrator''s gets all.';
comment on column :schema.webhook_endpoints.event_types is
  'Exact types and prefixes such as order.*; empty: every type.';
comment on column :schema.webhook_endpoints.disabled_reason is
  'by_owner; gone: it answered 410; failing: dead letters for five days without a success. Null: active.';
comment on column :schema.webhook_endpoints.disabled_at is 'Null: active.';
comment on column :schema.webhook_endpoints.after_event_id is
  'Number of the event that told of its creation: only later ones are sent to it.';
comment on column :schema.webhook_endpoints.failing_since is
  'First dead letter since the last success; null: none.';

create table :schema.webhook_secrets (
  endpoint_id text not null,
  generation integer not null,
  secret bytea not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  signs_until timestamptz(3),
  constraint webhook_secrets_pkey primary key (endpoint_id, generation),
  constraint webhook_secrets_endpoint_id_fkey foreign key (endpoint_id)
    references :schema.webhook_endpoints (id) on delete cascade,
  constraint webhook_secrets_secret_check check (octet_length(secret) between 24 and 64)
);

comment on table :schema.webhook_secrets is
  'Keys that sign deliveries. They are kept as they are, because signing needs them: grant this table to no reporting role.';
comment on column :schema.webhook_secrets.signs_until is
  'End of the overlap after a rotation; null: signs until it is rotated.';

create table :schema.webhook_cursor (
  only_row boolean not null default true,
  xid xid8 not null,
  event_id bigint not null,
  moved_at timestamptz(3) not null default clock_timestamp(),
  constraint webhook_cursor_pkey primary key (only_row),
  constraint webhook_cursor_only_row_check check (only_row)
);

comment on table :schema.webhook_cursor is
  'Position in the outbox up to which deliveries have been written; it moves in the transaction that writes them.';

-- An instance that is upgraded begins with what it has: there was no endpoint to miss anything.
insert into :schema.webhook_cursor (xid, event_id) values ('0'::xid8, 0);

create table :schema.webhook_deliveries (
  id text not null,
  endpoint_id text not null,
  event_id bigint,
  event_type text not null,
  subject text not null,
  body text not null,
  attempts integer not null default 0,
  tries integer not null default 0,
  fence bigint not null default 0,
  due_at timestamptz(3) not null default clock_timestamp(),
  leased_until timestamptz(3),
  last_status integer,
  last_error text,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint webhook_deliveries_pkey primary key (id),
  constraint webhook_deliveries_endpoint_id_fkey foreign key (endpoint_id)
    references :schema.webhook_endpoints (id) on delete cascade,
  constraint webhook_deliveries_tries_check check (tries between 0 and 10 and attempts >= tries)
)
-- Rows live for a few updates and go: room on the page, and vacuum early, keep the table as small as its live rows.
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

create index webhook_deliveries_due_at_idx on :schema.webhook_deliveries (due_at);
create index webhook_deliveries_endpoint_id_idx on :schema.webhook_deliveries (endpoint_id, due_at);
create index webhook_deliveries_leased_idx on :schema.webhook_deliveries (endpoint_id, leased_until)
  where leased_until is not null;
create index webhook_deliveries_log_idx on :schema.webhook_deliveries (endpoint_id, created_at desc, id desc);

comment on table :schema.webhook_deliveries is
  'Deliveries that are waiting or being made, one per event and endpoint; finished ones move to webhook_delivery_history.';
comment on column :schema.webhook_deliveries.event_id is 'Number of the event; null: a test ping.';
comment on column :schema.webhook_deliveries.tries is
  'Place in the retry schedule; a replay begins again at 0, while attempts goes on counting.';
comment on column :schema.webhook_deliveries.fence is
  'Raised by every claim; a result that brings an older number is refused.';
comment on column :schema.webhook_deliveries.due_at is
  'When it may be claimed; while it is claimed, the end of the lease.';
comment on column :schema.webhook_deliveries.leased_until is 'Null: nobody is at it.';
comment on column :schema.webhook_deliveries.last_status is 'HTTP status of the last attempt; null: no answer, or none yet.';
comment on column :schema.webhook_deliveries.last_error is 'Why the last attempt failed; null: it did not, or there was none.';

create table :schema.webhook_delivery_history (
  id text not null,
  endpoint_id text not null,
  event_id bigint,
  event_type text not null,
  subject text not null,
  body text not null,
  attempts integer not null,
  fence bigint not null,
  state text not null,
  reason text,
  last_status integer,
  last_error text,
  created_at timestamptz(3) not null,
  finished_at timestamptz(3) not null default clock_timestamp(),
  constraint webhook_delivery_history_pkey primary key (id, finished_at),
  constraint webhook_delivery_history_state_check check (state in ('delivered', 'dead')),
  constraint webhook_delivery_history_reason_check check (
    (state = 'dead') = (reason is not null)
    and reason in ('schedule_ended', 'endpoint_gone', 'endpoint_disabled', 'test_failed')
  )
)
partition by range (finished_at);

create index webhook_delivery_history_log_idx
  on :schema.webhook_delivery_history (endpoint_id, created_at desc, id desc);
create index webhook_delivery_history_dead_idx
  on :schema.webhook_delivery_history (endpoint_id, created_at, id)
  where state = 'dead';

comment on table :schema.webhook_delivery_history is
  'Deliveries that have ended, by day; whole days are dropped by retention. A replay moves a row back to webhook_deliveries.';
comment on column :schema.webhook_delivery_history.event_id is 'Number of the event; null: a test ping.';
comment on column :schema.webhook_delivery_history.reason is 'Why it is a dead letter; null: it was delivered.';
comment on column :schema.webhook_delivery_history.last_status is 'HTTP status of the last attempt; null: no answer came.';
comment on column :schema.webhook_delivery_history.last_error is 'Why the last attempt failed; null: it did not.';

create table :schema.webhook_delivery_history_default
  partition of :schema.webhook_delivery_history default;

create table :schema.webhook_attempts (
  delivery_id text not null,
  number integer not null,
  endpoint_id text not null,
  at timestamptz(3) not null default clock_timestamp(),
  status integer,
  duration_ms integer not null,
  error text,
  response text not null default '',
  constraint webhook_attempts_pkey primary key (delivery_id, number, at),
  constraint webhook_attempts_response_check check (length(response) <= 1024)
)
partition by range (at);

comment on table :schema.webhook_attempts is
  'Every attempt whose result was recorded, by day; whole days are dropped by retention.';
comment on column :schema.webhook_attempts.status is 'HTTP status; null: no answer came.';
comment on column :schema.webhook_attempts.error is 'Why it failed; null: it did not.';
comment on column :schema.webhook_attempts.response is 'The first kilobyte of the answer.';

create table :schema.webhook_attempts_default partition of :schema.webhook_attempts default;
