-- A foreign key is looked up row by row, twice a transfer: an eighth of the time of posting. The triggers
-- ledger_transfers_check_accounts and ledger_balances_kept hold the same rule with one look-up a statement.
alter table :schema.ledger_transfers
  drop constraint ledger_transfers_debit_fkey,
  drop constraint ledger_transfers_credit_fkey;
