-- requires: daily_work, recomputed_worker_days, worker_totals
create or replace view :schema.invariant_worker_statistics_equal_tasks as
select coalesce(v.worker_id, b.worker_id) as worker_id, null::date as day, v.total_tasks as statistics_tasks,
  b.tasks as base_tasks, v.total_earned as statistics_earned, b.earned as base_earned
from :schema.worker_totals v
left join (
  select worker_id, count(*) as tasks, count(*) filter (where status = 'pending') as pending,
    count(*) filter (where status = 'active') as active, count(*) filter (where status = 'completed') as completed,
    count(*) filter (where status = 'cancelled') as cancelled, count(*) filter (where status = 'disputed') as disputed,
    count(*) filter (where was_disputed) as ever_disputed,
    count(*) filter (where status = 'completed' and completed_at > due_at) as late,
    sum(case when status = 'completed' then amount else 0 end) as earned, sum(paid_amount) as paid,
    sum(case when task_type = 'streaming' then paid_amount else 0 end) as released,
    sum(case when status = 'cancelled' then 0 else amount - paid_amount end) as open_amount,
    count(*) filter (where status in ('completed', 'disputed') or (status = 'cancelled' and started_at is not null)) as ended
  from :schema.tasks
  group by worker_id
) as b on b.worker_id = v.worker_id
left join (
  select worker_id, count(*) as ratings, round(avg(rating), 2) as average_rating
  from :schema.reputation_events
  where rating is not null and event_type = 'rating_received'
  group by worker_id
) as r on r.worker_id = v.worker_id
where (v.total_tasks, v.pending_tasks, v.active_tasks, v.completed_tasks, v.cancelled_tasks, v.disputed_tasks,
    v.ever_disputed_tasks, v.late_tasks, v.total_earned, v.paid, v.released, v.pending_earnings, v.completion_rate, v.ratings,
    v.average_rating)
  is distinct from (coalesce(b.tasks, 0), coalesce(b.pending, 0), coalesce(b.active, 0), coalesce(b.completed, 0),
    coalesce(b.cancelled, 0), coalesce(b.disputed, 0), coalesce(b.ever_disputed, 0), coalesce(b.late, 0), coalesce(b.earned, 0),
    coalesce(b.paid, 0), coalesce(b.released, 0), coalesce(b.open_amount, 0),
    coalesce(round(100.0 * b.completed / nullif(b.ended, 0), 2), 0), coalesce(r.ratings, 0), coalesce(r.average_rating, 0))
union all
select coalesce(d.worker_id, b.worker_id), coalesce(d.day, b.day), d.tasks, b.tasks, d.earned, b.earned
from (select w.* from :schema.daily_work w where exists (select from :schema.workers k where k.id = w.worker_id)) as d
full join :schema.recomputed_worker_days b on b.worker_id = d.worker_id and b.day = d.day
where (d.tasks, d.completed, d.payouts, d.earned) is distinct from (b.tasks, b.completed, b.payouts, b.earned);
comment on view :schema.invariant_worker_statistics_equal_tasks is
  'Workers, or days of a worker, whose statistics differ from the sums over their tasks, payouts and ratings. Mend: run the function rebuild_statistics() of this schema.';
