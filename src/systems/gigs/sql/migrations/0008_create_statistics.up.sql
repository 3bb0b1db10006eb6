create table :schema.work_deltas (
  id bigint generated always as identity,
  worker_id text,
  platform_id text,
  created_day date,
  active_at timestamptz,
  tasks integer not null default 0,
  pending integer not null default 0,
  active integer not null default 0,
  completed integer not null default 0,
  cancelled integer not null default 0,
  abandoned integer not null default 0,
  disputed integer not null default 0,
  ever_disputed integer not null default 0,
  late integer not null default 0,
  timed integer not null default 0,
  ratings integer not null default 0,
  stars integer not null default 0,
  earned numeric not null default 0,
  paid numeric not null default 0,
  released numeric not null default 0,
  open_amount numeric not null default 0,
  seconds numeric not null default 0,
  constraint work_deltas_pkey primary key (id)
);
create index work_deltas_worker_id_idx on :schema.work_deltas (worker_id);
create index work_deltas_platform_id_idx on :schema.work_deltas (platform_id);
comment on table :schema.work_deltas is
  'What each statement on tasks, and each rating, added or took away; folded into the statistics every second, so that no writer waits for another.';
comment on column :schema.work_deltas.worker_id is 'Null for tasks nobody has taken.';
comment on column :schema.work_deltas.platform_id is 'Null for ratings.';
comment on column :schema.work_deltas.created_day is 'UTC day the tasks were posted; null for ratings.';
comment on column :schema.work_deltas.active_at is 'What the worker did last, as far as these tasks tell; null for what was taken away.';

create table :schema.money_deltas (
  id bigint generated always as identity,
  worker_id text,
  platform_id text,
  day date not null,
  asset text not null,
  tx_type text not null,
  status text not null,
  paid_day date,
  active_at timestamptz,
  transactions integer not null,
  amount numeric not null,
  fees numeric not null,
  constraint money_deltas_pkey primary key (id)
);
create index money_deltas_worker_id_idx on :schema.money_deltas (worker_id);
create index money_deltas_platform_id_idx on :schema.money_deltas (platform_id);
create index money_deltas_day_idx on :schema.money_deltas (day);
comment on table :schema.money_deltas is
  'What each statement on transactions added or took away; folded into the statistics every second.';
comment on column :schema.money_deltas.worker_id is 'Null for movements of a platform only.';
comment on column :schema.money_deltas.platform_id is 'Null when none is part of it.';
comment on column :schema.money_deltas.paid_day is 'UTC day on which payouts in USDC were completed; null for all else.';
comment on column :schema.money_deltas.active_at is 'When the transactions were made; null for what was changed or taken away.';

create table :schema.worker_statistics (
  worker_id text not null,
  tasks bigint not null,
  pending bigint not null,
  active bigint not null,
  completed bigint not null,
  cancelled bigint not null,
  abandoned bigint not null,
  disputed bigint not null,
  ever_disputed bigint not null,
  late bigint not null,
  ratings bigint not null,
  stars bigint not null,
  earned numeric not null,
  paid numeric not null,
  released numeric not null,
  open_amount numeric not null,
  last_active_at timestamptz,
  is_stale boolean not null default true,
  constraint worker_statistics_pkey primary key (worker_id),
  constraint worker_statistics_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade
);
create index worker_statistics_stale_idx on :schema.worker_statistics (worker_id) where is_stale;
comment on table :schema.worker_statistics is 'Folded statistics of a worker. Read the view worker_totals instead.';
comment on column :schema.worker_statistics.last_active_at is 'Null when nothing tells.';
comment on column :schema.worker_statistics.is_stale is 'The columns of workers are not brought up to date yet.';

create table :schema.worker_days (
  worker_id text not null,
  day date not null,
  tasks bigint not null,
  completed bigint not null,
  payouts bigint not null,
  earned numeric not null,
  constraint worker_days_pkey primary key (worker_id, day),
  constraint worker_days_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade
);
comment on table :schema.worker_days is
  'Folded work by worker and UTC day: tasks and completed are of the day they were posted; payouts, and what was earned by them after fees, of the day they were completed. Read the view daily_work instead.';

create table :schema.worker_transactions (
  worker_id text not null,
  tx_type text not null,
  transactions bigint not null,
  amount numeric not null,
  constraint worker_transactions_pkey primary key (worker_id, tx_type),
  constraint worker_transactions_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade
);
comment on table :schema.worker_transactions is 'Folded completed transactions in USDC by worker and type.';

create table :schema.platform_statistics (
  platform_id text not null,
  tasks bigint not null,
  pending bigint not null,
  active bigint not null,
  completed bigint not null,
  cancelled bigint not null,
  abandoned bigint not null,
  disputed bigint not null,
  timed bigint not null,
  seconds numeric not null,
  payouts bigint not null,
  payout_amount numeric not null,
  fees numeric not null,
  unique_workers bigint not null,
  brought_on date not null default '-infinity',
  constraint platform_statistics_pkey primary key (platform_id),
  constraint platform_statistics_platform_id_fkey foreign key (platform_id)
    references :schema.platforms (id) on delete cascade
);
create index platform_statistics_brought_on_idx on :schema.platform_statistics (brought_on);
comment on table :schema.platform_statistics is 'Folded statistics of a platform. Read the view platform_totals instead.';
comment on column :schema.platform_statistics.brought_on is
  'UTC day on which the columns of platforms were brought up to date last; -infinity when something changed since.';

create table :schema.platform_workers (
  platform_id text not null,
  worker_id text not null,
  tasks bigint not null,
  last_day date not null,
  constraint platform_workers_pkey primary key (platform_id, worker_id),
  constraint platform_workers_platform_id_fkey foreign key (platform_id)
    references :schema.platforms (id) on delete cascade
);
comment on table :schema.platform_workers is
  'Folded tasks by platform and worker, and the UTC day of the newest. No key to workers: the deltas of a deleted worker''s tasks take its rows away.';

create table :schema.platform_activity (
  platform_id text not null,
  day date not null,
  workers bigint not null,
  constraint platform_activity_pkey primary key (platform_id, day),
  constraint platform_activity_platform_id_fkey foreign key (platform_id)
    references :schema.platforms (id) on delete cascade
);
comment on table :schema.platform_activity is
  'How many workers had their newest task of the platform on that UTC day: the last 30 rows are those active in 30 days.';

create table :schema.transaction_days (
  day date not null,
  asset text not null,
  tx_type text not null,
  status text not null,
  transactions bigint not null,
  amount numeric not null,
  fees numeric not null,
  constraint transaction_days_pkey primary key (day, asset, tx_type, status)
);
comment on table :schema.transaction_days is
  'Folded transactions by UTC day, asset, type and status. Read the view daily_transaction_summary instead.';
