create or replace function :schema.webhook_claim(
  p_limit integer,
  p_per_endpoint integer,
  p_lease_s double precision
)
returns table (
  id text,
  fence bigint,
  endpoint_id text,
  url text,
  body text,
  sent_at_s bigint,
  secrets bytea[]
)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_now timestamptz(3) := clock_timestamp();
  v_lease_end timestamptz(3) := v_now + make_interval(secs => p_lease_s);
begin
  -- The usual poll finds nothing, and finds it out by one look at one index.
  if not exists (select from :schema.webhook_deliveries as d where d.due_at <= v_now) then
    return;
  end if;

  return query
  with ripe as materialized (
    -- A few of each endpoint, so that one that hangs or is far behind takes no more than its share of the workers.
    select due.id
    from :schema.webhook_endpoints as e
    join :schema.accounts as a on a.id = e.owner_id and a.disabled_at is null
    cross join lateral (
      select count(*)::integer as leased
      from :schema.webhook_deliveries as l
      where l.endpoint_id = e.id
        and l.leased_until > v_now
    ) as busy
    cross join lateral (
      select d.id, d.due_at
      from :schema.webhook_deliveries as d
      where d.endpoint_id = e.id
        and d.due_at <= v_now
      order by d.due_at
      limit greatest(p_per_endpoint - busy.leased, 0)
    ) as due
    where e.state = 'active'
    order by due.due_at
    limit p_limit
  ),
  locked as materialized (
    select d.id
    from :schema.webhook_deliveries as d
    join ripe on ripe.id = d.id
    where d.due_at <= v_now
    order by d.id
    for update of d skip locked
  ),
  claimed as (
    update :schema.webhook_deliveries as d
    set fence = d.fence + 1,
        due_at = v_lease_end,
        leased_until = v_lease_end
    from locked
    where d.id = locked.id
    returning d.id, d.fence, d.endpoint_id, d.body
  )
  select
    c.id,
    c.fence,
    c.endpoint_id,
    e.url,
    c.body,
    floor(extract(epoch from v_now))::bigint,
    array(
      select s.secret
      from :schema.webhook_secrets as s
      where s.endpoint_id = c.endpoint_id
        and (s.signs_until is null or s.signs_until > v_now)
      order by s.generation desc
    )
  from claimed as c
  join :schema.webhook_endpoints as e on e.id = c.endpoint_id;
end
$$;

comment on function :schema.webhook_claim(integer, integer, double precision) is
  'Leases deliveries that are due, at most so many in all and of one endpoint; each with its fencing token and the keys that sign it.';
