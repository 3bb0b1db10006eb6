create or replace function :schema.start_calls(p_calls jsonb) returns jsonb
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
  v_answers jsonb[];
  v_records jsonb;
begin
  perform :schema.begin_calls(p_calls);
  perform from :schema.tasks t
  where t.id = any (array(select c.task from jsonb_to_recordset(p_calls) as c(task text)))
  order by t.id for no key update;
  perform :schema.must_be_plain(
    count(distinct t.id) = jsonb_array_length(p_calls)
    and bool_and(t.status = 'pending' and w.status = 'active' and case c.actor_kind
      when 'worker' then c.actor_id = t.worker_id when 'platform' then c.actor_id = t.platform_id else true end))
  from jsonb_to_recordset(p_calls) as c(task text, actor_kind text, actor_id text)
  cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t
  cross join lateral (select k.status from :schema.workers k where k.id = t.worker_id limit 1) as w;
  update :schema.tasks t set status = 'active', started_at = v_at, updated_at = v_at
  where t.id = any (array(select c.task from jsonb_to_recordset(p_calls) as c(task text)));
  select array_agg(:schema.task_json(t) order by c.place),
    jsonb_agg(jsonb_build_object('place', c.place, 'action', 'start_task', 'event', 'task.started',
      'type', 'task', 'id', t.id,
      'metadata', jsonb_build_object('worker_id', t.worker_id), 'audiences', array[t.worker_id, t.platform_id])
      order by c.place)
  into v_answers, v_records
  from jsonb_to_recordset(p_calls) as c(place integer, task text)
  cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t;
  return :schema.end_calls(p_calls, v_records, v_answers);
end
$$;
comment on function :schema.start_calls(jsonb) is
  'start_task for calls of several callers at once, all or none; what is not plain is refused and made alone.';
