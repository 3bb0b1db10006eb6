create table :schema.loans (
  id text not null default :schema.new_id('lon'),
  worker_id text not null,
  amount :schema.usdc not null,
  fee :schema.usdc not null,
  fee_bps integer not null,
  total_due :schema.usdc not null,
  amount_repaid :schema.usdc not null default 0,
  status text not null default 'pending',
  risk_score integer not null,
  predicted_earnings :schema.usdc not null,
  installments integer not null default 5,
  installments_paid integer not null default 0,
  contract_address text,
  disbursed_at timestamptz(3),
  repayment_due timestamptz(3) not null,
  repaid_at timestamptz(3),
  defaulted_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint loans_pkey primary key (id),
  constraint loans_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint loans_amount_check check (amount > 0 and amount <= 500),
  constraint loans_fee_check check (fee >= 0 and fee_bps between 0 and 10000 and total_due = amount + fee),
  constraint loans_repaid_check check (amount_repaid between 0 and total_due),
  constraint loans_status_check check (
    status in ('pending', 'approved', 'disbursed', 'repaying', 'repaid', 'defaulted', 'cancelled')
  ),
  constraint loans_state_check check (
    (status <> 'repaid' or (amount_repaid = total_due and repaid_at is not null))
    and (status <> 'defaulted' or defaulted_at is not null)
    and (disbursed_at is not null) = (status in ('disbursed', 'repaying', 'repaid', 'defaulted'))
  ),
  constraint loans_risk_score_check check (risk_score between 0 and 1000),
  constraint loans_installments_check check (installments between 1 and 60 and installments_paid >= 0)
) with (fillfactor = 80);
create unique index loans_open_key on :schema.loans (worker_id)
  where status in ('pending', 'approved', 'disbursed', 'repaying');
create index loans_worker_id_idx on :schema.loans (worker_id, created_at desc, id desc);
create index loans_due_idx on :schema.loans (repayment_due) where status in ('disbursed', 'repaying');
comment on table :schema.loans is
  'Advances on later tasks, repaid from them: a part is withheld from each payout until all that is due is repaid.';
comment on column :schema.loans.fee_bps is 'Fee in hundredths of a percent of the amount.';
comment on column :schema.loans.status is
  'pending, approved, disbursed (nothing repaid yet), repaying, repaid, defaulted (still repayable), cancelled; guarded by guard_loan_status.';
comment on column :schema.loans.installments is 'Payouts over which it is repaid, an equal part from each.';
comment on column :schema.loans.contract_address is 'Of a contract that mirrors it; null without one.';
comment on column :schema.loans.disbursed_at is 'Null before it was paid out.';
comment on column :schema.loans.repaid_at is 'Null unless repaid.';
comment on column :schema.loans.defaulted_at is 'When it was not repaid in time; null: it was, or is not due.';

