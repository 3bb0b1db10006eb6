create or replace view :schema.daily_work as
select worker_id, day, sum(tasks)::bigint as tasks, sum(completed)::bigint as completed, sum(late)::bigint as late,
  sum(disputed)::bigint as disputed, sum(finished)::bigint as finished, sum(earned) as earned
from (
  select worker_id, day, tasks, completed, late, disputed, finished, earned from :schema.worker_days
  union all
  select worker_id, created_day, tasks, completed, late, ever_disputed, 0, 0
  from :schema.work_deltas
  where worker_id is not null and created_day is not null
  union all
  select worker_id, completed_day, 0, 0, 0, 0, completed, earned
  from :schema.work_deltas
  where worker_id is not null and completed_day is not null
) as part
group by worker_id, day
having sum(tasks) <> 0 or sum(finished) <> 0;
comment on view :schema.daily_work is
  'Work by worker and UTC day, exact at every read: tasks, completed, late and disputed of the day they were posted; finished and earned of the day they were completed.';
