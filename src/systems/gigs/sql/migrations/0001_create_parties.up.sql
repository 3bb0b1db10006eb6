create domain :schema.usdc as numeric
  constraint usdc_check check (value > '-1e14' and value < 1e14 and value = round(value, 6));
comment on domain :schema.usdc is 'An amount of USDC: exact, six decimals at most, never NaN or infinite.';

create table :schema.workers (
  id text not null default :schema.new_id('wrk'),
  name text not null,
  email text not null,
  wallet_id text,
  wallet_address text,
  status text not null default 'active',
  reputation_score integer not null default 500,
  total_tasks bigint not null default 0,
  total_earned :schema.usdc not null default 0,
  completion_rate numeric(5, 2) not null default 0,
  average_rating numeric(3, 2) not null default 0,
  dispute_rate numeric(5, 2) not null default 0,
  last_active_at timestamptz(3) not null default clock_timestamp(),
  metadata jsonb not null default '{}',
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint workers_pkey primary key (id),
  constraint workers_email_key unique (email),
  constraint workers_wallet_id_key unique (wallet_id),
  constraint workers_wallet_address_key unique (wallet_address),
  constraint workers_account_fkey foreign key (id, email)
    references :schema.accounts (id, login) on update cascade on delete cascade,
  constraint workers_name_check check (length(name) between 1 and 100),
  constraint workers_wallet_address_check check (wallet_address ~ '^0x[0-9a-f]{40}$'),
  constraint workers_status_check check (status in ('active', 'suspended', 'closed')),
  constraint workers_reputation_score_check check (reputation_score between 0 and 1000),
  constraint workers_rates_check check (
    completion_rate between 0 and 100 and dispute_rate between 0 and 100 and average_rating between 0 and 5
  ),
  constraint workers_metadata_check check (jsonb_typeof(metadata) = 'object')
) with (fillfactor = 70);
create index workers_created_at_idx on :schema.workers (created_at desc, id desc);
create index workers_reputation_score_idx on :schema.workers (reputation_score desc, id desc);
comment on table :schema.workers is
  'People who do tasks and are paid. Password and keys are in accounts under the same id. The statistics are brought up to date each second; worker_profiles shows them as of the moment.';
comment on column :schema.workers.wallet_id is 'Id of the wallet at the payment provider; null without one.';
comment on column :schema.workers.wallet_address is 'Lower case, 0x and 40 hexadecimal digits; null: paid into the balance only.';
comment on column :schema.workers.reputation_score is '0 to 1000, starts at 500; changed by reputation events only.';
comment on column :schema.workers.total_tasks is 'Completed tasks.';
comment on column :schema.workers.total_earned is 'Sum of the amounts of completed tasks, before fees.';
comment on column :schema.workers.completion_rate is 'Percent: completed of those that were completed, cancelled after they began, or disputed.';
comment on column :schema.workers.average_rating is 'Mean of the ratings by platforms, 0 without one.';
comment on column :schema.workers.dispute_rate is 'Percent of the worker''s tasks that were ever disputed.';

create table :schema.platforms (
  id text not null default :schema.new_id('plt'),
  name text not null,
  contact_email text not null,
  webhook_url text,
  webhook_secret bytea,
  wallet_address text,
  fee_bps integer not null default 200,
  total_payouts :schema.usdc not null default 0,
  total_tasks bigint not null default 0,
  active_workers bigint not null default 0,
  is_active boolean not null default true,
  metadata jsonb not null default '{}',
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint platforms_pkey primary key (id),
  constraint platforms_contact_email_key unique (contact_email),
  constraint platforms_wallet_address_key unique (wallet_address),
  constraint platforms_account_fkey foreign key (id, contact_email)
    references :schema.accounts (id, login) on update cascade on delete cascade,
  constraint platforms_name_check check (length(name) between 1 and 100),
  constraint platforms_webhook_url_check check (webhook_url ~ '^https://[^\s]+$' and length(webhook_url) <= 2048),
  constraint platforms_webhook_secret_check check (octet_length(webhook_secret) between 24 and 64),
  constraint platforms_wallet_address_check check (wallet_address ~ '^0x[0-9a-f]{40}$'),
  constraint platforms_fee_bps_check check (fee_bps between 0 and 10000),
  constraint platforms_metadata_check check (jsonb_typeof(metadata) = 'object')
) with (fillfactor = 70);
create index platforms_created_at_idx on :schema.platforms (created_at desc, id desc);
comment on table :schema.platforms is
  'Those who post tasks and pay for them. API keys are kept as hashes only, in api_keys under the same account.';
comment on column :schema.platforms.webhook_url is 'Where the platform wants to hear of its tasks; null: nowhere.';
comment on column :schema.platforms.webhook_secret is
  'Signs what the platform sends us (HMAC-SHA-256); null: it sends nothing. Never shown again after it was made.';
comment on column :schema.platforms.wallet_address is 'Lower case; null without one.';
comment on column :schema.platforms.fee_bps is 'Our fee on each payout, hundredths of a percent of it, taken from the worker''s amount.';
comment on column :schema.platforms.total_payouts is 'Sum of completed payouts, fees included.';
comment on column :schema.platforms.total_tasks is 'Tasks ever posted.';
comment on column :schema.platforms.active_workers is 'Workers with a task of this platform in the last 30 days.';
