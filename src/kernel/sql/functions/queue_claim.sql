create or replace function :schema.queue_claim(
  p_queue text,
  p_worker text,
  p_limit integer,
  p_lease_s double precision,
  p_after bigint[] default null
)
returns table (
  id bigint,
  token bigint,
  place bigint,
  priority smallint,
  failures smallint,
  losses smallint,
  run_at timestamptz,
  created_at timestamptz,
  payload jsonb
)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
set enable_sort = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_queue integer;
  v_token bigint;
begin
  if p_limit not between 1 and 5000 or p_lease_s not between 1 and 86400 then
    raise exception using
      errcode = 'GH400',
      constraint = 'queue_claim_limits',
      message = format('A claim of %s jobs for %s seconds is outside of what is allowed.', p_limit, p_lease_s),
      hint = 'Claim 1 to 5,000 jobs for 1 second to a day; heartbeats make a lease longer.';
  end if;

  select s.id into v_queue from :schema.queue_settings as s where s.name = p_queue and s.paused_at is null;
  if not found then
    return;
  end if;

  if p_after is null then
    perform :schema.queue_promote(v_queue, 1000);
  end if;

  v_token := nextval(':schema.queue_tokens');

  return query
  with picked as materialized (
    -- A materialized step, because a LIMIT in a subquery of UPDATE may be run again and take more.
    select j.id
    from unnest(coalesce(p_after, '{0,0,0,0,0,0,0,0,0,0}')) with ordinality as lane (after, number)
    cross join lateral (
      select l.id
      from :schema.queue_jobs as l
      where l.queue_id = v_queue
        and l.priority = lane.number::smallint - 1::smallint
        and l.place > lane.after
        and l.lease_until is null
        and l.token < v_token
      order by l.place
      limit p_limit
      for update skip locked
    ) as j
    limit p_limit
  ), taken as (
    update :schema.queue_jobs as j
    set token = v_token,
      lease_until = clock_timestamp() + make_interval(secs => p_lease_s)
    from picked
    where j.id = picked.id
    returning
      j.id, j.token, j.place, j.priority, j.failures, j.losses, j.run_at::timestamptz, j.created_at::timestamptz, j.payload
  ), noted as (
    insert into :schema.queue_claims (token, queue_id, worker, expires_at, job_ids)
    select v_token, v_queue, p_worker, clock_timestamp() + make_interval(secs => p_lease_s), array_agg(taken.id)
    from taken
    having count(*) > 0
  )
  select * from taken;
end
$$;
comment on function :schema.queue_claim(text, text, integer, double precision, bigint[]) is
  'Takes up to p_limit jobs in line for p_lease_s seconds and gives each the fencing token of this claim. p_after (a place for each of the ten priorities) is where to begin to look, so that a reader need not pass what is done; null looks from the start and puts due jobs in line first.';
