create or replace view :schema.invariant_ledger_in_balance as
select s.code as asset, sum(b.debits) as debits, sum(b.credits) as credits
from :schema.ledger_balances b
join :schema.ledger_assets s on s.id = b.asset_id
group by s.code
having sum(b.debits) <> sum(b.credits) or sum(b.held_debits) <> sum(b.held_credits);
comment on view :schema.invariant_ledger_in_balance is
  'Assets whose debits and credits differ: a balance was changed by hand. Find it in invariant_ledger_balances_equal_journal.';
