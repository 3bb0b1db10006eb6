create table :schema.budgets (
  id text not null default :schema.new_id('bdg'),
  project_id text not null,
  agent_id text,
  kind text not null,
  period text not null,
  limit_amount numeric not null,
  thresholds numeric[] not null default '{0.5,0.8,1}',
  reservations_made bigint not null default 0,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint budgets_pkey primary key (id),
  constraint budgets_project_id_fkey foreign key (project_id) references :schema.projects (id) on delete cascade,
  constraint budgets_agent_id_fkey foreign key (agent_id, project_id)
    references :schema.agents (id, project_id) on delete cascade,
  constraint budgets_scope_key unique nulls not distinct (project_id, agent_id, kind, period),
  constraint budgets_kind_check check (kind in ('hard', 'soft')),
  constraint budgets_period_check check (period in ('day', 'month', 'total')),
  constraint budgets_limit_amount_check check (limit_amount > 0 and limit_amount < 1e15),
  constraint budgets_thresholds_check check (
    array_position(thresholds, null) is null and 0 < all (thresholds) and 10 >= all (thresholds)
    and cardinality(thresholds) <= 20
  )
);
create index budgets_agent_id_idx on :schema.budgets (agent_id) where agent_id is not null;
comment on table :schema.budgets is
  'Limits on spend. hard: a reservation that would pass the limit is refused; soft: thresholds only write alerts.';
comment on column :schema.budgets.agent_id is 'Run the budget is for; null when it is for the whole project.';
comment on column :schema.budgets.thresholds is 'Parts of the limit, 1 is all of it, at each of which one cost_alert a period is written.';
comment on column :schema.budgets.reservations_made is
  'Raised by every reservation: that update is the lock which lets reservations of one budget in one by one.';

create table :schema.budget_reservations (
  id text not null default :schema.new_id('rsv'),
  project_id text not null,
  agent_id text,
  amount numeric not null,
  state text not null default 'open',
  purpose text,
  cost_id text,
  created_at timestamptz(3) not null default clock_timestamp(),
  expires_at timestamptz(3) not null,
  closed_at timestamptz(3),
  constraint budget_reservations_pkey primary key (id),
  constraint budget_reservations_project_id_fkey foreign key (project_id)
    references :schema.projects (id) on delete cascade,
  constraint budget_reservations_agent_id_fkey foreign key (agent_id, project_id)
    references :schema.agents (id, project_id) on delete set null (agent_id),
  constraint budget_reservations_cost_id_fkey foreign key (cost_id) references :schema.costs (id) on delete set null,
  constraint budget_reservations_amount_check check (amount > 0 and amount < 1e15),
  constraint budget_reservations_state_check check (state in ('open', 'settled', 'released', 'expired')),
  constraint budget_reservations_closed_check check ((state = 'open') = (closed_at is null))
);
create index budget_reservations_open_idx on :schema.budget_reservations (project_id, expires_at) where state = 'open';
create index budget_reservations_project_id_idx
  on :schema.budget_reservations (project_id, created_at desc, id desc);
create index budget_reservations_expiry_idx on :schema.budget_reservations (expires_at) where state = 'open';
create index budget_reservations_cost_id_idx on :schema.budget_reservations (cost_id) where cost_id is not null;
create index budget_reservations_agent_id_idx on :schema.budget_reservations (agent_id) where agent_id is not null;
comment on table :schema.budget_reservations is
  'Money set aside before a call whose cost is not known yet; it counts against hard budgets until settled, released or expired.';
comment on column :schema.budget_reservations.agent_id is 'Run that will spend it; null when it is not attributed to one.';
comment on column :schema.budget_reservations.purpose is 'What it is for, in the caller''s words; null when they said nothing.';
comment on column :schema.budget_reservations.cost_id is 'Cost that settled it; null until then.';
comment on column :schema.budget_reservations.closed_at is 'Null while it is open.';

create table :schema.budget_alerts (
  budget_id text not null,
  period_start date not null,
  threshold numeric not null,
  spent numeric not null,
  at timestamptz(3) not null default clock_timestamp(),
  constraint budget_alerts_pkey primary key (budget_id, period_start, threshold),
  constraint budget_alerts_budget_id_fkey foreign key (budget_id) references :schema.budgets (id) on delete cascade
);
comment on table :schema.budget_alerts is
  'Thresholds that were reached, once each in a period: the primary key is what makes the alert single.';
