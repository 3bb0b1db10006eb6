create table :schema.reputation_events (
  id text not null default :schema.new_id('rep'),
  seq bigint generated always as identity,
  worker_id text not null,
  task_id text,
  event_type text not null,
  requested_delta integer not null,
  delta integer not null,
  previous_score integer not null,
  new_score integer not null,
  rating smallint,
  reason text not null,
  related_id text,
  metadata jsonb not null default '{}',
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint reputation_events_pkey primary key (id),
  constraint reputation_events_seq_key unique (worker_id, seq),
  constraint reputation_events_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint reputation_events_task_id_fkey foreign key (task_id) references :schema.tasks (id) on delete set null,
  constraint reputation_events_event_type_check check (event_type in ('task_completed', 'task_late', 'dispute_filed',
    'dispute_resolved', 'rating_received', 'bonus', 'penalty', 'manual_adjustment')),
  constraint reputation_events_delta_check check (
    previous_score between 0 and 1000 and new_score between 0 and 1000 and new_score = previous_score + delta
  ),
  constraint reputation_events_rating_check check (rating between 1 and 5),
  constraint reputation_events_reason_check check (length(reason) between 1 and 1000)
);
create index reputation_events_worker_id_idx on :schema.reputation_events (worker_id, created_at desc, id desc);
create unique index reputation_events_once_key on :schema.reputation_events (task_id, worker_id, event_type)
  where task_id is not null and event_type in ('task_completed', 'task_late', 'rating_received');
comment on table :schema.reputation_events is
  'Everything that ever changed a score, in the order of seq. Rows are only added; replaying them gives the score.';
comment on column :schema.reputation_events.requested_delta is 'What was asked for.';
comment on column :schema.reputation_events.delta is 'What was applied: scores stay from 0 to 1000.';
comment on column :schema.reputation_events.task_id is 'Null when it is about no task.';
comment on column :schema.reputation_events.rating is 'Stars, for a rating; else null.';
comment on column :schema.reputation_events.related_id is 'Id of what caused it outside of the tasks; null when nothing did.';

create table :schema.audit_logs (
  id text not null default :schema.new_id('aud'),
  actor_id text,
  actor_type text not null,
  action text not null,
  resource_type text not null,
  resource_id text,
  success boolean not null default true,
  error_message text,
  changes_before jsonb,
  changes_after jsonb,
  metadata jsonb not null default '{}',
  ip_address inet,
  user_agent text,
  request_id text,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint audit_logs_pkey primary key (id),
  constraint audit_logs_actor_type_check check (actor_type ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint audit_logs_actor_check check (actor_id is not null or actor_type in ('system', 'anonymous')),
  constraint audit_logs_texts_check check (length(action) between 1 and 100 and length(resource_type) between 1 and 50)
);
create index audit_logs_created_at_idx on :schema.audit_logs (created_at desc, id desc);
create index audit_logs_actor_id_idx on :schema.audit_logs (actor_id, created_at desc, id desc);
create index audit_logs_resource_id_idx on :schema.audit_logs (resource_id, created_at desc, id desc);
comment on table :schema.audit_logs is
  'Who did what in the business of the platform, actors of any kind. No foreign keys: an entry outlives what it tells of. Rows are only added.';
comment on column :schema.audit_logs.actor_id is 'Account that acted; null for the system and for callers without an account.';
comment on column :schema.audit_logs.ip_address is 'Null when no request caused it.';
comment on column :schema.audit_logs.resource_id is 'Null when it is about no single thing.';
comment on column :schema.audit_logs.error_message is 'Null when the action succeeded.';
comment on column :schema.audit_logs.changes_before is 'Values before; null when none were changed.';
comment on column :schema.audit_logs.changes_after is 'Values after; null when none were changed.';
comment on column :schema.audit_logs.user_agent is 'Null when no request caused it.';
comment on column :schema.audit_logs.request_id is 'Null when no request caused it.';
revoke update, delete, truncate on :schema.audit_logs from current_user;
