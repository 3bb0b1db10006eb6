create or replace function :schema.worker_reputation(p_worker text) returns jsonb
language sql stable
set search_path = :schema, pg_temp
as $$
  select jsonb_build_object(
    'worker_id', w.id, 'score', w.reputation_score, 'rank', :schema.reputation_rank(w.reputation_score),
    'badges', to_jsonb(:schema.reputation_badges(done.completed, done.rate, stars.ratings, stars.average)),
    'percentile', (
      select round(100.0 * count(*) filter (where o.reputation_score <= w.reputation_score) / count(*), 2)
      from :schema.workers o),
    'completed_tasks', done.completed, 'completion_rate', done.rate, 'ratings', stars.ratings,
    'average_rating', stars.average,
    'explanation', jsonb_build_object('start', 500, 'points', coalesce(points.list, '[]')),
    'events', coalesce((
      select jsonb_agg(to_jsonb(e) - 'seq' order by e.seq desc)
      from (
        select * from :schema.reputation_events r where r.worker_id = w.id order by r.seq desc limit 20
      ) as e), '[]')
  )
  from :schema.workers w
  cross join lateral (
    select c.completed, coalesce(round(100.0 * c.completed / nullif(c.begun, 0), 2), 0) as rate
    from (
      select count(*) filter (where t.status = 'completed') as completed,
        count(*) filter (
          where t.status in ('completed', 'disputed') or (t.status = 'cancelled' and t.started_at is not null)) as begun
      from :schema.tasks t where t.worker_id = w.id
    ) as c
  ) as done
  cross join lateral (
    select count(*) as ratings, coalesce(round(avg(r.rating), 2), 0) as average
    from :schema.reputation_events r where r.worker_id = w.id and r.event_type = 'rating_received'
  ) as stars
  cross join lateral (
    select jsonb_agg(jsonb_build_object('type', g.event_type, 'events', g.events, 'points', g.points) order by g.event_type)
      as list
    from (
      select r.event_type, count(*) as events, sum(r.delta) as points
      from :schema.reputation_events r where r.worker_id = w.id group by r.event_type
    ) as g
  ) as points
  where w.id = p_worker;
$$;
comment on function :schema.worker_reputation(text) is
  'A worker''s score and what it is made of: start and points of each kind of event add up to it. Percentile: percent of all workers whose score is not higher. Null without such a worker.';
