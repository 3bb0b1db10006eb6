create table :schema.tasks (
  id text not null default :schema.new_id('tsk'),
  platform_id text not null,
  worker_id text,
  external_id text,
  task_type text not null default 'fixed',
  amount :schema.usdc not null,
  status text not null default 'pending',
  title text,
  description text,
  metadata jsonb not null default '{}',
  verification_data jsonb,
  completion_proof text,
  verification_status text not null default 'pending',
  verified_by text,
  worker_rating smallint,
  platform_rating smallint,
  escrowed_amount :schema.usdc not null default 0,
  paid_amount :schema.usdc not null default 0,
  was_disputed boolean not null default false,
  scheduled_at timestamptz(3),
  due_at timestamptz(3),
  hold_until timestamptz(3),
  started_at timestamptz(3),
  completed_at timestamptz(3),
  cancelled_at timestamptz(3),
  disputed_at timestamptz(3),
  paid_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint tasks_pkey primary key (id),
  constraint tasks_external_id_key unique (platform_id, external_id),
  constraint tasks_platform_id_fkey foreign key (platform_id) references :schema.platforms (id) on delete cascade,
  constraint tasks_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint tasks_task_type_check check (task_type in ('fixed', 'streaming')),
  constraint tasks_amount_check check (amount > 0),
  constraint tasks_status_check check (status in ('pending', 'active', 'completed', 'cancelled', 'disputed')),
  constraint tasks_verification_check check (
    verification_status in ('pending', 'approved', 'flagged', 'rejected') and verified_by in ('auto', 'manual')
  ),
  constraint tasks_ratings_check check (worker_rating between 1 and 5 and platform_rating between 1 and 5),
  constraint tasks_money_check check (
    escrowed_amount between 0 and amount and paid_amount between 0 and amount and escrowed_amount + paid_amount <= amount
  ),
  constraint tasks_worker_check check (worker_id is not null or status in ('pending', 'cancelled')),
  constraint tasks_times_check check (
    (status <> 'completed' or completed_at is not null) and (status <> 'cancelled' or cancelled_at is not null)
    and completed_at >= started_at
  ),
  constraint tasks_metadata_check check (jsonb_typeof(metadata) = 'object'),
  constraint tasks_texts_check check (
    length(title) <= 500 and length(description) <= 10000 and length(completion_proof) <= 2000 and length(external_id) <= 200
  )
) with (fillfactor = 80);
create index tasks_platform_id_idx on :schema.tasks (platform_id, created_at desc, id desc);
create index tasks_worker_id_idx on :schema.tasks (worker_id, created_at desc, id desc);
create index tasks_open_idx on :schema.tasks (status, created_at desc, id desc) where status in ('pending', 'active', 'disputed');
create index tasks_hold_until_idx on :schema.tasks (hold_until)
  where status = 'completed' and hold_until is not null and escrowed_amount > 0;
comment on table :schema.tasks is
  'Work that a platform posts and pays for. The amount lies in escrow from the moment it is posted until it is paid or given back.';
comment on column :schema.tasks.worker_id is 'Null while nobody has taken it.';
comment on column :schema.tasks.external_id is 'The platform''s own id for it; posting it again gives the first task. Null without one.';
comment on column :schema.tasks.status is
  'pending (posted), active (begun), completed, cancelled, disputed; guarded by guard_task_status.';
