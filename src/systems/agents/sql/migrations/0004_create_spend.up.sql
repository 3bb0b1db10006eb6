create table :schema.spend_deltas (
  id bigint generated always as identity,
  project_id text not null,
  agent_id text,
  day date not null,
  provider text not null,
  model text not null,
  amount numeric not null,
  calls bigint not null,
  unpriced_calls bigint not null,
  input_tokens numeric not null,
  output_tokens numeric not null,
  constraint spend_deltas_pkey primary key (id)
);
create index spend_deltas_project_id_idx on :schema.spend_deltas (project_id);
comment on table :schema.spend_deltas is
  'What each statement on costs added or took away; folded into the rollups every second, so that no writer waits for another.';
comment on column :schema.spend_deltas.agent_id is 'Null for costs that are not attributed to a run.';

create table :schema.spend_daily (
  project_id text not null,
  day date not null,
  provider text not null,
  model text not null,
  amount numeric not null,
  calls bigint not null,
  unpriced_calls bigint not null,
  input_tokens numeric not null,
  output_tokens numeric not null,
  constraint spend_daily_pkey primary key (project_id, day, provider, model),
  constraint spend_daily_project_id_fkey foreign key (project_id) references :schema.projects (id) on delete cascade
);
create index spend_daily_day_idx on :schema.spend_daily (day);
comment on table :schema.spend_daily is 'Folded spend by project, UTC day, provider and model. Read the view daily_spend instead.';

create table :schema.agent_spend_daily (
  agent_id text not null,
  day date not null,
  project_id text not null,
  amount numeric not null,
  calls bigint not null,
  unpriced_calls bigint not null,
  input_tokens numeric not null,
  output_tokens numeric not null,
  constraint agent_spend_daily_pkey primary key (agent_id, day),
  constraint agent_spend_daily_agent_id_fkey foreign key (agent_id) references :schema.agents (id) on delete cascade
);
create index agent_spend_daily_project_id_idx on :schema.agent_spend_daily (project_id, day);
comment on table :schema.agent_spend_daily is 'Folded spend by run and UTC day. Read the view daily_agent_spend instead.';

create table :schema.project_spend (
  project_id text not null,
  amount numeric not null,
  calls bigint not null,
  unpriced_calls bigint not null,
  input_tokens numeric not null,
  output_tokens numeric not null,
  constraint project_spend_pkey primary key (project_id),
  constraint project_spend_project_id_fkey foreign key (project_id) references :schema.projects (id) on delete cascade
);
comment on table :schema.project_spend is 'Folded spend of a project from its first day. Read the view total_spend instead.';
