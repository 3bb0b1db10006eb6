-- requires: daily_transaction_summary
create or replace view :schema.invariant_daily_transactions_equal as
select null::text as worker_id, coalesce(v.transaction_date, b.day) as day, coalesce(v.tx_type, b.tx_type) as tx_type,
  coalesce(v.status, b.status) as status, v.count as statistics_count, b.count as base_count,
  v.total_amount as statistics_amount, b.amount as base_amount
from :schema.daily_transaction_summary v
full join (
  select (created_at at time zone 'UTC')::date as day, asset, tx_type, status, count(*) as count, sum(amount) as amount,
    sum(fee) as fees
  from :schema.transactions
  group by 1, 2, 3, 4
) as b on b.day = v.transaction_date and b.asset = v.asset and b.tx_type = v.tx_type and b.status = v.status
where (v.count, v.total_amount, v.total_fees) is distinct from (b.count, b.amount, b.fees)
union all
select coalesce(v.worker_id, b.worker_id), null, coalesce(v.tx_type, b.tx_type), 'completed', v.count, b.count,
  v.amount, b.amount
from (
  select worker_id, tx_type, sum(transactions) as count, sum(amount) as amount
  from (
    select worker_id, tx_type, transactions, amount from :schema.worker_transactions
    union all
    select worker_id, tx_type, transactions, amount
    from :schema.money_deltas d
    where status = 'completed' and asset = 'USDC' and exists (select from :schema.workers w where w.id = d.worker_id)
  ) as part
  group by 1, 2
  having sum(transactions) <> 0
) as v
full join (
  select worker_id, tx_type, count(*) as count, sum(amount) as amount
  from :schema.transactions
  where worker_id is not null and status = 'completed' and asset = 'USDC'
  group by 1, 2
) as b on b.worker_id = v.worker_id and b.tx_type = v.tx_type
where (v.count, v.amount) is distinct from (b.count, b.amount);
comment on view :schema.invariant_daily_transactions_equal is
  'Days, or types of a worker''s transactions, whose sums differ from the transactions. Mend: run the function rebuild_statistics() of this schema.';
