create table :schema.ledger_assets (
  id smallint generated always as identity,
  code text not null,
  decimals smallint not null,
  factor numeric not null generated always as ((('1' || repeat('0', decimals))::numeric)) stored,
  unit numeric not null generated always as (
    (case decimals when 0 then '1' else '0.' || repeat('0', decimals - 1) || '1' end)::numeric) stored,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint ledger_assets_pkey primary key (id),
  constraint ledger_assets_code_key unique (code),
  constraint ledger_assets_code_check check (code ~ '^[A-Za-z][A-Za-z0-9._:/-]{0,63}$'),
  constraint ledger_assets_decimals_check check (decimals between 0 and 38)
);
comment on table :schema.ledger_assets is
  'What accounts are kept in, and how finely it divides. Amounts are stored in the smallest unit, as whole numbers.';
comment on column :schema.ledger_assets.factor is 'Smallest units in one: 10 to the power of decimals.';
comment on column :schema.ledger_assets.unit is 'The smallest unit: multiply by it, for a division rounds large amounts.';

create table :schema.ledger_accounts (
  id bigint generated always as identity,
  code text not null,
  asset_id smallint not null,
  normal_side text not null,
  min_balance numeric,
  max_balance numeric,
  slots smallint not null default 1,
  metadata jsonb,
  closed_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint ledger_accounts_pkey primary key (id),
  constraint ledger_accounts_code_key unique (code),
  constraint ledger_accounts_asset_key unique (id, asset_id),
  constraint ledger_accounts_asset_id_fkey foreign key (asset_id) references :schema.ledger_assets (id),
  constraint ledger_accounts_code_check check (code <> '' and length(code) <= 200),
  constraint ledger_accounts_normal_side_check check (normal_side in ('debit', 'credit')),
  constraint ledger_accounts_limits_check check (
    (min_balance is null or (min_balance = trunc(min_balance) and min_balance <= 0))
    and (max_balance is null or (max_balance = trunc(max_balance) and max_balance >= 0))
  ),
  constraint ledger_accounts_slots_check check (slots between 1 and 64)
);
comment on table :schema.ledger_accounts is
  'Accounts of the double entry. The code is the caller''s own name for it and never changes.';
comment on column :schema.ledger_accounts.normal_side is
  'The side that raises the balance: debit for what is owned or spent, credit for what is owed or earned.';
comment on column :schema.ledger_accounts.min_balance is
  'Lowest balance in smallest units, zero or below, counting open holds against it; null: any.';
comment on column :schema.ledger_accounts.max_balance is
  'Highest balance in smallest units, zero or above, counting open holds into it; null: any.';
comment on column :schema.ledger_accounts.slots is
  'Parts that the balance is kept in. More than one for an account that everybody posts to at once.';
comment on column :schema.ledger_accounts.metadata is 'Facts of the caller''s; null when there are none.';
comment on column :schema.ledger_accounts.closed_at is 'Since when nothing is posted any more; null while it is open.';

create table :schema.ledger_balances (
  account_id bigint not null,
  last_at timestamptz not null default '-infinity',
  asset_id smallint not null,
  slot smallint not null,
  debits numeric not null default 0,
  credits numeric not null default 0,
  held_debits numeric not null default 0,
  held_credits numeric not null default 0,
  shift numeric not null default 0,
  constraint ledger_balances_pkey primary key (account_id, asset_id, slot),
  constraint ledger_balances_account_id_fkey foreign key (account_id, asset_id)
    references :schema.ledger_accounts (id, asset_id),
  constraint ledger_balances_sums_check
    check (debits >= 0 and credits >= 0 and held_debits >= 0 and held_credits >= 0)
) with (fillfactor = 50);
comment on table :schema.ledger_balances is
  'Sums of the transfers of each account, a row a slot; the row that postings lock. Read the view ledger_account_balances.';
comment on column :schema.ledger_balances.last_at is 'Time of the last posting: the next is later, whatever the clock does.';
comment on column :schema.ledger_balances.shift is
  'What this slot may spend beyond its own sums, taken from the other slots; adds up to zero over the account.';

