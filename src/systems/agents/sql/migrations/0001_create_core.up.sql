create table :schema.users (
  id text not null default :schema.new_id('usr'),
  email text not null,
  name text,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint users_pkey primary key (id),
  constraint users_email_key unique (email),
  constraint users_account_fkey foreign key (id, email)
    references :schema.accounts (id, login) on update cascade on delete cascade
);
create index users_created_at_idx on :schema.users (created_at desc, id desc);
comment on table :schema.users is
  'People who own projects. Password, roles and tokens are in accounts, under the same id.';
comment on column :schema.users.name is 'Display name; null when none was given.';

create table :schema.projects (
  id text not null default :schema.new_id('prj'),
  user_id text not null,
  name text not null,
  path text not null,
  settings jsonb,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint projects_pkey primary key (id),
  constraint projects_user_id_fkey foreign key (user_id) references :schema.users (id) on delete cascade,
  constraint projects_name_check check (name <> ''),
  constraint projects_settings_check check (jsonb_typeof(settings) = 'object')
);
create index projects_user_id_idx on :schema.projects (user_id, created_at desc, id desc);
comment on table :schema.projects is 'A code base on which agents work; everything else belongs to one.';
comment on column :schema.projects.settings is 'Settings as an object; null when none were given. Replaced whole.';

create table :schema.agents (
  id text not null default :schema.new_id('agt'),
  project_id text not null,
  status text not null,
  start_time timestamptz(3) not null default clock_timestamp(),
  end_time timestamptz(3),
  error text,
  has_logs boolean not null default false,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint agents_pkey primary key (id),
  constraint agents_id_project_id_key unique (id, project_id),
  constraint agents_project_id_fkey foreign key (project_id) references :schema.projects (id) on delete cascade,
  constraint agents_status_check check (status in ('running', 'completed', 'failed')),
  constraint agents_end_time_check check (end_time >= start_time)
);
create index agents_project_id_idx on :schema.agents (project_id, start_time desc, id desc);
create index agents_status_idx on :schema.agents (status, start_time desc, id desc);
comment on table :schema.agents is 'Runs of AI agents. Any status may follow any other: a finished run can be taken up again.';
comment on column :schema.agents.end_time is 'Null while nobody has said that the run ended.';
comment on column :schema.agents.error is 'Why a run failed; null when it did not.';
comment on column :schema.agents.has_logs is 'Tells a run whose log is empty from one that has none.';

create table :schema.agent_log_lines (
  id bigint generated always as identity,
  agent_id text not null,
  at timestamptz(3) not null default clock_timestamp(),
  line text not null,
  constraint agent_log_lines_pkey primary key (agent_id, id),
  constraint agent_log_lines_agent_id_fkey foreign key (agent_id) references :schema.agents (id) on delete cascade
);
comment on table :schema.agent_log_lines is
  'The log of a run, a row a line, so that several writers append at once without losing any.';

create table :schema.costs (
  id text not null default :schema.new_id('cst'),
  project_id text not null,
  agent_id text,
  amount numeric,
  provider text not null,
  model text not null,
  input_tokens bigint,
  output_tokens bigint,
  usage jsonb,
  service_tier text not null default 'standard',
  pricing text not null default 'given',
  price_id text,
  unpriced_kinds text[],
  import_key text,
  "timestamp" timestamptz(3) not null default clock_timestamp(),
  constraint costs_pkey primary key (id),
  constraint costs_project_id_fkey foreign key (project_id) references :schema.projects (id) on delete cascade,
  constraint costs_agent_id_fkey foreign key (agent_id, project_id)
    references :schema.agents (id, project_id) on delete set null (agent_id),
  constraint costs_amount_check check (amount >= 0 and amount < 1e15),
  constraint costs_model_check check (model <> ''),
  constraint costs_provider_check check (provider <> ''),
  constraint costs_input_tokens_check check (input_tokens between 0 and 9007199254740991),
  constraint costs_output_tokens_check check (output_tokens between 0 and 9007199254740991),
  constraint costs_service_tier_check check (service_tier in ('standard', 'batch', 'flex', 'priority')),
  constraint costs_pricing_check check (pricing in ('given', 'computed', 'unpriced')),
  constraint costs_unpriced_check check ((pricing = 'unpriced') = (amount is null))
);
create unique index costs_import_key_key on :schema.costs (import_key) where import_key is not null;
create index costs_project_id_idx on :schema.costs (project_id, "timestamp" desc, id desc);
create index costs_timestamp_idx on :schema.costs ("timestamp" desc, id desc);
create index costs_agent_id_idx on :schema.costs (agent_id) where agent_id is not null;
create index costs_unpriced_idx on :schema.costs (id) where pricing = 'unpriced';
comment on table :schema.costs is 'One paid call of a model, in USD.';
comment on column :schema.costs.agent_id is 'Run that caused it; null when it is not attributed to one.';
comment on column :schema.costs.amount is
  'USD, exact. Null when the price is unknown: it is counted as unpriced and never as zero.';
comment on column :schema.costs.input_tokens is 'Null when not reported; 0 is a count.';
comment on column :schema.costs.output_tokens is 'Null when not reported; 0 is a count.';
comment on column :schema.costs.usage is 'Disjoint kinds of usage with their quantities; null when only totals are known.';
comment on column :schema.costs.service_tier is 'How the provider sold the call; prices differ by it.';
comment on column :schema.costs.pricing is 'given: the caller said the amount; computed: from price_id; unpriced: no price known.';
comment on column :schema.costs.price_id is 'Price the amount was computed from; null unless computed.';
comment on column :schema.costs.unpriced_kinds is 'Kinds of usage that had no price; null unless that is why it is unpriced.';
comment on column :schema.costs.import_key is 'Place and content in an imported file, so that a second import adds nothing; null otherwise.';

create table :schema.activities (
  id text not null default :schema.new_id('act'),
  project_id text not null,
  type text not null,
  message text not null,
  metadata jsonb,
  "timestamp" timestamptz(3) not null default clock_timestamp(),
  constraint activities_pkey primary key (id),
  constraint activities_project_id_fkey foreign key (project_id) references :schema.projects (id) on delete cascade,
  constraint activities_type_check check (type in (
    'agent_started', 'agent_completed', 'agent_failed', 'cost_alert',
    'project_created', 'project_updated', 'project_deleted'
  ))
);
create index activities_project_id_idx on :schema.activities (project_id, "timestamp" desc, id desc);
create index activities_timestamp_idx on :schema.activities ("timestamp" desc, id desc);
comment on table :schema.activities is 'The feed of a project, for people.';
comment on column :schema.activities.metadata is 'Facts of the activity as JSON; null when there are none.';
