alter table :schema.ledger_transfers
  add constraint ledger_transfers_debit_fkey foreign key (debit_account, asset_id, debit_slot)
    references :schema.ledger_balances (account_id, asset_id, slot),
  add constraint ledger_transfers_credit_fkey foreign key (credit_account, asset_id, credit_slot)
    references :schema.ledger_balances (account_id, asset_id, slot);
comment on column :schema.ledger_balances.last_at is 'Time of the last posting: the next is later, whatever the clock does.';
