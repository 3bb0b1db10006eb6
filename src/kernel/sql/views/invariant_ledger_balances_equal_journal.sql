create or replace view :schema.invariant_ledger_balances_equal_journal as
with journal as (
  select l.account_id, l.slot, sum(l.debits) as debits, sum(l.credits) as credits
  from :schema.ledger_transfers t
  cross join lateral (values
    (t.debit_account, t.debit_slot, t.amount, 0), (t.credit_account, t.credit_slot, 0, t.amount)
  ) as l(account_id, slot, debits, credits)
  where t.kind in (1, 3)
  group by 1, 2
), holds as (
  select l.account_id, l.slot, sum(l.debits) as debits, sum(l.credits) as credits
  from :schema.ledger_transfers t
  cross join lateral (values
    (t.debit_account, t.debit_slot, t.amount, 0), (t.credit_account, t.credit_slot, 0, t.amount)
  ) as l(account_id, slot, debits, credits)
  where t.kind = 2 and not exists (select from :schema.ledger_transfers e where e.hold_id = t.id)
  group by 1, 2
)
select a.code, b.slot, b.debits, j.debits as journal_debits, b.credits, j.credits as journal_credits
from :schema.ledger_balances b
join :schema.ledger_accounts a on a.id = b.account_id
left join journal j on j.account_id = b.account_id and j.slot = b.slot
left join holds h on h.account_id = b.account_id and h.slot = b.slot
where b.debits <> coalesce(j.debits, 0) or b.credits <> coalesce(j.credits, 0)
  or b.held_debits <> coalesce(h.debits, 0) or b.held_credits <> coalesce(h.credits, 0);
comment on view :schema.invariant_ledger_balances_equal_journal is
  'Balances and holds that differ from the sum of their transfers: a transfer or a balance was changed by hand. Compare with a backup.';
