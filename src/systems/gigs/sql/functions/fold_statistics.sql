create or replace function :schema.fold_statistics(p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_moved integer;
begin
  -- One at a time: the second waits here, and then finds these rows gone. Writers never take this lock.
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '.fold_statistics', 0));
  with work as materialized (
    delete from :schema.work_deltas
    where id <= (select max(id) from (select id from :schema.work_deltas order by id limit p_limit) as oldest)
    returning *
  ), money as materialized (
    delete from :schema.money_deltas
    where id <= (select max(id) from (select id from :schema.money_deltas order by id limit p_limit) as oldest)
    returning *
  ), kept_workers as materialized (
    -- The lock waits for whoever deletes one: what is gone is left out, and no rollup is written for it.
    select id from :schema.workers where id in (select worker_id from work union select worker_id from money)
    order by id for key share
  ), kept_platforms as materialized (
    select id from :schema.platforms where id in (select platform_id from work union select platform_id from money)
    order by id for key share
  ), by_worker as (
    insert into :schema.worker_statistics as t (worker_id, tasks, pending, active, completed, cancelled, abandoned,
      disputed, ever_disputed, late, ratings, stars, earned, paid, released, open_amount, last_active_at)
    select m.worker_id, sum(m.tasks), sum(m.pending), sum(m.active), sum(m.completed), sum(m.cancelled), sum(m.abandoned),
      sum(m.disputed), sum(m.ever_disputed), sum(m.late), sum(m.ratings), sum(m.stars), sum(m.earned), sum(m.paid),
      sum(m.released), sum(m.open_amount), max(m.active_at)
    from (
      select worker_id, tasks, pending, active, completed, cancelled, abandoned, disputed, ever_disputed, late, ratings,
        stars, earned, paid, released, open_amount, active_at
      from work
      union all
      select worker_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, active_at from money
    ) as m
    join kept_workers k on k.id = m.worker_id
    group by 1
    order by 1
    on conflict (worker_id) do update set tasks = t.tasks + excluded.tasks, pending = t.pending + excluded.pending,
      active = t.active + excluded.active, completed = t.completed + excluded.completed,
      cancelled = t.cancelled + excluded.cancelled, abandoned = t.abandoned + excluded.abandoned,
      disputed = t.disputed + excluded.disputed, ever_disputed = t.ever_disputed + excluded.ever_disputed,
      late = t.late + excluded.late,
      ratings = t.ratings + excluded.ratings, stars = t.stars + excluded.stars, earned = t.earned + excluded.earned,
      paid = t.paid + excluded.paid, released = t.released + excluded.released,
      open_amount = t.open_amount + excluded.open_amount,
      last_active_at = greatest(t.last_active_at, excluded.last_active_at), is_stale = true
  ), by_worker_day as (
    insert into :schema.worker_days as t (worker_id, day, tasks, completed, payouts, earned)
    select m.worker_id, m.day, sum(m.tasks), sum(m.completed), sum(m.payouts), sum(m.earned)
    from (
      select worker_id, created_day as day, tasks, completed, 0 as payouts, 0 as earned
      from work
      where created_day is not null
      union all
      select worker_id, paid_day, 0, 0, transactions, amount - fees from money where paid_day is not null
    ) as m
    join kept_workers k on k.id = m.worker_id
    group by 1, 2
    having (sum(m.tasks), sum(m.completed), sum(m.payouts), sum(m.earned)) <> (0, 0, 0, 0)
    order by 1, 2
    on conflict (worker_id, day) do update set tasks = t.tasks + excluded.tasks,
      completed = t.completed + excluded.completed, payouts = t.payouts + excluded.payouts,
      earned = t.earned + excluded.earned
  ), by_worker_type as (
    insert into :schema.worker_transactions as t (worker_id, tx_type, transactions, amount)
    select m.worker_id, m.tx_type, sum(m.transactions), sum(m.amount)
    from money m join kept_workers k on k.id = m.worker_id
    where m.status = 'completed' and m.asset = 'USDC'
    group by 1, 2
    order by 1, 2
    on conflict (worker_id, tx_type) do update set
      transactions = t.transactions + excluded.transactions, amount = t.amount + excluded.amount
  ), by_day as (
    insert into :schema.transaction_days as t (day, asset, tx_type, status, transactions, amount, fees)
    select day, asset, tx_type, status, sum(transactions), sum(amount), sum(fees)
    from money
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (day, asset, tx_type, status) do update set transactions = t.transactions + excluded.transactions,
      amount = t.amount + excluded.amount, fees = t.fees + excluded.fees
  ), pairs as materialized (
    select m.platform_id, c.worker_id, c.old_tasks, c.new_tasks, c.old_day, c.new_day
    from (
      select platform_id, array_agg(worker_id) as workers, array_agg(tasks) as tasks, array_agg(created_day) as days
      from work
      where worker_id is not null and tasks <> 0
      group by 1
    ) as m
    join kept_platforms k on k.id = m.platform_id
    cross join lateral :schema.changed_platform_workers(m.platform_id, m.workers, m.tasks, m.days) as c
  ), pairs_gone as (
    delete from :schema.platform_workers t
    using pairs p
    where p.new_tasks <= 0 and t.platform_id = p.platform_id and t.worker_id = p.worker_id
  ), by_pair as (
    insert into :schema.platform_workers as t (platform_id, worker_id, tasks, last_day)
    select platform_id, worker_id, new_tasks, new_day from pairs where new_tasks > 0 order by 1, 2
    on conflict (platform_id, worker_id) do update set tasks = excluded.tasks, last_day = excluded.last_day
  ), by_activity as (
    insert into :schema.platform_activity as t (platform_id, day, workers)
    select m.platform_id, m.day, sum(m.workers)
    from (
      select platform_id, old_day as day, -1 as workers from pairs where old_day is distinct from new_day
      union all
      select platform_id, new_day, 1 from pairs where old_day is distinct from new_day
    ) as m
    where m.day is not null
    group by 1, 2
    having sum(m.workers) <> 0
    order by 1, 2
    on conflict (platform_id, day) do update set workers = t.workers + excluded.workers
  ), by_platform as (
    insert into :schema.platform_statistics as t (platform_id, tasks, pending, active, completed, cancelled, abandoned,
      disputed, timed, seconds, payouts, payout_amount, fees, unique_workers)
    select m.platform_id, sum(m.tasks), sum(m.pending), sum(m.active), sum(m.completed), sum(m.cancelled),
      sum(m.abandoned), sum(m.disputed), sum(m.timed), sum(m.seconds), sum(m.payouts), sum(m.payout_amount), sum(m.fees),
      sum(m.unique_workers)
    from (
      select platform_id, tasks, pending, active, completed, cancelled, abandoned, disputed, timed, seconds,
        0 as payouts, 0 as payout_amount, 0 as fees, 0 as unique_workers
      from work
      union all
      select platform_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, transactions, amount, fees, 0
      from money
      where tx_type = 'payout' and status = 'completed' and asset = 'USDC'
      union all
      select platform_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (new_tasks > 0)::integer - (old_tasks > 0)::integer
      from pairs
    ) as m
    join kept_platforms k on k.id = m.platform_id
    group by 1
    order by 1
    on conflict (platform_id) do update set tasks = t.tasks + excluded.tasks, pending = t.pending + excluded.pending,
      active = t.active + excluded.active, completed = t.completed + excluded.completed,
      cancelled = t.cancelled + excluded.cancelled, abandoned = t.abandoned + excluded.abandoned,
      disputed = t.disputed + excluded.disputed, timed = t.timed + excluded.timed, seconds = t.seconds + excluded.seconds,
      payouts = t.payouts + excluded.payouts, payout_amount = t.payout_amount + excluded.payout_amount,
      fees = t.fees + excluded.fees, unique_workers = t.unique_workers + excluded.unique_workers,
      brought_on = '-infinity'
  )
  select greatest((select count(*) from work), (select count(*) from money)) into v_moved;
  return v_moved;
end
$$;
comment on function :schema.fold_statistics(integer) is
  'Moves up to p_limit deltas of work and of money into the rollups; returns how many of whichever were more. Safe to run from several processes at once. The columns of workers and platforms follow by bring_statistics.';
