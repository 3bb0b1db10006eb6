alter table :schema.workers
  add column initial_score integer not null default 500,
  add constraint workers_initial_score_check check (initial_score between 0 and 1000);
comment on column :schema.workers.initial_score is
  'Score the worker began with: 500, or what it brought along from elsewhere. Replaying its events from here gives its score.';

create table :schema.imports (
  id text not null default :schema.new_id('imp'),
  kind text not null,
  source text not null,
  platform_id text null,
  state text not null default 'running',
  attempt integer not null default 1,
  rows_done bigint not null default 0,
  digest text not null default '',
  rows_inserted bigint not null default 0,
  rows_known bigint not null default 0,
  rows_refused bigint not null default 0,
  totals jsonb not null default '{}',
  error text null,
  started_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  completed_at timestamptz(3) null,
  constraint imports_pkey primary key (id),
  constraint imports_platform_id_fkey foreign key (platform_id) references :schema.platforms (id) on delete cascade,
  constraint imports_state_check check (state in ('running', 'stopped', 'failed', 'abandoned', 'completed')),
  constraint imports_completed_check check ((state = 'completed') = (completed_at is not null)),
  constraint imports_rows_check
    check (rows_done >= 0 and rows_inserted >= 0 and rows_known >= 0 and rows_refused >= 0)
);
comment on table :schema.imports is
  'One file brought in. Progress is written with the rows it counts, so a killed import continues where its last batch ended.';
comment on column :schema.imports.state is
  'running, or killed while it was; stopped and failed ones are continued by the next import of the file; abandoned: the file had changed.';
comment on column :schema.imports.platform_id is 'Platform that posted and paid the tasks; null: what was seen on a chain belongs to none.';
comment on column :schema.imports.attempt is 'Raised by whoever takes an unfinished import over; a batch of an older attempt is refused.';
comment on column :schema.imports.rows_done is 'Rows of the file dealt with so far: inserted, known or refused.';
comment on column :schema.imports.digest is 'Hash over the rows done; an import resumes only where the file still begins with them.';
comment on column :schema.imports.error is 'Why it failed; null: it did not.';
comment on column :schema.imports.completed_at is 'When the whole file was read; null: not yet.';
create index imports_unfinished_idx on :schema.imports (kind, source, started_at)
  where state in ('running', 'stopped', 'failed');
create index imports_started_at_idx on :schema.imports (started_at, id);
create index imports_platform_id_idx on :schema.imports (platform_id);

create table :schema.import_refusals (
  import_id text not null,
  line bigint not null,
  reason text not null,
  excerpt text not null,
  constraint import_refusals_pkey primary key (import_id, line),
  constraint import_refusals_import_id_fkey foreign key (import_id)
    references :schema.imports (id) on delete cascade
);
comment on table :schema.import_refusals is
  'Rows of a file that were left out, and why; the first 1,000 of each import, while imports.rows_refused counts all.';

create table :schema.chain_transactions (
  tx_hash text not null,
  block_number bigint not null,
  position integer not null,
  from_address text not null,
  to_address text null,
  value numeric not null,
  gas_used bigint not null,
  fee numeric not null,
  status text not null,
  at timestamptz(3) not null,
  constraint chain_transactions_pkey primary key (tx_hash),
  constraint chain_transactions_tx_hash_check check (tx_hash ~ '^0x[0-9a-f]{64}$'),
  constraint chain_transactions_addresses_check check (
    from_address ~ '^0x[0-9a-f]{40}$' and to_address ~ '^0x[0-9a-f]{40}$'
  ),
  constraint chain_transactions_amounts_check check (
    value >= 0 and value < 1e60 and value = round(value) and fee >= 0 and fee < 1e60 and fee = round(fee)
  ),
  constraint chain_transactions_places_check check (block_number >= 0 and position >= 0 and gas_used >= 0),
  constraint chain_transactions_status_check check (status in ('completed', 'failed'))
);
create index chain_transactions_at_idx on :schema.chain_transactions (at desc, tx_hash);
comment on table :schema.chain_transactions is
  'Transactions of a chain as they were seen there, with their outcome and what they cost. They never touch our books; token transfers within them are rows of transactions with the same hash.';
comment on column :schema.chain_transactions.position is 'Place in the block, from 0.';
comment on column :schema.chain_transactions.to_address is 'Null: it made a contract.';
comment on column :schema.chain_transactions.value is 'Smallest units of the chain''s own currency.';
comment on column :schema.chain_transactions.fee is 'Gas used times price, in smallest units of the chain''s own currency.';
