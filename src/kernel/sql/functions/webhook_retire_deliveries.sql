create or replace function :schema.webhook_retire_deliveries(p_limit integer) returns integer
language sql volatile
set search_path = :schema, pg_temp
as $$
  with idle as materialized (
    select d.id
    from :schema.webhook_endpoints as e
    join :schema.accounts as a on a.id = e.owner_id
    cross join lateral (
      select w.id
      from :schema.webhook_deliveries as w
      where w.endpoint_id = e.id
        and (w.leased_until is null or w.leased_until < statement_timestamp())
      limit p_limit
    ) as d
    where e.state = 'disabled'
      or a.disabled_at is not null
    limit p_limit
  ),
  locked as materialized (
    select d.id
    from :schema.webhook_deliveries as d
    join idle on idle.id = d.id
    order by d.id
    for update of d skip locked
  ),
  gone as (
    delete from :schema.webhook_deliveries as d
    using locked
    where d.id = locked.id
      and (d.leased_until is null or d.leased_until < statement_timestamp())
    returning d.*
  ),
  kept as (
    insert into :schema.webhook_delivery_history (
      id, endpoint_id, event_id, event_type, subject, body, attempts, fence, state, reason,
      last_status, last_error, created_at
    )
    select
      id, endpoint_id, event_id, event_type, subject, body, attempts, fence, 'dead', 'endpoint_disabled',
      last_status, last_error, created_at
    from gone
    returning 1
  )
  select count(*)::integer from kept;
$$;
comment on function :schema.webhook_retire_deliveries(integer) is
  'Makes dead letters of what still waits for disabled endpoints, at most so many; they can be replayed once the endpoint is enabled. Returns how many.';
