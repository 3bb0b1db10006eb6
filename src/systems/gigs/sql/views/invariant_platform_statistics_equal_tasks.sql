-- requires: platform_totals
create or replace view :schema.invariant_platform_statistics_equal_tasks as
select v.platform_id, v.total_tasks as statistics_tasks, b.tasks as base_tasks, v.total_payouts as statistics_payouts,
  x.amount as base_payouts, v.unique_workers as statistics_workers, b.workers as base_workers
from :schema.platform_totals v
left join (
  select platform_id, count(*) as tasks, count(*) filter (where status = 'pending') as pending,
    count(*) filter (where status = 'active') as active, count(*) filter (where status = 'completed') as completed,
    count(*) filter (where status = 'cancelled') as cancelled, count(*) filter (where status = 'disputed') as disputed,
    count(distinct worker_id) as workers,
    count(distinct worker_id) filter (
      where (created_at at time zone 'UTC')::date > (statement_timestamp() at time zone 'UTC')::date - 7) as workers_7d,
    count(distinct worker_id) filter (
      where (created_at at time zone 'UTC')::date > (statement_timestamp() at time zone 'UTC')::date - 30) as workers_30d,
    round(avg(extract(epoch from completed_at - started_at)) filter (where status = 'completed'), 3) as average_s,
    count(*) filter (where status in ('completed', 'disputed') or (status = 'cancelled' and started_at is not null)) as ended
  from :schema.tasks
  group by platform_id
) as b on b.platform_id = v.platform_id
left join (
  select platform_id, count(*) as payouts, sum(amount) as amount, sum(fee) as fees
  from :schema.transactions
  where tx_type = 'payout' and status = 'completed' and asset = 'USDC'
  group by platform_id
) as x on x.platform_id = v.platform_id
where (v.total_tasks, v.pending_tasks, v.active_tasks, v.completed_tasks, v.cancelled_tasks, v.disputed_tasks,
    v.unique_workers, v.active_workers_7d, v.active_workers_30d, v.average_completion_s, v.completion_rate,
    v.payouts, v.total_payouts, v.total_fees)
  is distinct from (coalesce(b.tasks, 0), coalesce(b.pending, 0), coalesce(b.active, 0), coalesce(b.completed, 0),
    coalesce(b.cancelled, 0), coalesce(b.disputed, 0), coalesce(b.workers, 0), coalesce(b.workers_7d, 0),
    coalesce(b.workers_30d, 0), b.average_s, coalesce(round(100.0 * b.completed / nullif(b.ended, 0), 2), 0),
    coalesce(x.payouts, 0), coalesce(x.amount, 0), coalesce(x.fees, 0));
comment on view :schema.invariant_platform_statistics_equal_tasks is
  'Platforms whose statistics differ from the sums over their tasks and payouts. Mend: run the function rebuild_statistics() of this schema.';
