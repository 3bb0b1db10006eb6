create or replace function :schema.webhook_record_attempt(
  p_id text,
  p_fence bigint,
  p_status integer,
  p_duration_ms integer,
  p_error text,
  p_response text,
  p_retry_after_s double precision,
  p_retry_at timestamptz
)
returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_delivery :schema.webhook_deliveries%rowtype;
  v_failing_since timestamptz(3);
  v_now timestamptz(3);
  v_delay interval;
  v_asked interval;
  v_reason text;
begin
  -- The endpoint before its delivery, as deleting an endpoint locks them.
  perform from :schema.webhook_endpoints as e
  where e.id = (select d.endpoint_id from :schema.webhook_deliveries as d where d.id = p_id)
  for key share;

  select d.* into v_delivery
  from :schema.webhook_deliveries as d
  where d.id = p_id
    and d.fence = p_fence
  for update;

  if not found then
    return 'stale';
  end if;

  v_now := clock_timestamp();

  insert into :schema.webhook_attempts (delivery_id, number, endpoint_id, at, status, duration_ms, error, response)
  values (p_id, v_delivery.attempts + 1, v_delivery.endpoint_id, v_now, p_status, p_duration_ms, p_error, p_response);

  if p_error is null then
    update :schema.webhook_endpoints as e
    set failing_since = null
    where e.id = v_delivery.endpoint_id
      and e.failing_since is not null;
  elsif p_status = 410 then
    v_reason := 'endpoint_gone';
  elsif v_delivery.event_id is null then
    v_reason := 'test_failed';
  else
    v_delay := :schema.webhook_retry_delay(v_delivery.tries + 1);
    if v_delay is null then
      v_reason := 'schedule_ended';
    end if;
  end if;

  if p_error is not null and v_reason is null then
    -- A fifth at most on top spreads what failed together; the receiver's own wish counts up to a day.
    v_delay := v_delay * (1 + 0.2 * random());
    v_asked := case
      when p_retry_after_s is not null then make_interval(secs => least(p_retry_after_s, 86400))
      when p_retry_at is not null then least(p_retry_at - v_now, interval '24 hours')
      else v_delay
    end;

    update :schema.webhook_deliveries as d
    set attempts = d.attempts + 1,
        tries = d.tries + 1,
        due_at = v_now + greatest(v_delay, v_asked),
        leased_until = null,
        last_status = p_status,
        last_error = p_error
    where d.id = p_id;

    return 'retry';
  end if;

  delete from :schema.webhook_deliveries as d
  where d.id = p_id;

  insert into :schema.webhook_delivery_history (
    id, endpoint_id, event_id, event_type, subject, body, attempts, fence, state, reason,
    last_status, last_error, created_at, finished_at
  )
  values (
    p_id, v_delivery.endpoint_id, v_delivery.event_id, v_delivery.event_type, v_delivery.subject, v_delivery.body,
    v_delivery.attempts + 1, p_fence, case when v_reason is null then 'delivered' else 'dead' end, v_reason,
    p_status, p_error, v_delivery.created_at, v_now
  );

  if v_reason is null then
    return 'delivered';
  end if;

  if v_reason = 'endpoint_gone' then
    perform :schema.webhook_set_state('system', null, null, v_delivery.endpoint_id, 'disabled', 'gone');
  elsif v_reason = 'schedule_ended' then
    update :schema.webhook_endpoints as e
    set failing_since = coalesce(e.failing_since, v_now)
    where e.id = v_delivery.endpoint_id
    returning e.failing_since into v_failing_since;

    if v_failing_since <= v_now - interval '5 days' then
      perform :schema.webhook_set_state('system', null, null, v_delivery.endpoint_id, 'disabled', 'failing');
    end if;
  end if;

  return 'dead';
end
$$;

comment on function :schema.webhook_record_attempt(text, bigint, integer, integer, text, text, double precision, timestamptz) is
  'Records the result of an attempt (error null: success) and decides: delivered, retry, dead; stale: another claim came after this one, and nothing is changed.';
