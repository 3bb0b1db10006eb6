create or replace view :schema.platform_totals as
select p.id as platform_id, p.name, t.total_tasks, t.completed_tasks, t.cancelled_tasks, t.active_tasks, t.pending_tasks,
  t.disputed_tasks, m.payouts, m.total_payouts, m.total_fees,
  coalesce(round(m.total_payouts / nullif(m.payouts, 0), 6), 0) as average_payment,
  coalesce(s.unique_workers, 0) + w.more_workers as unique_workers,
  a.workers_7d + w.more_workers_7d as active_workers_7d,
  a.workers_30d + w.more_workers_30d as active_workers_30d,
  round(t.seconds / nullif(t.timed_tasks, 0), 3) as average_completion_s,
  coalesce(round(100.0 * t.completed_tasks / nullif(t.completed_tasks + t.abandoned_tasks + t.disputed_tasks, 0), 2), 0)
    as completion_rate
from :schema.platforms p
left join :schema.platform_statistics s on s.platform_id = p.id
cross join lateral (
  select coalesce(s.tasks, 0) + coalesce(sum(d.tasks), 0) as total_tasks,
    coalesce(s.completed, 0) + coalesce(sum(d.completed), 0) as completed_tasks,
    coalesce(s.cancelled, 0) + coalesce(sum(d.cancelled), 0) as cancelled_tasks,
    coalesce(s.abandoned, 0) + coalesce(sum(d.abandoned), 0) as abandoned_tasks,
    coalesce(s.active, 0) + coalesce(sum(d.active), 0) as active_tasks,
    coalesce(s.pending, 0) + coalesce(sum(d.pending), 0) as pending_tasks,
    coalesce(s.disputed, 0) + coalesce(sum(d.disputed), 0) as disputed_tasks,
    coalesce(s.timed, 0) + coalesce(sum(d.timed), 0) as timed_tasks,
    coalesce(s.seconds, 0) + coalesce(sum(d.seconds), 0) as seconds,
    array_agg(d.worker_id) filter (where d.worker_id is not null and d.tasks <> 0) as workers,
    array_agg(d.tasks) filter (where d.worker_id is not null and d.tasks <> 0) as tasks,
    array_agg(d.created_day) filter (where d.worker_id is not null and d.tasks <> 0) as days
  from :schema.work_deltas d
  where d.platform_id = p.id
) as t
cross join lateral (
  select coalesce(s.payouts, 0) + coalesce(sum(d.transactions), 0) as payouts,
    coalesce(s.payout_amount, 0) + coalesce(sum(d.amount), 0) as total_payouts,
    coalesce(s.fees, 0) + coalesce(sum(d.fees), 0) as total_fees
  from :schema.money_deltas d
  where d.platform_id = p.id and d.tx_type = 'payout' and d.status = 'completed' and d.asset = 'USDC'
) as m
cross join lateral (
  select coalesce(sum(d.workers) filter (where d.day > n.today - 7), 0)::bigint as workers_7d,
    coalesce(sum(d.workers), 0)::bigint as workers_30d
  from (select (statement_timestamp() at time zone 'UTC')::date as today) as n
  join :schema.platform_activity d on d.platform_id = p.id and d.day > n.today - 30
) as a
cross join lateral (
  select coalesce(sum((c.new_tasks > 0)::integer - (c.old_tasks > 0)::integer), 0) as more_workers,
    coalesce(sum((c.new_day is not null and c.new_day > n.today - 7)::integer
      - (c.old_day is not null and c.old_day > n.today - 7)::integer), 0) as more_workers_7d,
    coalesce(sum((c.new_day is not null and c.new_day > n.today - 30)::integer
      - (c.old_day is not null and c.old_day > n.today - 30)::integer), 0) as more_workers_30d
  from (select (statement_timestamp() at time zone 'UTC')::date as today) as n
  cross join lateral :schema.changed_platform_workers(p.id, t.workers, t.tasks, t.days) as c
) as w;
comment on view :schema.platform_totals is
  'All statistics of a platform, exact at every read: what is folded and what is not yet. The views of platforms stand on it.';