comment on column :schema.tasks.verification_data is 'What the worker handed in: photos, places, minutes; null before.';
comment on column :schema.tasks.verified_by is 'auto or manual; null before a verdict.';
comment on column :schema.tasks.worker_rating is 'Stars the platform gave the worker; null before.';
comment on column :schema.tasks.platform_rating is 'Stars the worker gave the platform; null before.';
comment on column :schema.tasks.escrowed_amount is 'What of the amount still lies in escrow.';
comment on column :schema.tasks.title is 'Null without one.';
comment on column :schema.tasks.description is 'Null without one.';
comment on column :schema.tasks.completion_proof is 'Hash or address of what proves it; null without one.';
comment on column :schema.tasks.scheduled_at is 'When it is meant to begin; null: at any time.';
comment on column :schema.tasks.due_at is 'Completed later than this it is late; null: never.';
comment on column :schema.tasks.started_at is 'Null while it has not begun.';
comment on column :schema.tasks.completed_at is 'Null while it is not completed.';
comment on column :schema.tasks.cancelled_at is 'Null unless cancelled.';
comment on column :schema.tasks.disputed_at is 'When it was disputed last; null: never.';
comment on column :schema.tasks.paid_at is 'When all of it was paid; null before.';
comment on column :schema.tasks.hold_until is 'Not paid before this moment; null: as soon as it is completed.';

create table :schema.streams (
  id text not null default :schema.new_id('str'),
  task_id text not null,
  platform_id text not null,
  worker_id text not null,
  contract_address text,
  start_time timestamptz not null,
  end_time timestamptz not null,
  total_amount :schema.usdc not null,
  funded_amount :schema.usdc not null default 0,
  released_amount :schema.usdc not null default 0,
  remaining_amount :schema.usdc not null default 0,
  release_interval integer not null,
  next_release_at timestamptz,
  status text not null default 'active',
  paused_at timestamptz,
  paused_for interval not null default '0',
  last_released_at timestamptz,
  completed_at timestamptz(3),
  cancelled_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint streams_pkey primary key (id),
  constraint streams_task_id_fkey foreign key (task_id) references :schema.tasks (id) on delete cascade,
  constraint streams_platform_id_fkey foreign key (platform_id) references :schema.platforms (id) on delete cascade,
  constraint streams_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint streams_total_amount_check check (total_amount > 0),
  constraint streams_amounts_check check (
    released_amount between 0 and funded_amount and funded_amount <= total_amount
    and remaining_amount = total_amount - released_amount
  ),
  constraint streams_duration_check check (
    end_time > start_time and end_time - start_time <= paused_for + interval '30 days'
  ),
  constraint streams_release_interval_check check (
    release_interval >= 60 and release_interval <= extract(epoch from end_time - start_time)
  ),
  constraint streams_status_check check (status in ('active', 'paused', 'insolvent', 'completed', 'cancelled')),
  constraint streams_state_check check (
    (status = 'paused') = (paused_at is not null) and (status = 'active') = (next_release_at is not null)
    and (status <> 'completed' or released_amount = total_amount)
  )
) with (fillfactor = 70);
create index streams_task_id_idx on :schema.streams (task_id);
create index streams_worker_id_idx on :schema.streams (worker_id, created_at desc, id desc);
create index streams_platform_id_idx on :schema.streams (platform_id, created_at desc, id desc);
create index streams_due_idx on :schema.streams (next_release_at, id) where status = 'active';
create index streams_live_idx on :schema.streams (end_time) where status in ('active', 'paused', 'insolvent');
comment on table :schema.streams is
  'Pay that accrues by the second over a time. What is released is in the worker''s balance; what is funded and not released lies in escrow.';
comment on column :schema.streams.contract_address is 'Of a contract that mirrors the stream; null without one.';
comment on column :schema.streams.end_time is 'When all has accrued; moved by each pause, for paused time earns nothing.';
comment on column :schema.streams.funded_amount is 'What lies or lay in escrow for it; below the total it will run out, and stops there.';
comment on column :schema.streams.next_release_at is 'When the next release is due; null unless active.';
comment on column :schema.streams.status is
  'active, paused, insolvent (all that was funded is released), completed, cancelled; guarded by guard_stream_status.';
comment on column :schema.streams.paused_at is 'Since when it is paused; null unless it is.';
comment on column :schema.streams.paused_for is 'Length of all pauses that are over.';
comment on column :schema.streams.last_released_at is 'Null before the first release.';
comment on column :schema.streams.completed_at is 'Null unless completed.';
comment on column :schema.streams.cancelled_at is 'Null unless cancelled.';
