create table :schema.sandbox_transfers (
  reference text not null,
  amount :schema.usdc not null,
  to_address text not null,
  state text not null,
  sends integer not null default 0,
  confirmations integer not null default 0,
  looks integer not null default 0,
  tx_hash text not null generated always as ('0x' || encode(sha256(reference::bytea), 'hex')) stored,
  reason text,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint sandbox_transfers_pkey primary key (reference),
  constraint sandbox_transfers_reference_check check (reference ~ '^[A-Za-z0-9_-]{1,200}$'),
  constraint sandbox_transfers_amount_check check (amount > 0),
  constraint sandbox_transfers_state_check check (state in ('lost', 'accepted', 'refused', 'failed')),
  constraint sandbox_transfers_counts_check check (sends >= 0 and looks >= 0 and confirmations between 0 and 12)
) with (fillfactor = 70);
comment on table :schema.sandbox_transfers is
  'What the sandbox rail was told to send. It stands for money outside of our books: each send counts, also a second one for the same reference.';
comment on column :schema.sandbox_transfers.state is
  'lost (never arrived, so nothing was sent), accepted, refused, failed (after it was accepted).';
comment on column :schema.sandbox_transfers.sends is 'How often it was paid outside; more than once is money lost.';
comment on column :schema.sandbox_transfers.confirmations is 'Grow with each look; 12 are final.';
comment on column :schema.sandbox_transfers.reason is 'Why it was refused or failed; null otherwise.';

create index transactions_ledger_transfer_id_idx on :schema.transactions (ledger_transfer_id)
  where ledger_transfer_id is not null;
