create or replace function :schema.prune_idempotency_keys(p_keep interval, p_limit integer) returns integer
language sql volatile
set search_path = :schema, pg_temp
as $$
  with gone as (
    delete from :schema.idempotency_keys
    where (account, key) in (
      select account, key from :schema.idempotency_keys
      where created_at < clock_timestamp() - p_keep
      order by created_at
      limit p_limit
      for update skip locked
    )
    returning 1
  )
  select count(*)::integer from gone;
$$;
comment on function :schema.prune_idempotency_keys(interval, integer) is
  'Removes keys older than the given age, at most p_limit of them; returns how many.';
