create table :schema.rail_notifications (
  id text not null default :schema.new_id('rnt'),
  rail text not null,
  notification_id text not null,
  body bytea not null,
  job_id bigint,
  transaction_id text,
  outcome text,
  received_at timestamptz(3) not null default clock_timestamp(),
  processed_at timestamptz(3),
  done_at timestamptz(3) not null generated always as (coalesce(processed_at, 'infinity')) stored,
  constraint rail_notifications_pkey primary key (id),
  constraint rail_notifications_notification_id_key unique (rail, notification_id),
  constraint rail_notifications_job_id_key unique (job_id),
  constraint rail_notifications_transaction_id_fkey foreign key (transaction_id)
    references :schema.transactions (id) on delete set null,
  constraint rail_notifications_rail_check check (rail ~ '^[a-z][a-z0-9-]{0,39}$'),
  constraint rail_notifications_notification_id_check check (length(notification_id) between 1 and 200),
  constraint rail_notifications_body_check check (octet_length(body) <= 65536),
  constraint rail_notifications_outcome_check check (
    outcome in ('confirmed', 'failed', 'waiting', 'unchanged', 'ignored') and (outcome is null) = (processed_at is null)
  )
) with (fillfactor = 80);
create index rail_notifications_transaction_id_idx on :schema.rail_notifications (transaction_id)
  where transaction_id is not null;
create index rail_notifications_done_at_idx on :schema.rail_notifications (done_at);
comment on table :schema.rail_notifications is
  'What payment rails announced, after their signature was checked: each once, written together with the job that works on it. One that its job gave up is a dead letter in queue_dead.';
comment on column :schema.rail_notifications.notification_id is
  'The rail''s own id of the notification; sent again it is the same one.';
comment on column :schema.rail_notifications.body is 'The bytes that were signed: a retry reads them again.';
comment on column :schema.rail_notifications.job_id is
  'Job of the queue rail-notification that works on it; null only within the statement that receives it.';
comment on column :schema.rail_notifications.transaction_id is
  'Transfer or deposit it was about; null before it is processed, and for one about neither.';
comment on column :schema.rail_notifications.outcome is
  'What the rail said when it was asked: confirmed, failed, waiting (for confirmations), unchanged (it was over before), ignored (about nothing of ours); null before.';
comment on column :schema.rail_notifications.processed_at is 'Null while it waits, is worked on, or is a dead letter.';
comment on column :schema.rail_notifications.done_at is
  'When it was processed, infinity before: what the retention policy goes by.';
insert into :schema.retention_policies (name, kind, table_name, time_column, keep)
values ('rail_notifications', 'rows', 'rail_notifications', 'done_at', interval '90 days');

create table :schema.sandbox_secrets (
  generation integer not null,
  secret bytea not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  accepted_until timestamptz(3),
  constraint sandbox_secrets_pkey primary key (generation),
  constraint sandbox_secrets_secret_check check (octet_length(secret) = 32)
);
-- One secret at most that signs, however many processes find none at the same moment.
create unique index sandbox_secrets_signing_key on :schema.sandbox_secrets ((true)) where accepted_until is null;
comment on table :schema.sandbox_secrets is
  'Keys that sign notifications of the sandbox rail (HMAC-SHA-256). Whoever reads them can make the service look at transfers: grant it to nobody.';
comment on column :schema.sandbox_secrets.accepted_until is
  'Null: the one that signs. Set: rotated out, and still accepted until then.';

create table :schema.sandbox_deposits (
  reference text not null,
  platform_id text not null,
  amount :schema.usdc not null,
  state text not null default 'accepted',
  confirmations integer not null default 0,
  looks integer not null default 0,
  reason text,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint sandbox_deposits_pkey primary key (reference),
  constraint sandbox_deposits_platform_id_fkey foreign key (platform_id)
    references :schema.platforms (id) on delete cascade,
  constraint sandbox_deposits_reference_check check (reference ~ '^[A-Za-z0-9_-]{1,200}$'),
  constraint sandbox_deposits_amount_check check (amount > 0),
  constraint sandbox_deposits_state_check check (state in ('accepted', 'failed')),
  constraint sandbox_deposits_counts_check check (looks >= 0 and confirmations between 0 and 12)
) with (fillfactor = 70);
create index sandbox_deposits_platform_id_idx on :schema.sandbox_deposits (platform_id);
comment on table :schema.sandbox_deposits is
  'What was paid in over the sandbox rail. It stands for money outside of our books: a deposit is booked when it is confirmed here.';
comment on column :schema.sandbox_deposits.confirmations is 'Grow with each look; 12 are final.';
comment on column :schema.sandbox_deposits.reason is 'Why it failed; null otherwise.';
