create or replace view :schema.recomputed_worker_days as
select worker_id, day, sum(tasks)::bigint as tasks, sum(completed)::bigint as completed, sum(late)::bigint as late,
  sum(disputed)::bigint as disputed, sum(finished)::bigint as finished, sum(earned) as earned
from (
  select worker_id, (created_at at time zone 'UTC')::date as day, 1 as tasks, (status = 'completed')::integer as completed,
    (status = 'completed' and due_at is not null and completed_at > due_at)::integer as late,
    was_disputed::integer as disputed, 0 as finished, 0 as earned
  from :schema.tasks
  where worker_id is not null
  union all
  select worker_id, (completed_at at time zone 'UTC')::date, 0, 0, 0, 0, 1, amount
  from :schema.tasks
  where worker_id is not null and status = 'completed'
) as part
group by worker_id, day;
comment on view :schema.recomputed_worker_days is
  'Work by worker and UTC day from all tasks: what daily_work must equal. Slow; for rebuilding and comparing only.';
