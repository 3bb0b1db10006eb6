-- An address that was typed in is a wish; who signs a message with its key has it.
alter table :schema.workers
  add column wallet_verified_at timestamptz(3),
  add constraint workers_wallet_verified_at_check check (wallet_verified_at is null or wallet_address is not null);
comment on column :schema.workers.wallet_verified_at is
  'When the worker proved the wallet address by a signature, and may sign in with it since; null: it was only typed in. Set with a challenge that is used in the same transaction, cleared with the address (guard_wallet_proof).';

create table :schema.wallet_challenges (
  nonce text not null,
  address text not null,
  purpose text not null,
  worker_id text,
  domain text not null,
  uri text not null,
  chain_id bigint not null,
  issued_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  used_at timestamptz(3),
  constraint wallet_challenges_pkey primary key (nonce),
  constraint wallet_challenges_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint wallet_challenges_nonce_check check (nonce ~ '^[0-9a-f]{32}$'),
  constraint wallet_challenges_address_check check (address ~ '^0x[0-9a-f]{40}$'),
  constraint wallet_challenges_purpose_check check (purpose in ('sign_in', 'link')),
  constraint wallet_challenges_worker_check check ((purpose = 'link') = (worker_id is not null)),
  constraint wallet_challenges_times_check check (expires_at > issued_at and used_at >= issued_at and used_at <= expires_at)
);
create index wallet_challenges_expires_at_idx on :schema.wallet_challenges (expires_at);
create index wallet_challenges_worker_id_idx on :schema.wallet_challenges (worker_id) where worker_id is not null;
comment on table :schema.wallet_challenges is
  'Messages that wallets were asked to sign, each good for one use within minutes. Kept for an hour after their end, so that a second use is told from an unknown nonce.';
comment on column :schema.wallet_challenges.worker_id is 'Whom the wallet is to be linked to; null: a sign-in, whoever it will be.';
comment on column :schema.wallet_challenges.used_at is 'Null: not used.';
insert into :schema.retention_policies (name, kind, table_name, time_column, keep)
values ('wallet_challenges', 'rows', 'wallet_challenges', 'expires_at', interval '1 hour');
