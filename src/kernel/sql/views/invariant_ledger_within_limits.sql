create or replace view :schema.invariant_ledger_within_limits as
select a.code, a.min_balance, a.max_balance, v.free, v.full_to, v.shifted
from :schema.ledger_accounts a
join lateral (
  select
    sum(case a.normal_side when 'debit' then debits - credits - held_credits else credits - debits - held_debits end) as free,
    sum(case a.normal_side when 'debit' then debits - credits + held_debits else credits - debits + held_credits end) as full_to,
    sum(shift) as shifted, count(*) as slots
  from :schema.ledger_balances b where b.account_id = a.id
) as v on true
where v.free < a.min_balance or v.full_to > a.max_balance or v.shifted <> 0 or v.slots <> a.slots;
comment on view :schema.invariant_ledger_within_limits is
  'Accounts beyond their limits, or whose slots do not add up: a balance or limit was changed by hand.';
