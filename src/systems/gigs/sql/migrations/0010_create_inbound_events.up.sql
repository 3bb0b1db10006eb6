create table :schema.inbound_events (
  id text not null default :schema.new_id('inb'),
  platform_id text not null,
  event_id text not null,
  payload_sha256 bytea not null,
  payload jsonb not null,
  job_id bigint,
  task_id text,
  outcome text,
  received_at timestamptz(3) not null default clock_timestamp(),
  processed_at timestamptz(3),
  constraint inbound_events_pkey primary key (id),
  constraint inbound_events_event_id_key unique (platform_id, event_id),
  constraint inbound_events_job_id_key unique (job_id),
  constraint inbound_events_platform_id_fkey foreign key (platform_id) references :schema.platforms (id) on delete cascade,
  constraint inbound_events_task_id_fkey foreign key (task_id) references :schema.tasks (id) on delete set null,
  constraint inbound_events_event_id_check check (length(event_id) between 1 and 200),
  constraint inbound_events_payload_check check (jsonb_typeof(payload) = 'object'),
  constraint inbound_events_outcome_check check (
    outcome in ('paid', 'held', 'flagged', 'rejected') and (outcome is null) = (processed_at is null)
  )
) with (fillfactor = 80);
create index inbound_events_task_id_idx on :schema.inbound_events (task_id) where task_id is not null;
comment on table :schema.inbound_events is
  'What platforms reported by webhook: each event once, written together with the job that works on it. One that its job gave up is a dead letter in queue_dead.';
comment on column :schema.inbound_events.event_id is 'The platform''s own id of the event; sent again it is the same event.';
comment on column :schema.inbound_events.payload_sha256 is 'Of the payload, to tell a repetition from another event under the same id.';
comment on column :schema.inbound_events.job_id is 'Job of the queue task-completed that works on it; null only within the statement that receives it.';
comment on column :schema.inbound_events.task_id is 'Task it was about; null before it is processed.';
comment on column :schema.inbound_events.outcome is
  'paid, held (paid when the hold of the task is over), flagged (a person looks), rejected; null before.';
comment on column :schema.inbound_events.processed_at is 'Null while it waits, is worked on, or is a dead letter.';
