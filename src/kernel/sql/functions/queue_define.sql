create or replace function :schema.queue_define(
  p_queue text,
  p_max_failures integer,
  p_max_losses integer,
  p_retry_base_s double precision,
  p_retry_most_s double precision
) returns void
language sql volatile
set search_path = :schema, pg_temp
as $$
  insert into :schema.queue_settings as s (name, max_failures, max_losses, retry_base_s, retry_most_s)
  values (p_queue, p_max_failures, p_max_losses, p_retry_base_s, p_retry_most_s)
  on conflict on constraint queue_settings_name_key do update
  set max_failures = excluded.max_failures,
    max_losses = excluded.max_losses,
    retry_base_s = excluded.retry_base_s,
    retry_most_s = excluded.retry_most_s
  where (s.max_failures, s.max_losses, s.retry_base_s, s.retry_most_s)
    is distinct from (excluded.max_failures, excluded.max_losses, excluded.retry_base_s, excluded.retry_most_s);
$$;
comment on function :schema.queue_define(text, integer, integer, double precision, double precision) is
  'Makes a queue or changes its limits: failures and losses allowed, first and longest wait before another try. A worker calls it when it starts.';
