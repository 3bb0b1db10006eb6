create or replace function :schema.worker_reputation(p_worker text) returns jsonb
language sql stable
set search_path = :schema, pg_temp
as $$
  select jsonb_build_object(
    'worker_id', w.id, 'score', w.reputation_score, 'rank', :schema.reputation_rank(w.reputation_score),
    'badges', to_jsonb(:schema.reputation_badges(t.completed_tasks, t.completion_rate, t.ratings, t.average_rating,
      k.score)),
    'percentile', (
      select round(100.0 * count(*) filter (where o.reputation_score <= w.reputation_score) / count(*), 2)
      from :schema.workers o),
    'risk_score', k.score, 'completed_tasks', t.completed_tasks, 'completion_rate', t.completion_rate,
    'ratings', t.ratings, 'average_rating', t.average_rating,
    'explanation', jsonb_build_object('start', w.initial_score, 'points', coalesce(points.list, '[]')),
    'events', coalesce((
      select jsonb_agg(to_jsonb(e) - 'seq' order by e.seq desc)
      from (
        select * from :schema.reputation_events r where r.worker_id = w.id order by r.seq desc limit 20
      ) as e), '[]')
  )
  from :schema.workers w
  join :schema.worker_totals t on t.worker_id = w.id
  cross join lateral :schema.risk_inputs(w.id) as i
  cross join lateral :schema.risk_parts(i.reputation_score, i.account_age_days, i.completed_tasks, i.completion_rate,
    i.on_time_rate, i.average_rating, i.disputes, i.loans_due, i.loans_on_time, i.weekly_deviation, i.recent_earnings) as k
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
