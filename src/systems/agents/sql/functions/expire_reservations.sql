create or replace function :schema.expire_reservations(p_limit integer) returns integer
language sql volatile
set search_path = :schema, pg_temp
as $$
  with expired as (
    update :schema.budget_reservations set state = 'expired', closed_at = clock_timestamp()
    where id in (
      select id from :schema.budget_reservations
      where state = 'open' and expires_at <= clock_timestamp()
      order by expires_at
      limit p_limit
      for update skip locked
    )
    returning 1
  )
  select count(*)::integer from expired;
$$;
comment on function :schema.expire_reservations(integer) is
  'Closes reservations whose time is over, at most p_limit of them; returns how many.';
