create or replace function :schema.create_tasks(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_tasks jsonb, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_at constant timestamptz(3) := clock_timestamp();
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_bad record;
  v_made text[];
  v_platforms text[];
  v_escrows numeric[];
begin
  if v_answer is not null then return v_answer; end if;
  perform :schema.check_parties(p_actor_kind, p_actor_id, l.platform_id, l.worker_id)
  from (
    select distinct r.platform_id, r.worker_id
    from jsonb_to_recordset(p_tasks) as r(platform_id text, worker_id text)
  ) as l;
  select l.place, l.escrow, l.amount into v_bad
  from jsonb_to_recordset(p_tasks) as l(place integer, amount numeric, escrow numeric)
  where l.escrow > l.amount
  order by l.place limit 1;
  if found then
    raise exception 'Escrow of % is more than the amount of %.', v_bad.escrow, v_bad.amount
      using errcode = 'GH400', column = 'tasks.' || v_bad.place || '.escrow', hint = 'Set aside the amount or less of it.';
  end if;
  -- In one order always, so that two lists with the same tasks wait for each other in a line.
  with made as (
    insert into :schema.tasks (id, platform_id, worker_id, external_id, task_type, amount, escrowed_amount, title,
      description, metadata, scheduled_at, due_at, hold_until, status, started_at, created_at)
    select l.id, l.platform_id, l.worker_id, l.external_id, l.task_type, l.amount, coalesce(l.escrow, l.amount), l.title,
      l.description, l.metadata, l.scheduled_at, l.due_at, l.hold_until,
      case when l.begun then 'active' else 'pending' end, case when l.begun then v_at end, v_at
    from jsonb_to_recordset(p_tasks) as l(place integer, id text, platform_id text, worker_id text, external_id text,
      task_type text, amount numeric, escrow numeric, title text, description text, metadata jsonb,
      scheduled_at timestamptz, due_at timestamptz, hold_until timestamptz, begun boolean)
    order by l.platform_id, l.external_id, l.place
    on conflict (platform_id, external_id) do nothing
    returning id, platform_id, escrowed_amount
  )
  select array_agg(m.id order by m.id), array_agg(m.platform_id order by m.id), array_agg(m.escrowed_amount::numeric order by m.id)
  into v_made, v_platforms, v_escrows
  from made m;
  if v_made is not null then
    perform :schema.move_money(
      (select array_agg('task ' || u.id || ' escrow' order by u.place) from unnest(v_made) with ordinality as u(id, place)),
      (select array_agg('platform:' || u.id order by u.place) from unnest(v_platforms) with ordinality as u(id, place)),
      (select array_agg('escrow:' || u.id order by u.place) from unnest(v_platforms) with ordinality as u(id, place)),
      v_escrows, 'create_tasks', p_wide);
    perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'create_task', 'task', t.id,
      jsonb_build_object('task_type', t.task_type, 'amount', trim_scale(t.amount)::text)
        || case when t.status = 'active' then '{"begun": true}' else '{}' end::jsonb,
      array_remove(array[t.worker_id, t.platform_id], null))
    from :schema.tasks t where t.id = any (v_made);
  end if;
  -- What was posted before, or twice in this list, must be the same.
  select l.place, l.platform_id, l.external_id, t.id into v_bad
  from jsonb_to_recordset(p_tasks) as l(place integer, id text, platform_id text, worker_id text, external_id text,
    task_type text, amount numeric, escrow numeric, title text, description text, metadata jsonb,
    scheduled_at timestamptz, due_at timestamptz, hold_until timestamptz)
  join :schema.tasks t on t.platform_id = l.platform_id and t.external_id = l.external_id
  where t.id <> l.id and not :schema.same_task(t, l.worker_id, l.task_type, l.amount, coalesce(l.escrow, l.amount),
    l.title, l.description, l.metadata, l.scheduled_at, l.due_at, l.hold_until)
  order by l.place limit 1;
  if found then
    raise exception 'Platform % posted task "%" before with other content.', v_bad.platform_id, v_bad.external_id
      using errcode = 'GH409', constraint = 'external_id_reused', column = 'tasks.' || v_bad.place || '.externalId',
        detail = jsonb_build_object('id', v_bad.id)::text, hint = 'Use an id of its own for each task.';
  end if;
  select jsonb_agg(:schema.task_json(t) order by l.place) into v_answer
  from jsonb_to_recordset(p_tasks) as l(place integer, id text, platform_id text, external_id text)
  cross join lateral (
    select k.* from :schema.tasks k where k.id = l.id
    union all
    select k.* from :schema.tasks k
    where k.platform_id = l.platform_id and k.external_id = l.external_id and k.id <> l.id
  ) as t;
  return :schema.end_once(p_account, p_key, v_answer);
end
$$;
comment on function :schema.create_tasks(text, text, text, text, text, text, bytea, jsonb, boolean) is
  'Posts a list of tasks, all or none, in one statement: as create_task does for one. Returns them in the order of the list.';
