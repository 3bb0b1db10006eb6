-- The server reads a table's checks again for every statement that writes it, those of a domain once a session.
--
-- Domains without a rule first: to give a column such a type writes no row anew. The rules come last, and read the rows.
create domain :schema.ledger_units as numeric;
create domain :schema.ledger_sum as numeric;

alter table :schema.ledger_balances
  drop constraint ledger_balances_sums_check,
  alter column debits type :schema.ledger_sum,
  alter column credits type :schema.ledger_sum,
  alter column held_debits type :schema.ledger_sum,
  alter column held_credits type :schema.ledger_sum;
alter table :schema.ledger_transfers
  drop constraint ledger_transfers_amount_check,
  alter column amount type :schema.ledger_units;

alter domain :schema.ledger_units add constraint ledger_units_check
  check (value > 0 and value < 1e60 and value = trunc(value));
alter domain :schema.ledger_sum add constraint ledger_sum_check check (value >= 0);

-- The statistics of a column go with its old type. An empty table is left alone: looked at, it would be planned for as
-- one that stays empty.
do $$
begin
  if exists (select from :schema.ledger_balances) then analyze :schema.ledger_balances; end if;
  if exists (select from :schema.ledger_transfers) then analyze :schema.ledger_transfers; end if;
end
$$;
