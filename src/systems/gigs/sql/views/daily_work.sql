create or replace view :schema.daily_work as
select worker_id, day, sum(tasks)::bigint as tasks, sum(completed)::bigint as completed, sum(payouts)::bigint as payouts,
  sum(earned) as earned
from (
  select worker_id, day, tasks, completed, payouts, earned from :schema.worker_days
  union all
  select worker_id, created_day, tasks, completed, 0, 0
  from :schema.work_deltas
  where worker_id is not null and created_day is not null
  union all
  select worker_id, paid_day, 0, 0, transactions, amount - fees
  from :schema.money_deltas
  where worker_id is not null and paid_day is not null
) as part
group by worker_id, day
having sum(tasks) <> 0 or sum(payouts) <> 0;
comment on view :schema.daily_work is
  'Work by worker and UTC day, exact at every read: tasks and completed of the day they were posted; payouts, and what was earned by them after fees, of the day they were completed.';
