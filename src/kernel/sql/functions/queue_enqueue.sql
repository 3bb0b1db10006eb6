create or replace function :schema.queue_enqueue(p_queue text, p_jobs jsonb)
returns table (id bigint, created boolean)
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_queue integer := :schema.queue_id_of(p_queue);
  v_job jsonb;
  v_id bigint;
begin
  -- Before the first place is drawn: queue_sweep takes it that whoever draws a place can be seen to run.
  perform pg_current_xact_id();

  if not p_jobs @? '$[*].key' then
    return query
    insert into :schema.queue_jobs as n (id, place, queue_id, priority, run_at, payload)
    select
      d.id,
      case when d.run_at is null or d.run_at <= clock_timestamp() then d.id end,
      v_queue,
      coalesce((d.job ->> 'priority')::smallint, 5),
      coalesce(d.run_at, clock_timestamp()),
      d.job -> 'payload'
    from (
      select
        nextval(':schema.queue_places') as id,
        job,
        coalesce(
          (job ->> 'runAt')::timestamptz(3),
          clock_timestamp() + make_interval(secs => (job ->> 'delayS')::double precision)
        ) as run_at
      from jsonb_array_elements(p_jobs) as given (job)
    ) as d
    returning n.id, true;
    return;
  end if;

  for v_job in select job from jsonb_array_elements(p_jobs) as given (job)
  loop
    created := true;
    if v_job ->> 'key' is null then
      select e.id into v_id from :schema.queue_enqueue(p_queue, jsonb_build_array(v_job - 'key')) as e;
    else
      for v_try in 1..100 loop
        if v_try = 100 then
          raise exception using
            errcode = 'GH409',
            constraint = 'queue_key_contended',
            message = format('Jobs with the key %s come and go too fast.', v_job ->> 'key'),
            hint = 'Try again.';
        end if;
        v_id := nextval(':schema.queue_places');
        insert into :schema.queue_jobs as n (id, place, queue_id, priority, run_at, key, payload)
        select
          v_id,
          case when t.run_at <= clock_timestamp() then v_id end,
          v_queue,
          coalesce((v_job ->> 'priority')::smallint, 5),
          t.run_at,
          v_job ->> 'key',
          v_job -> 'payload'
        from (
          select coalesce(
            (v_job ->> 'runAt')::timestamptz(3),
            clock_timestamp() + make_interval(secs => (v_job ->> 'delayS')::double precision),
            clock_timestamp()
          ) as run_at
        ) as t
        on conflict (queue_id, key) where key is not null do nothing;
        exit when found;
        -- Locked, so that the job given as the answer is there when this transaction ends, or was not taken for it.
        select j.id into v_id
        from :schema.queue_jobs as j
        where j.queue_id = v_queue
          and j.key = v_job ->> 'key'
        for key share;
        if found then
          created := false;
          exit;
        end if;
      end loop;
    end if;
    id := v_id;
    return next;
  end loop;
end
$$;
comment on function :schema.queue_enqueue(text, jsonb) is
  'Enqueues a list of {payload, key, priority, runAt, delayS}; answers in its order. A key that a live job of the queue has gives that job, created false.';
