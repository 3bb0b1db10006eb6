create or replace function :schema.import_tasks(
  p_actor_kind text, p_actor_id text, p_request_id text, p_import text, p_platform text, p_rows_done bigint,
  p_fund boolean, p_tasks jsonb, p_shares jsonb
) returns bigint
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_now constant timestamptz(3) := clock_timestamp();
  v_made text[];
  v_keys text[];
  v_amounts numeric[];
  v_places integer[];
  v_owners text[];
  v_parts numeric[];
  v_tasks text[];
  v_workers text[];
  -- A penalty is the house's: what a platform says of its own tasks costs nobody points until a dispute is resolved.
  v_tasks_told constant jsonb := case when p_actor_kind not in ('worker', 'platform') then p_tasks
    else (select jsonb_agg(t - 'penalty') from jsonb_array_elements(p_tasks) as t) end;
begin
  perform :schema.import_workers(p_actor_kind, p_actor_id, p_request_id, array_agg(s.email), array_agg(s.name))
  from jsonb_to_recordset(p_shares) as s(worker text, email text, name text)
  where s.worker is null;
  select array_agg(s.task order by s.place), array_agg(coalesce(k.id, m.id) order by s.place),
    array_agg(s.amount order by s.place)
  into v_places, v_owners, v_parts
  from jsonb_to_recordset(p_shares) as s(place integer, task integer, worker text, email text, amount numeric)
  left join :schema.workers k on k.id = s.worker
  left join :schema.workers m on m.email = s.email;

  -- What the platform posted before under the same id stays as it is.
  with made as (
    insert into :schema.tasks (platform_id, worker_id, external_id, amount, escrowed_amount, status, title, description,
      metadata, verification_data, verification_status, verified_by, worker_rating, hold_until, started_at, completed_at,
      created_at, updated_at)
    select p_platform, w.id, t.external_id, t.amount, case when t.verification = 'rejected' then 0 else t.amount end,
      'completed', t.title, t.description, t.metadata || jsonb_build_object('importId', p_import), t.verification_data,
      t.verification, case when t.verification <> 'pending' then 'manual' end, t.rating, t.hold_until,
      coalesce(t.started_at, v_now), coalesce(t.completed_at, v_now), coalesce(t.started_at, v_now), v_now
    from jsonb_to_recordset(p_tasks) as t(place integer, external_id text, amount numeric, title text, description text,
      metadata jsonb, verification_data jsonb, verification text, rating smallint, hold_until timestamptz,
      started_at timestamptz, completed_at timestamptz)
    join (
      select distinct on (u.task) u.task, u.id
      from unnest(v_places, v_owners) with ordinality as u(task, id, place) order by u.task, u.place
    ) as w on w.task = t.place
    order by t.external_id
    on conflict (platform_id, external_id) do nothing
    returning id, escrowed_amount
  )
  select array_agg(m.id order by m.id), array_agg('task ' || m.id || ' escrow' order by m.id),
    array_agg(m.escrowed_amount::numeric order by m.id)
  into v_made, v_keys, v_amounts
  from made m;
  if v_made is null then return 0; end if;

  if p_fund then
    perform :schema.deposit_funds(p_actor_kind, p_actor_id, p_request_id, null, null, null, null, p_platform, s.amount,
      'ledger', 'import ' || p_import || ' row ' || p_rows_done, true)
    from (select sum(a) as amount from unnest(v_amounts) as a) as s where s.amount > 0;
  end if;
  perform :schema.move_money(v_keys, array_fill('platform:' || p_platform, array[cardinality(v_keys)]),
    array_fill('escrow:' || p_platform, array[cardinality(v_keys)]), v_amounts, 'import ' || p_import, true);

  -- Held ones are paid by release_holds, rejected ones by nobody.
  select array_agg(t.id order by s.place), array_agg(s.worker order by s.place), array_agg(s.amount order by s.place)
  into v_tasks, v_workers, v_amounts
  from :schema.tasks t
  join jsonb_to_recordset(p_tasks) as d(place integer, external_id text) on d.external_id = t.external_id
  join unnest(v_places, v_owners, v_parts) with ordinality as s(task, worker, amount, place) on s.task = d.place
  where t.id = any (v_made) and t.hold_until is null and t.verification_status = 'approved' and s.amount > 0;
  if v_tasks is not null then
    perform :schema.post_payouts(p_actor_kind, p_actor_id, p_request_id, v_tasks, v_workers, v_amounts,
      jsonb_build_object('importId', p_import), true);
  end if;
  perform :schema.import_reputation(v_made, v_tasks_told, v_places, v_owners);
  insert into :schema.audit_logs (actor_type, actor_id, request_id, action, resource_type, resource_id, metadata)
  values (p_actor_kind, p_actor_id, p_request_id, 'import_tasks', 'import', p_import,
    jsonb_build_object('platformId', p_platform, 'tasks', cardinality(v_made), 'payouts', coalesce(cardinality(v_tasks), 0),
      'penalties', (
        select count(*) from :schema.tasks t
        join jsonb_to_recordset(v_tasks_told) as d(place integer, external_id text, penalty integer)
          on d.external_id = t.external_id
        join unnest(v_places) as s(task) on s.task = d.place
        where t.id = any (v_made) and d.penalty is not null)));
  return cardinality(v_made);
end
$$;
comment on function :schema.import_tasks(text, text, text, text, text, bigint, boolean, jsonb, jsonb) is
  'Writes a batch of tasks that were done elsewhere: completed, their money moved from the platform (paid in first when p_fund) to escrow and, unless held or rejected, to their workers. Penalties are left out when a platform imports. Returns how many were new.';
