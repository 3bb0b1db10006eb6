create sequence :schema.queue_places as bigint;
comment on sequence :schema.queue_places is
  'Ids of jobs and their places in line. Drawn only by a transaction that already has its own id: queue_sweep relies on it.';
create sequence :schema.queue_tokens as bigint;
comment on sequence :schema.queue_tokens is 'Fencing tokens: each claim draws a higher one than all before it.';

create table :schema.queue_settings (
  id integer generated always as identity,
  name text not null,
  paused_at timestamptz(3),
  max_failures smallint not null default 10,
  max_losses smallint not null default 20,
  retry_base_s double precision not null default 2,
  retry_most_s double precision not null default 3600,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint queue_settings_pkey primary key (id),
  constraint queue_settings_name_key unique (name),
  constraint queue_settings_name_check check (name ~ '^[a-z][a-z0-9_.:-]{0,99}$'),
  constraint queue_settings_limits_check check (max_failures between 1 and 1000 and max_losses between 0 and 1000),
  constraint queue_settings_retry_check check (
    retry_base_s between 0 and retry_most_s and retry_most_s <= 2592000
  )
);
comment on table :schema.queue_settings is
  'One row a queue: how often an attempt may fail or be lost, how long to wait between, and whether it is paused.';
comment on column :schema.queue_settings.paused_at is 'Null: jobs are handed out. Set: nobody gets one.';

create table :schema.queue_jobs (
  id bigint not null,
  token bigint not null default 0,
  place bigint,
  lease_until timestamptz(3),
  run_at timestamptz(3) not null default clock_timestamp(),
  created_at timestamptz(3) not null default clock_timestamp(),
  queue_id integer not null,
  priority smallint not null default 5,
  failures smallint not null default 0,
  losses smallint not null default 0,
  key text,
  payload jsonb not null,
  progress jsonb,
  constraint queue_jobs_pkey primary key (id),
  constraint queue_jobs_priority_check check (priority between 0 and 9),
  constraint queue_jobs_key_check check (octet_length(key) between 1 and 255),
  constraint queue_jobs_payload_check check (pg_column_size(payload) <= 262144),
  constraint queue_jobs_progress_check check (pg_column_size(progress) <= 16384),
  constraint queue_jobs_lease_check check (lease_until is null or place is not null)
)
-- A claim changes token and lease only, which no index has: half of each page is kept free, so that the new
-- version stays on its page and no index is touched. Vacuum comes early and never takes the lock to shorten the file.
with (
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0.5,
  autovacuum_analyze_scale_factor = 0.5,
  vacuum_truncate = off
);
create index queue_jobs_place_idx on :schema.queue_jobs (queue_id, priority, place) where place is not null;
create index queue_jobs_waiting_idx on :schema.queue_jobs (queue_id, run_at) where place is null;
create unique index queue_jobs_queue_id_key_key on :schema.queue_jobs (queue_id, key) where key is not null;
comment on table :schema.queue_jobs is
  'Jobs that are not finished: in line, in work, or waiting for their time. No foreign key to queue_settings, whose check would double the time of an insert; rows come in through queue_enqueue.';
comment on column :schema.queue_jobs.token is 'Fencing token of the last claim; 0 before the first.';
comment on column :schema.queue_jobs.place is 'Place in line, first by priority; null: waits for run_at.';
comment on column :schema.queue_jobs.lease_until is
  'Set: in work, and taken to be lost when this has passed and queue_reap comes by. Null: nobody has it.';
comment on column :schema.queue_jobs.key is 'Unique among the live jobs of the queue; null: no such wish.';
comment on column :schema.queue_jobs.progress is 'What the worker last reported; null: nothing.';

create table :schema.queue_claims (
  token bigint not null,
  queue_id integer not null,
  worker text not null,
  claimed_at timestamptz(3) not null default clock_timestamp(),
  expires_at timestamptz(3) not null,
  job_ids bigint[] not null,
  constraint queue_claims_pkey primary key (token),
  constraint queue_claims_worker_check check (octet_length(worker) between 1 and 200)
);
create index queue_claims_expires_at_idx on :schema.queue_claims (expires_at);
comment on table :schema.queue_claims is
  'Who took which jobs together and when, until the lease of the last of them has run out: so that lost ones are found without an index on the leases.';