create table :schema.ledger_transfers (
  id bigint generated always as identity,
  at timestamptz not null,
  debit_account bigint not null,
  credit_account bigint not null,
  key uuid not null,
  asset_id smallint not null,
  debit_slot smallint not null,
  credit_slot smallint not null,
  kind smallint not null,
  amount numeric not null,
  hold_id bigint,
  expires_at timestamptz,
  reference text,
  metadata jsonb,
  constraint ledger_transfers_pkey primary key (id),
  constraint ledger_transfers_key_key unique (key),
  constraint ledger_transfers_debit_fkey foreign key (debit_account, asset_id, debit_slot)
    references :schema.ledger_balances (account_id, asset_id, slot),
  constraint ledger_transfers_credit_fkey foreign key (credit_account, asset_id, credit_slot)
    references :schema.ledger_balances (account_id, asset_id, slot),
  constraint ledger_transfers_amount_check check (amount > 0 and amount < 1e60 and amount = trunc(amount)),
  constraint ledger_transfers_accounts_check check (debit_account <> credit_account),
  constraint ledger_transfers_kind_check check (
    kind between 1 and 5 and (kind >= 3) = (hold_id is not null) and (kind = 2 or expires_at is null)
  )
);
create index ledger_transfers_debit_idx on :schema.ledger_transfers (debit_account, id);
create index ledger_transfers_credit_idx on :schema.ledger_transfers (credit_account, id);
create unique index ledger_transfers_hold_id_key on :schema.ledger_transfers (hold_id) where hold_id is not null;
comment on table :schema.ledger_transfers is
  'The journal: amounts moved from one account (debited) to another (credited) of the same asset. Rows are only ever added, by ledger_post.';
comment on column :schema.ledger_transfers.key is 'First half of the SHA-256 of the caller''s idempotency key.';
comment on column :schema.ledger_transfers.kind is
  '1 transfer, 2 hold, 3 settlement of a hold, 4 hold given back, 5 hold expired. Only 1 and 3 move money.';
comment on column :schema.ledger_transfers.amount is 'In smallest units of the asset; for 4 and 5, what was held.';
comment on column :schema.ledger_transfers.hold_id is 'Hold that this ends, each at most once; null for transfers and holds. No foreign key: its check locks the hold, which needs the right to update it.';
comment on column :schema.ledger_transfers.expires_at is 'When a hold may be expired; null: never, or it is no hold.';
comment on column :schema.ledger_transfers.reference is 'Caller''s words or foreign id; null when none was given.';
comment on column :schema.ledger_transfers.metadata is 'Facts of the caller''s; null when there are none.';
revoke update, delete, truncate on :schema.ledger_transfers from current_user;

create table :schema.ledger_holds (
  hold_id bigint not null,
  debit_account bigint not null,
  credit_account bigint not null,
  asset_id smallint not null,
  debit_slot smallint not null,
  credit_slot smallint not null,
  amount numeric not null,
  expires_at timestamptz,
  constraint ledger_holds_pkey primary key (hold_id)
);
create index ledger_holds_expires_at_idx on :schema.ledger_holds (expires_at) where expires_at is not null;
comment on table :schema.ledger_holds is 'Holds that are open now; a row goes when the hold ends.';
comment on column :schema.ledger_holds.expires_at is 'Null: it stays until it is settled or given back.';

create table :schema.ledger_seals (
  number bigint not null,
  up_to bigint not null,
  transfers integer not null,
  digest bytea not null,
  hash bytea not null,
  at timestamptz(3) not null default clock_timestamp(),
  constraint ledger_seals_pkey primary key (number),
  constraint ledger_seals_up_to_key unique (up_to),
  constraint ledger_seals_number_check check (number >= 1 and transfers >= 1),
  constraint ledger_seals_hash_check check (octet_length(digest) = 32 and octet_length(hash) = 32)
);
comment on table :schema.ledger_seals is
  'Hash chain over the journal: each seal covers the transfers after the seal before it, up to and with up_to.';
comment on column :schema.ledger_seals.digest is 'SHA-256 of the transfers it covers.';
comment on column :schema.ledger_seals.hash is 'SHA-256 of the hash before, the digest, the number and up_to: the root to keep elsewhere.';
revoke update, delete, truncate on :schema.ledger_seals from current_user;

create table :schema.ledger_seal_marks (
  single boolean not null default true,
  up_to bigint not null,
  horizon xid8 not null,
  constraint ledger_seal_marks_pkey primary key (single),
  constraint ledger_seal_marks_single_check check (single)
);
comment on table :schema.ledger_seal_marks is
  'Up to which transfer may be sealed, once every transaction below the horizon has ended: none can then turn up behind it.';
