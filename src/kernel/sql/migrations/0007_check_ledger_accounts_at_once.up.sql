-- A foreign key is looked up row by row, twice a transfer: an eighth of the time of posting. The triggers
-- ledger_transfers_check_accounts and ledger_balances_kept hold the same rule with one look-up a statement.
alter table :schema.ledger_transfers
  drop constraint ledger_transfers_debit_fkey,
  drop constraint ledger_transfers_credit_fkey;

-- Plain transfers take their time after the last of their balances is changed, so the others may be a moment behind it.
comment on column :schema.ledger_balances.last_at is
  'Time at which the last posting had this balance, at most that of the posting itself: the next is later, as long as the database''s clock does not go back.';
