create or replace function :schema.complete_calls(p_calls jsonb) returns jsonb
language plpgsql
-- Planned once, perhaps while the tables were small: so every row is looked up by its key, lateral with a limit, or the
-- plan could walk through a table that has grown since.
set search_path = :schema, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at constant timestamptz := clock_timestamp();
  -- In the order of the calls.
  v_tasks constant text[] := array(
    select c.task from jsonb_to_recordset(p_calls) as c(place integer, task text) order by c.place);
  v_answers jsonb[];
  v_records jsonb;
begin
  perform :schema.begin_calls(p_calls);
  perform from :schema.tasks t
  where t.id = any (v_tasks)
  order by t.id for no key update;
  -- One that is late has a second event, and one that was completed before has its own already: both go alone.
  perform :schema.must_be_plain(
    count(distinct t.id) = jsonb_array_length(p_calls)
    and bool_and(t.status = 'active' and (t.due_at is null or t.due_at > v_at)
      and not t.was_disputed
      and case c.actor_kind when 'worker' then false when 'platform' then c.actor_id = t.platform_id else true end))
  from jsonb_to_recordset(p_calls) as c(task text, actor_kind text, actor_id text)
  cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t;
  update :schema.tasks t
  set status = 'completed', completed_at = greatest(v_at, t.started_at), updated_at = v_at,
    verification_data = coalesce(c.verification::jsonb, t.verification_data),
    completion_proof = coalesce(c.proof, t.completion_proof)
  from jsonb_to_recordset(p_calls) as c(task text, verification text, proof text)
  where t.id = c.task
    and t.id = any (v_tasks);
  with given as (
    insert into :schema.reputation_events (id, worker_id, task_id, event_type, requested_delta, reason)
    select c.own_id, t.worker_id, t.id, 'task_completed', c.delta, 'Completed "' || left(coalesce(t.title, t.id), 200) || '"'
    from jsonb_to_recordset(p_calls) as c(task text, delta integer, own_id text)
    cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t
    order by t.worker_id, t.id
    returning task_id, new_score - previous_score as delta, new_score
  )
  select array_agg(:schema.task_json(t) || r.reputation order by r.place),
    jsonb_agg(jsonb_build_object('place', r.place, 'action', 'complete_task', 'event', 'task.completed',
      'type', 'task', 'id', t.id,
      'metadata', r.reputation || jsonb_build_object('amount', trim_scale(t.amount)::text),
      'audiences', array[t.worker_id, t.platform_id]) order by r.place)
  into v_answers, v_records
  from given g
  cross join lateral (
    select jsonb_build_object('reputation_delta', g.delta, 'reputation_score', g.new_score) as reputation,
      -- A join with the calls would compare every event with every call.
      array_position(v_tasks, g.task_id) as place
  ) as r
  cross join lateral (select k.* from :schema.tasks k where k.id = g.task_id limit 1) as t;
  return :schema.end_calls(p_calls, v_records, v_answers);
end
$$;
comment on function :schema.complete_calls(jsonb) is
  'complete_task for calls of several callers at once, all or none; what is not plain is refused and made alone.';
