create or replace function :schema.webhook_retry_delay(p_tries integer) returns interval
language sql immutable
set search_path = :schema, pg_temp
as $$
  -- The schedule that Standard Webhooks recommends: ten attempts over three days.
  select (array[
    interval '5 seconds', interval '5 minutes', interval '30 minutes', interval '2 hours', interval '5 hours',
    interval '10 hours', interval '14 hours', interval '20 hours', interval '24 hours'
  ])[p_tries];
$$;
comment on function :schema.webhook_retry_delay(integer) is
  'Time to wait after so many attempts, before jitter; null: that was the last one.';
