create or replace view :schema.worker_totals as
select w.id as worker_id, w.name, w.reputation_score, w.created_at,
  t.total_tasks, t.completed_tasks, t.active_tasks, t.pending_tasks, t.cancelled_tasks, t.disputed_tasks,
  t.ever_disputed_tasks, t.late_tasks, t.completed_tasks + t.abandoned_tasks + t.disputed_tasks as ended_tasks,
  t.total_earned, t.paid, t.released, t.pending_earnings, t.ratings, t.stars,
  coalesce(round(100.0 * t.completed_tasks / nullif(t.completed_tasks + t.abandoned_tasks + t.disputed_tasks, 0), 2), 0)
    as completion_rate,
  coalesce(round(t.stars::numeric / nullif(t.ratings, 0), 2), 0) as average_rating,
  coalesce(round(100.0 * t.ever_disputed_tasks / nullif(t.total_tasks, 0), 2), 0) as dispute_rate,
  greatest(w.last_active_at, t.last_active_at) as last_active_at
from :schema.workers w
left join :schema.worker_statistics s on s.worker_id = w.id
cross join lateral (
  select coalesce(s.tasks, 0) + coalesce(sum(d.tasks), 0) as total_tasks,
    coalesce(s.completed, 0) + coalesce(sum(d.completed), 0) as completed_tasks,
    coalesce(s.active, 0) + coalesce(sum(d.active), 0) as active_tasks,
    coalesce(s.pending, 0) + coalesce(sum(d.pending), 0) as pending_tasks,
    coalesce(s.cancelled, 0) + coalesce(sum(d.cancelled), 0) as cancelled_tasks,
    coalesce(s.abandoned, 0) + coalesce(sum(d.abandoned), 0) as abandoned_tasks,
    coalesce(s.disputed, 0) + coalesce(sum(d.disputed), 0) as disputed_tasks,
    coalesce(s.ever_disputed, 0) + coalesce(sum(d.ever_disputed), 0) as ever_disputed_tasks,
    coalesce(s.late, 0) + coalesce(sum(d.late), 0) as late_tasks,
    coalesce(s.ratings, 0) + coalesce(sum(d.ratings), 0) as ratings,
    coalesce(s.stars, 0) + coalesce(sum(d.stars), 0) as stars,
    coalesce(s.earned, 0) + coalesce(sum(d.earned), 0) as total_earned,
    coalesce(s.paid, 0) + coalesce(sum(d.paid), 0) as paid,
    coalesce(s.released, 0) + coalesce(sum(d.released), 0) as released,
    coalesce(s.open_amount, 0) + coalesce(sum(d.open_amount), 0) as pending_earnings,
    greatest(s.last_active_at, max(d.active_at),
      (select max(m.active_at) from :schema.money_deltas m where m.worker_id = w.id)) as last_active_at
  from :schema.work_deltas d
  where d.worker_id = w.id
) as t;
comment on view :schema.worker_totals is
  'All statistics of a worker, exact at every read: what is folded and what is not yet. The views of workers stand on it.';
