create or replace function :schema.create_calls(p_calls jsonb) returns jsonb
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
  v_at constant timestamptz(3) := clock_timestamp();
  v_ids text[];
  v_platforms text[];
  v_amounts numeric[];
  v_answers jsonb[];
  v_records jsonb;
  v_answer jsonb;
begin
  perform :schema.begin_calls(p_calls);
  perform :schema.check_parties(c.actor_kind, c.actor_id, c.platform_id, c.worker_id)
  from jsonb_to_recordset(p_calls) as c(actor_kind text, actor_id text, platform_id text, worker_id text);
  insert into :schema.tasks (id, platform_id, worker_id, external_id, task_type, amount, escrowed_amount, title,
    description, metadata, scheduled_at, due_at, hold_until, status, started_at, created_at)
  select c.id, c.platform_id, c.worker_id, c.external_id, c.task_type, c.amount, coalesce(c.escrow, c.amount), c.title,
    c.description, c.metadata::jsonb, c.scheduled_at, c.due_at, c.hold_until,
    case when c.begun then 'active' else 'pending' end, case when c.begun then v_at end, v_at
  from jsonb_to_recordset(p_calls) as c(id text, platform_id text, worker_id text, external_id text, task_type text,
    amount numeric, escrow numeric, title text, description text, metadata text, scheduled_at timestamptz,
    due_at timestamptz, hold_until timestamptz, begun boolean)
  order by c.platform_id, c.external_id
  on conflict (platform_id, external_id) do nothing;
  select array_agg(t.id order by c.place), array_agg(t.platform_id order by c.place),
    array_agg(t.escrowed_amount::numeric order by c.place), array_agg(:schema.task_json(t) order by c.place),
    jsonb_agg(jsonb_build_object('place', c.place, 'action', 'create_task', 'event', 'task.created',
      'type', 'task', 'id', t.id,
      'metadata', jsonb_build_object('task_type', t.task_type, 'amount', trim_scale(t.amount)::text)
        || case when t.status = 'active' then '{"begun": true}' else '{}' end::jsonb,
      'audiences', array_remove(array[t.worker_id, t.platform_id], null)) order by c.place)
  into v_ids, v_platforms, v_amounts, v_answers, v_records
  from jsonb_to_recordset(p_calls) as c(place integer, id text)
  cross join lateral (select k.* from :schema.tasks k where k.id = c.id limit 1) as t;
  perform :schema.must_be_plain(cardinality(v_ids) = jsonb_array_length(p_calls) and 0 < all (v_amounts));
  v_answer := :schema.end_calls(p_calls, v_records, v_answers);
  -- Last, so that the balances are locked for no longer than it takes: others post and pay from the same accounts.
  perform :schema.move_together(
    (select array_agg('task ' || u.id || ' escrow' order by u.place) from unnest(v_ids) with ordinality as u(id, place)),
    (select array_agg('platform:' || u.id order by u.place) from unnest(v_platforms) with ordinality as u(id, place)),
    (select array_agg('escrow:' || u.id order by u.place) from unnest(v_platforms) with ordinality as u(id, place)),
    v_amounts, v_ids);
  return v_answer;
end
$$;
comment on function :schema.create_calls(jsonb) is
  'create_task for calls of several callers at once, all or none; what is not plain is refused and made alone.';
