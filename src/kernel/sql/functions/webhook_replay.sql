create or replace function :schema.webhook_replay(
  p_endpoint_id text,
  p_delivery_id text,
  p_since timestamptz,
  p_limit integer
)
returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_state text;
  v_moved integer;
begin
  select e.state into v_state
  from :schema.webhook_endpoints as e
  where e.id = p_endpoint_id
  for key share;

  if v_state is null then
    raise exception using
      errcode = 'GH404',
      constraint = 'webhook_unknown',
      message = format('There is no webhook endpoint %s.', p_endpoint_id);
  end if;

  if v_state = 'disabled' then
    raise exception using
      errcode = 'GH409',
      constraint = 'webhook_disabled',
      message = format('Webhook endpoint %s is disabled.', p_endpoint_id),
      hint = 'Enable it first.';
  end if;

  if p_delivery_id is not null then
    -- One that still waits for its next try is made now; one that somebody is at is left alone.
    update :schema.webhook_deliveries as d
    set due_at = clock_timestamp()
    where d.id = p_delivery_id
      and d.endpoint_id = p_endpoint_id
      and d.leased_until is null;

    if found then
      return 1;
    end if;
  end if;

  with chosen as materialized (
    select h.id, h.finished_at
    from :schema.webhook_delivery_history as h
    where h.endpoint_id = p_endpoint_id
      and case
        when p_delivery_id is null then h.state = 'dead' and h.event_id is not null and h.created_at >= p_since
        else h.id = p_delivery_id
      end
    order by h.created_at, h.id
    limit p_limit
    for update skip locked
  ),
  gone as (
    delete from :schema.webhook_delivery_history as h
    using chosen
    where h.id = chosen.id
      and h.finished_at = chosen.finished_at
    returning h.*
  ),
  back as (
    insert into :schema.webhook_deliveries (
      id, endpoint_id, event_id, event_type, subject, body, attempts, fence, last_status, last_error, created_at
    )
    select id, endpoint_id, event_id, event_type, subject, body, attempts, fence, last_status, last_error, created_at
    from gone
    returning 1
  )
  select count(*)::integer into v_moved from back;

  return v_moved;
end
$$;

comment on function :schema.webhook_replay(text, text, timestamptz, integer) is
  'Sends again one delivery, or the dead letters of events since a time, oldest first and at most so many; the id stays, so that receivers know it. Returns how many.';
