create table :schema.retention_policies (
  name text not null,
  kind text not null,
  table_name text not null,
  time_column text not null,
  keep interval not null,
  batch_size integer not null default 5000,
  step text,
  steps_ahead integer,
  alarm_days integer,
  every interval not null default '1 hour',
  enabled boolean not null default true,
  next_run_at timestamptz(3) not null default clock_timestamp(),
  last_run_at timestamptz(3),
  last_gone bigint not null default 0,
  last_ms integer not null default 0,
  total_gone bigint not null default 0,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint retention_policies_pkey primary key (name),
  constraint retention_policies_kind_check check (kind in ('rows', 'read_events', 'partitions')),
  constraint retention_policies_names_check check (
    name ~ '^[a-z][a-z0-9_]{0,62}$' and table_name ~ '^[a-z][a-z0-9_]{0,49}$' and time_column ~ '^[a-z][a-z0-9_]{0,62}$'
  ),
  constraint retention_policies_keep_check check (keep >= interval '1 hour' and keep <= interval '100 years'),
  constraint retention_policies_batch_size_check check (batch_size between 1 and 10000),
  constraint retention_policies_every_check check (every >= interval '1 minute' and every <= interval '1 day'),
  constraint retention_policies_partitions_check check (
    (kind = 'partitions') = (step is not null)
    and (step is null) = (steps_ahead is null)
    and (step is null) = (alarm_days is null)
    and step in ('day', 'month')
    and steps_ahead between 1 and 400
    and alarm_days between 0 and 366
  )
);

comment on table :schema.retention_policies is
  'How long rows of a table are kept, and how many go at once. A check by trigger keeps append-only tables out.';
comment on column :schema.retention_policies.kind is
  'rows: deleted in batches by an index on time; read_events: rows of the outbox, never beyond what the webhooks'' fan-out has read; partitions: made ahead and dropped whole.';
comment on column :schema.retention_policies.step is 'Length of a partition; null: not partitioned.';
comment on column :schema.retention_policies.steps_ahead is 'Partitions kept ready beyond the present one; null: not partitioned.';
comment on column :schema.retention_policies.alarm_days is
  'Fewer days ready than this raise the alarm; null: not partitioned.';
comment on column :schema.retention_policies.last_run_at is 'Null: it has not run yet.';

insert into :schema.retention_policies (name, kind, table_name, time_column, keep, batch_size, step, steps_ahead, alarm_days)
values
  ('idempotency_keys', 'rows', 'idempotency_keys', 'created_at', interval '3 days', 5000, null, null, null),
  -- A month of replay for event streams and for webhooks that are turned on late.
  ('outbox', 'read_events', 'outbox', 'at', interval '30 days', 5000, null, null, null),
  ('webhook_delivery_history', 'partitions', 'webhook_delivery_history', 'finished_at', interval '30 days', 5000, 'day', 14, 3),
  ('webhook_attempts', 'partitions', 'webhook_attempts', 'at', interval '30 days', 5000, 'day', 14, 3);
