create or replace view :schema.invariant_rail_equals_transactions as
select b.balance as rail, t.amount as under_way
from (
  select coalesce(sum(a.balance), 0) as balance from :schema.ledger_account_balances a where a.code = 'rail'
) as b
cross join (
  select coalesce(sum(w.amount), 0) as amount from :schema.transactions w
  where w.tx_type = 'withdrawal' and w.status in ('pending', 'processing')
) as t
where b.balance <> t.amount;
comment on view :schema.invariant_rail_equals_transactions is
  'A row when the money under way in the books is not the sum of the withdrawals under way. Find the withdrawal whose entries are missing in invariant_payouts_have_entries.';