create table :schema.queue_history (
  id bigint not null,
  token bigint not null,
  created_at timestamptz(3) not null,
  started_at timestamptz(3),
  finished_at timestamptz(3) not null default clock_timestamp(),
  queue_id integer not null,
  priority smallint not null,
  failures smallint not null,
  losses smallint not null,
  outcome text not null,
  worker text,
  key text,
  payload jsonb not null,
  result jsonb,
  constraint queue_history_pkey primary key (id),
  constraint queue_history_outcome_check check (outcome in ('done', 'cancelled'))
);
create index queue_history_finished_at_idx on :schema.queue_history using brin (finished_at);
comment on table :schema.queue_history is 'Jobs that were done or cancelled, moved here by the statement that ended them.';
comment on column :schema.queue_history.started_at is 'When its last claim was; null: it was cancelled before any.';
comment on column :schema.queue_history.worker is 'Who had it last; null: it was cancelled while nobody had it.';
comment on column :schema.queue_history.key is 'Null: it had none.';
comment on column :schema.queue_history.result is 'What the worker gave back; null: nothing.';

create table :schema.queue_dead (
  id bigint not null,
  token bigint not null,
  created_at timestamptz(3) not null,
  died_at timestamptz(3) not null default clock_timestamp(),
  queue_id integer not null,
  priority smallint not null,
  failures smallint not null,
  losses smallint not null,
  reason text not null,
  error text,
  key text,
  payload jsonb not null,
  constraint queue_dead_pkey primary key (id),
  constraint queue_dead_reason_check check (reason in ('failed', 'timed_out', 'lost', 'invalid_payload', 'refused'))
);
create index queue_dead_queue_id_idx on :schema.queue_dead (queue_id, id);
comment on table :schema.queue_dead is
  'Dead letters: jobs given up, with their payload, until somebody retries them. Their attempts are in queue_attempts.';
comment on column :schema.queue_dead.error is 'What the last attempt ended with; null: it said nothing.';
comment on column :schema.queue_dead.key is 'Null: it had none.';

create table :schema.queue_attempts (
  job_id bigint not null,
  token bigint not null,
  queue_id integer not null,
  worker text,
  started_at timestamptz(3),
  ended_at timestamptz(3) not null default clock_timestamp(),
  outcome text not null,
  error text,
  constraint queue_attempts_pkey primary key (job_id, token),
  constraint queue_attempts_outcome_check check (
    outcome in ('failed', 'timed_out', 'lost', 'returned', 'invalid_payload', 'refused')
  )
);
create index queue_attempts_ended_at_idx on :schema.queue_attempts using brin (ended_at);
comment on table :schema.queue_attempts is
  'Attempts that did not finish their job: when, who, how it ended and why. The one that did is the row of queue_history.';
comment on column :schema.queue_attempts.worker is 'Null: its claim is no longer known.';
comment on column :schema.queue_attempts.started_at is 'Null: its claim is no longer known.';
comment on column :schema.queue_attempts.error is 'Null: it said nothing.';

create table :schema.queue_schedules (
  name text not null,
  queue_id integer not null,
  cron text not null,
  time_zone text not null,
  payload jsonb not null,
  priority smallint not null default 5,
  catch_up text not null default 'last',
  catch_up_most integer not null default 100,
  next_slot timestamptz(3),
  last_slot timestamptz(3),
  slots_skipped bigint not null default 0,
  paused_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint queue_schedules_pkey primary key (name),
  constraint queue_schedules_queue_id_fkey foreign key (queue_id) references :schema.queue_settings (id),
  constraint queue_schedules_name_check check (octet_length(name) between 1 and 200),
  constraint queue_schedules_priority_check check (priority between 0 and 9),
  constraint queue_schedules_catch_up_check check (catch_up in ('all', 'last', 'none')),
  constraint queue_schedules_catch_up_most_check check (catch_up_most between 1 and 1000)
);
create index queue_schedules_queue_id_idx on :schema.queue_schedules (queue_id);
create index queue_schedules_next_slot_idx on :schema.queue_schedules (next_slot) where next_slot is not null;
comment on table :schema.queue_schedules is
  'Jobs that come by the clock. next_slot moves on in the transaction that enqueues, by compare and set: of many schedulers one wins.';
comment on column :schema.queue_schedules.next_slot is 'Null: the expression has no further time.';
comment on column :schema.queue_schedules.last_slot is 'Null: nothing was enqueued yet.';
comment on column :schema.queue_schedules.slots_skipped is 'Slots that the catch-up rule left out.';
comment on column :schema.queue_schedules.paused_at is 'Null: runs. Set: its slots pass by without a job.';

create table :schema.queue_slots (
  schedule text not null,
  slot timestamptz(3) not null,
  job_id bigint not null,
  constraint queue_slots_pkey primary key (schedule, slot),
  constraint queue_slots_job_id_key unique (job_id)
);
comment on table :schema.queue_slots is 'Which slot of a schedule became which job: at most one, however often it is tried.';
