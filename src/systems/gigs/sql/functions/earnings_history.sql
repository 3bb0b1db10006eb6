create or replace function :schema.earnings_history(p_worker text) returns jsonb
language sql stable
set search_path = :schema, pg_temp
as $$
  with days as (
    select (statement_timestamp() at time zone 'UTC')::date as today
  ), paid as (
    select w.day, w.earned from :schema.daily_work w where w.worker_id = p_worker and w.payouts > 0
  )
  select jsonb_build_object(
    'last_day', d.today - 1,
    'first_earning_day', (select min(day) from paid),
    'daily_sums', (
      select jsonb_agg(trim_scale(coalesce(p.earned, 0))::text order by g.n desc)
      from generate_series(1, 30) as g(n) left join paid p on p.day = d.today - g.n
    )
  )
  from days d;
$$;
comment on function :schema.earnings_history(text) is
  'Payouts after fees by day (UTC) of the 30 whole days before today, oldest first, as decimal text; first_earning_day is null for who never earned.';
