create or replace view :schema.recomputed_worker_days as
select worker_id, day, sum(tasks)::bigint as tasks, sum(completed)::bigint as completed, sum(payouts)::bigint as payouts,
  sum(earned) as earned
from (
  select worker_id, (created_at at time zone 'UTC')::date as day, 1 as tasks, (status = 'completed')::integer as completed,
    0 as payouts, 0 as earned
  from :schema.tasks
  where worker_id is not null
  union all
  select worker_id, (processed_at at time zone 'UTC')::date, 0, 0, 1, amount - fee
  from :schema.transactions
  where worker_id is not null and tx_type = 'payout' and status = 'completed' and asset = 'USDC'
) as part
group by worker_id, day;
comment on view :schema.recomputed_worker_days is
  'Work by worker and UTC day from all tasks and payouts: what daily_work must equal. Slow; for rebuilding and comparing only.';
