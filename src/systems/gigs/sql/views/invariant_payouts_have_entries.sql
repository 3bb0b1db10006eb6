create or replace view :schema.invariant_payouts_have_entries as
with entries as (
  select l.id, l.amount * s.unit as amount, d.code as debit, c.code as credit, l.reference
  from :schema.ledger_transfers l
  join :schema.ledger_assets s on s.id = l.asset_id
  join :schema.ledger_accounts d on d.id = l.debit_account
  join :schema.ledger_accounts c on c.id = l.credit_account
  where l.kind in (1, 3) and s.code = 'USDC'
)
select t.id as subject, 'movement without its entry' as problem
from :schema.transactions t
left join entries e on e.id = t.ledger_transfer_id
where t.asset = 'USDC' and t.tx_type in ('payout', 'refund', 'deposit', 'withdrawal')
  and (t.status = 'completed' or t.tx_type = 'withdrawal')
  and case t.tx_type
    when 'payout' then e.debit in ('escrow:' || t.platform_id, 'platform:' || t.platform_id) and (
      (e.credit = 'worker:' || t.worker_id and e.amount = t.amount - t.fee) or (e.credit = 'fees' and t.fee = t.amount))
    when 'refund' then e.debit = 'escrow:' || t.platform_id and e.credit = 'platform:' || t.platform_id and e.amount = t.amount
    when 'deposit' then e.debit = 'bank' and e.credit = 'platform:' || t.platform_id and e.amount = t.amount
    else e.debit = 'worker:' || t.worker_id and e.credit = 'rail' and e.amount = t.amount
  end is not true
union all
select e.id::text, 'entry without its payout'
from entries e
where (e.debit like 'escrow:%' or (e.debit like 'platform:%' and e.reference like 'tsk\_%')) and e.credit like 'worker:%'
  and not exists (select from :schema.transactions t where t.ledger_transfer_id = e.id and t.tx_type = 'payout')
union all
select coalesce(b.worker, m.worker), 'withdrawals and entries differ'
from (
  select substr(case when e.credit = 'rail' then e.debit else e.credit end, 8) as worker,
    sum(case when e.credit = 'rail' then e.amount else 0 end) as taken,
    sum(case when e.debit = 'rail' then e.amount else 0 end) as given_back
  from entries e
  where (e.credit = 'rail' and e.debit like 'worker:%') or (e.debit = 'rail' and e.credit like 'worker:%')
  group by 1
) as b
full join (
  select t.worker_id as worker, sum(t.amount * t.attempts) as taken,
    sum(t.amount * (t.attempts - (t.status not in ('failed', 'cancelled'))::integer)) as given_back
  from :schema.transactions t
  where t.tx_type = 'withdrawal' and t.asset = 'USDC'
  group by 1
) as m on m.worker = b.worker
where (coalesce(b.taken, 0), coalesce(b.given_back, 0)) is distinct from (coalesce(m.taken, 0), coalesce(m.given_back, 0))
union all
select 'bank', 'sent withdrawals and entries differ'
from (select coalesce(sum(e.amount), 0) as amount from entries e where e.debit = 'rail' and e.credit = 'bank') as b
cross join (
  select coalesce(sum(t.amount), 0) as amount from :schema.transactions t
  where t.tx_type = 'withdrawal' and t.asset = 'USDC' and t.status = 'completed'
) as m
where b.amount <> m.amount;
comment on view :schema.invariant_payouts_have_entries is
  'Payouts, refunds, deposits and withdrawals whose entry in the ledger is missing or another, and entries of payouts and withdrawals that no transaction explains. A hand has changed one of both: compare it with the audit trail.';
