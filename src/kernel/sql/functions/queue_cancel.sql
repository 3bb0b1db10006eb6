create or replace function :schema.queue_cancel(p_ids bigint[]) returns setof bigint
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
begin
  return query
  with held as materialized (
    select j.id from :schema.queue_jobs as j where j.id = any (p_ids) order by j.id for update
  ), gone as (
    delete from :schema.queue_jobs as j using held where j.id = held.id returning j.*
  )
  insert into :schema.queue_history as h (
    id, token, created_at, started_at, queue_id, priority, failures, losses, outcome, worker, key, payload
  )
  select
    g.id, g.token, g.created_at, c.claimed_at, g.queue_id, g.priority, g.failures, g.losses, 'cancelled', c.worker,
    g.key, g.payload
  from gone as g
  left join :schema.queue_claims as c on c.token = g.token and g.lease_until is not null
  returning h.id;
end
$$;
comment on function :schema.queue_cancel(bigint[]) is
  'Takes jobs out of their queue; returns those that were still there. Who is at work on one is refused when it comes to complete it.';
