create or replace function :schema.queue_heartbeat(p_ids bigint[], p_tokens bigint[], p_lease_s double precision)
returns setof bigint
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
begin
  -- One that is locked is being completed, cancelled or reaped: its lease does not matter any more.
  with held as materialized (
    select j.id
    from unnest(p_ids, p_tokens) as given (id, token)
    join :schema.queue_jobs as j on j.id = given.id and j.token = given.token and j.lease_until is not null
    for update of j skip locked
  )
  update :schema.queue_jobs as j
  set lease_until = clock_timestamp() + make_interval(secs => p_lease_s)
  from held
  where j.id = held.id;

  return query
  select given.id
  from unnest(p_ids, p_tokens) as given (id, token)
  where not exists (
    select from :schema.queue_jobs as j
    where j.id = given.id and j.token = given.token and j.lease_until is not null
  );
end
$$;
comment on function :schema.queue_heartbeat(bigint[], bigint[], double precision) is
  'Makes leases last p_lease_s seconds from now; returns the ids that are no longer held under their token.';
