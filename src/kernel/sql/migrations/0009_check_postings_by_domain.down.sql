alter table :schema.ledger_transfers
  alter column amount type numeric,
  add constraint ledger_transfers_amount_check check (amount > 0 and amount < 1e60 and amount = trunc(amount));
alter table :schema.ledger_balances
  alter column debits type numeric,
  alter column credits type numeric,
  alter column held_debits type numeric,
  alter column held_credits type numeric,
  add constraint ledger_balances_sums_check
    check (debits >= 0 and credits >= 0 and held_debits >= 0 and held_credits >= 0);
drop domain :schema.ledger_units, :schema.ledger_sum;
