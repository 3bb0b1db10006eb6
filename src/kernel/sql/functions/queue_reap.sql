create or replace function :schema.queue_reap(p_limit integer) returns table (lost bigint, more boolean)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
declare
  v_claim record;
  v_ids bigint[];
  v_next timestamptz;
  v_claims integer := 0;
  v_over integer;
begin
  lost := 0;
  -- Most claims end with all their jobs: those go at once.
  delete from :schema.queue_claims as c
  where c.token in (
    select o.token
    from :schema.queue_claims as o
    where o.expires_at <= clock_timestamp()
      and not exists (
        select from :schema.queue_jobs as j
        where j.id = any (o.job_ids) and j.token = o.token and j.lease_until is not null
      )
    order by o.expires_at
    limit p_limit * 50
    for update skip locked
  );
  get diagnostics v_over = row_count;
  for v_claim in
    select c.token, c.job_ids
    from :schema.queue_claims as c
    where c.expires_at <= clock_timestamp()
    order by c.expires_at
    limit p_limit
    for update skip locked
  loop
    v_claims := v_claims + 1;
    -- Locked ones are being ended by somebody; they are looked at again if that comes to nothing.
    select array_agg(held.id) into v_ids
    from (
      select j.id
      from unnest(v_claim.job_ids) as given (id)
      join :schema.queue_jobs as j on j.id = given.id and j.token = v_claim.token
      where j.lease_until <= clock_timestamp()
      for update of j skip locked
    ) as held;
    if v_ids is not null then
      perform :schema.queue_end(
        v_ids,
        array_fill(v_claim.token, array[cardinality(v_ids)]),
        array_fill('lost'::text, array[cardinality(v_ids)]),
        array_fill('The lease ran out without a word from the worker.'::text, array[cardinality(v_ids)])
      );
      lost := lost + cardinality(v_ids);
    end if;
    select min(j.lease_until) into v_next
    from unnest(v_claim.job_ids) as given (id)
    join :schema.queue_jobs as j on j.id = given.id and j.token = v_claim.token
    where j.lease_until is not null;
    if v_next is null then
      delete from :schema.queue_claims where token = v_claim.token;
    else
      update :schema.queue_claims
      set expires_at = greatest(v_next, clock_timestamp() + interval '1 second')
      where token = v_claim.token;
    end if;
  end loop;
  more := v_claims = p_limit or v_over = p_limit * 50;
  return next;
end
$$;
comment on function :schema.queue_reap(integer) is
  'Looks at up to p_limit claims with jobs whose lease has run out, and clears away fifty times as many without: jobs without a heartbeat since are lost, and tried again until the queue''s limit of losses.';
