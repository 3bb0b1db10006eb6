-- requires: work_parts
create or replace view :schema.daily_work as
select worker_id, day, sum(tasks)::bigint as tasks, sum(completed)::bigint as completed, sum(payouts)::bigint as payouts,
  sum(earned) as earned
from :schema.work_parts
group by worker_id, day
having sum(tasks) <> 0 or sum(payouts) <> 0;
comment on view :schema.daily_work is
  'Work by worker and UTC day, exact at every read: tasks and completed of the day they were posted; payouts, and what was earned by them after fees, of the day they were completed.';