create table :schema.transactions (
  id text not null default :schema.new_id('txn'),
  worker_id text,
  platform_id text,
  task_id text,
  stream_id text,
  loan_id text,
  asset text not null default 'USDC',
  tx_hash text,
  log_index integer not null default 0,
  tx_type text not null,
  amount numeric not null,
  fee numeric not null default 0,
  status text not null default 'pending',
  from_address text,
  to_address text,
  rail text not null default 'ledger',
  rail_reference text,
  block_number bigint,
  blockchain_confirmations integer not null default 0,
  attempts integer not null default 0,
  ledger_transfer_id bigint,
  error_message text,
  metadata jsonb not null default '{}',
  submitted_at timestamptz(3),
  processed_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint transactions_pkey primary key (id),
  constraint transactions_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint transactions_platform_id_fkey foreign key (platform_id) references :schema.platforms (id) on delete cascade,
  constraint transactions_task_id_fkey foreign key (task_id) references :schema.tasks (id) on delete set null,
  constraint transactions_stream_id_fkey foreign key (stream_id) references :schema.streams (id) on delete set null,
  constraint transactions_loan_id_fkey foreign key (loan_id) references :schema.loans (id) on delete set null,
  constraint transactions_rail_reference_key unique (rail, rail_reference),
  constraint transactions_tx_hash_check check (tx_hash ~ '^0x[0-9a-f]{64}$' and log_index >= 0),
  constraint transactions_tx_type_check check (
    tx_type in ('payout', 'advance', 'repayment', 'fee', 'refund', 'deposit', 'withdrawal', 'transfer')
  ),
  constraint transactions_amount_check check (amount > 0 and amount < 1e60 and fee >= 0 and fee <= amount),
  constraint transactions_usdc_check check (asset <> 'USDC' or (amount = round(amount, 6) and fee = round(fee, 6))),
  constraint transactions_status_check check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  constraint transactions_state_check check (status <> 'completed' or processed_at is not null),
  constraint transactions_confirmations_check check (blockchain_confirmations >= 0 and attempts >= 0),
  constraint transactions_metadata_check check (jsonb_typeof(metadata) = 'object')
) with (fillfactor = 90);
create unique index transactions_tx_hash_key on :schema.transactions (tx_hash, log_index) where tx_hash is not null;
create unique index transactions_payout_key on :schema.transactions (task_id, worker_id)
  where tx_type = 'payout' and stream_id is null and status in ('pending', 'processing', 'completed');
create index transactions_worker_id_idx on :schema.transactions (worker_id, created_at desc, id desc);
create index transactions_platform_id_idx on :schema.transactions (platform_id, created_at desc, id desc);
create index transactions_stream_id_idx on :schema.transactions (stream_id) where stream_id is not null;
create index transactions_loan_id_idx on :schema.transactions (loan_id) where loan_id is not null;
create index transactions_created_at_idx on :schema.transactions (created_at desc, id desc);
create index transactions_unsettled_idx on :schema.transactions (status, updated_at) where status in ('pending', 'processing');
comment on table :schema.transactions is
  'Every movement of money with its business meaning; the ledger holds the entries. A payout exists once for a task and worker, whatever is retried.';
comment on column :schema.transactions.worker_id is 'Who is paid or pays; null for movements of a platform only.';
comment on column :schema.transactions.asset is 'USDC, or the token of a transfer that was seen elsewhere.';
comment on column :schema.transactions.amount is 'What is moved, the fee included; in whole units of the asset.';
comment on column :schema.transactions.fee is 'What of the amount is kept as our fee.';
comment on column :schema.transactions.status is
  'pending, processing (handed to the rail), completed, failed, cancelled; guarded by guard_transaction_status.';
comment on column :schema.transactions.rail is 'How it is settled: ledger (in our own books, at once) or the name of a payment rail.';
comment on column :schema.transactions.platform_id is 'Platform that pays or is paid; null when none is part of it.';
comment on column :schema.transactions.task_id is 'Null when it is about no task.';
comment on column :schema.transactions.stream_id is 'Null when it is about no stream.';
comment on column :schema.transactions.loan_id is 'Null when it is about no loan.';
comment on column :schema.transactions.tx_hash is 'Of the chain''s transaction; null when there is none.';
comment on column :schema.transactions.from_address is 'Null inside our books.';
comment on column :schema.transactions.to_address is 'Null inside our books.';
comment on column :schema.transactions.block_number is 'Null when it is on no chain.';
comment on column :schema.transactions.error_message is 'Why it failed last; null when it did not.';
comment on column :schema.transactions.submitted_at is 'When it was handed to the rail; null when it was not.';
comment on column :schema.transactions.processed_at is 'When it was completed or failed for good; null before.';
comment on column :schema.transactions.rail_reference is 'The rail''s own id; null before it is known.';
comment on column :schema.transactions.ledger_transfer_id is 'Main entry in the ledger; null when it never touched our books.';
