create or replace function :schema.import_reputation(
  p_made text[], p_tasks jsonb, p_places integer[], p_workers text[]
) returns void
language sql volatile
set search_path = :schema, pg_temp
as $$
  insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, rating, reason, created_at)
  select s.worker, t.id, e.type, e.delta, e.rating, e.reason, t.completed_at
  from :schema.tasks t
  join jsonb_to_recordset(p_tasks) as d(place integer, external_id text, points integer, rating smallint, penalty integer)
    on d.external_id = t.external_id
  join unnest(p_places, p_workers) as s(task, worker) on s.task = d.place
  cross join lateral (values
    (1, 'task_completed', d.points, null::smallint, 'Completed "' || left(coalesce(t.title, t.id), 200) || '"'),
    (2, 'rating_received', (d.rating - 3) * 5, d.rating, 'Rated ' || d.rating || ' of 5'),
    (3, 'penalty', -d.penalty, null, 'The platform marked the work as tainted')
  ) as e(place, type, delta, rating, reason)
  where t.id = any (p_made) and e.delta is not null
  -- In one order of workers: two imports that meet at the same rows wait for each other in a line.
  order by s.worker, t.completed_at, t.id, e.place;
$$;
comment on function :schema.import_reputation(text[], jsonb, integer[], text[]) is
  'The reputation events of imported tasks, dated at their completion: points for completing, the rating, a penalty.';
