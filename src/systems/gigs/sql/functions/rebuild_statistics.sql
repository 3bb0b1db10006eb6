create or replace function :schema.rebuild_statistics() returns bigint
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_workers bigint;
begin
  -- In the order of a deletion: it comes to the tasks with workers and platforms locked, and would wait for us for ever.
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '.fold_statistics', 0));
  perform from :schema.workers order by id for key share;
  perform from :schema.platforms order by id for key share;
  -- Whoever writes waits: what came in between would be counted twice, or not at all.
  lock table :schema.tasks, :schema.transactions, :schema.reputation_events, :schema.work_deltas, :schema.money_deltas
    in share row exclusive mode;
  delete from :schema.work_deltas;
  delete from :schema.money_deltas;
  delete from :schema.worker_statistics;
  delete from :schema.worker_days;
  delete from :schema.worker_transactions;
  delete from :schema.platform_statistics;
  delete from :schema.platform_workers;
  delete from :schema.platform_activity;
  delete from :schema.transaction_days;
  insert into :schema.worker_statistics (worker_id, tasks, pending, active, completed, cancelled, abandoned, disputed,
    ever_disputed, late, ratings, stars, earned, paid, released, open_amount, last_active_at)
  select w.id, coalesce(t.tasks, 0), coalesce(t.pending, 0), coalesce(t.active, 0), coalesce(t.completed, 0),
    coalesce(t.cancelled, 0), coalesce(t.abandoned, 0), coalesce(t.disputed, 0), coalesce(t.ever_disputed, 0),
    coalesce(t.late, 0), coalesce(r.ratings, 0), coalesce(r.stars, 0), coalesce(t.earned, 0), coalesce(t.paid, 0), coalesce(t.released, 0),
    coalesce(t.open_amount, 0), greatest(t.active_at, x.active_at)
  from :schema.workers w
  left join (
    select worker_id, count(*) as tasks, count(*) filter (where status = 'pending') as pending,
      count(*) filter (where status = 'active') as active, count(*) filter (where status = 'completed') as completed,
      count(*) filter (where status = 'cancelled') as cancelled,
      count(*) filter (where status = 'cancelled' and started_at is not null) as abandoned,
      count(*) filter (where status = 'disputed') as disputed, count(*) filter (where was_disputed) as ever_disputed,
      count(*) filter (where status = 'completed' and completed_at > due_at) as late,
      sum(case when status = 'completed' then amount else 0 end) as earned, sum(paid_amount) as paid,
      sum(case when task_type = 'streaming' then paid_amount else 0 end) as released,
      sum(case when status = 'cancelled' then 0 else amount - paid_amount end) as open_amount,
      max(greatest(created_at, started_at, completed_at)) as active_at
    from :schema.tasks
    group by worker_id
  ) as t on t.worker_id = w.id
  left join (
    select worker_id, count(*) as ratings, sum(rating) as stars from :schema.reputation_events
    where rating is not null and event_type = 'rating_received' group by worker_id
  ) as r on r.worker_id = w.id
  left join (
    select worker_id, max(created_at) as active_at from :schema.transactions group by worker_id
  ) as x on x.worker_id = w.id;
  get diagnostics v_workers = row_count;
  insert into :schema.worker_days (worker_id, day, tasks, completed, payouts, earned)
  select worker_id, day, tasks, completed, payouts, earned from :schema.recomputed_worker_days;
  insert into :schema.worker_transactions (worker_id, tx_type, transactions, amount)
  select worker_id, tx_type, count(*), sum(amount)
  from :schema.transactions
  where worker_id is not null and status = 'completed' and asset = 'USDC'
  group by 1, 2;
  insert into :schema.transaction_days (day, asset, tx_type, status, transactions, amount, fees)
  select (created_at at time zone 'UTC')::date, asset, tx_type, status, count(*), sum(amount), sum(fee)
  from :schema.transactions
  group by 1, 2, 3, 4;
  insert into :schema.platform_workers (platform_id, worker_id, tasks, last_day)
  select platform_id, worker_id, count(*), (max(created_at) at time zone 'UTC')::date
  from :schema.tasks
  where worker_id is not null
  group by 1, 2;
  insert into :schema.platform_activity (platform_id, day, workers)
  select platform_id, last_day, count(*) from :schema.platform_workers group by 1, 2;
  insert into :schema.platform_statistics (platform_id, tasks, pending, active, completed, cancelled, abandoned, disputed,
    timed, seconds, payouts, payout_amount, fees, unique_workers)
  select p.id, coalesce(t.tasks, 0), coalesce(t.pending, 0), coalesce(t.active, 0), coalesce(t.completed, 0),
    coalesce(t.cancelled, 0), coalesce(t.abandoned, 0), coalesce(t.disputed, 0), coalesce(t.timed, 0),
    coalesce(t.seconds, 0), coalesce(x.payouts, 0), coalesce(x.amount, 0), coalesce(x.fees, 0), coalesce(u.workers, 0)
  from :schema.platforms p
  left join (
    select platform_id, count(*) as tasks, count(*) filter (where status = 'pending') as pending,
      count(*) filter (where status = 'active') as active, count(*) filter (where status = 'completed') as completed,
      count(*) filter (where status = 'cancelled') as cancelled,
      count(*) filter (where status = 'cancelled' and started_at is not null) as abandoned,
      count(*) filter (where status = 'disputed') as disputed,
      count(*) filter (where status = 'completed' and started_at is not null) as timed,
      sum(extract(epoch from completed_at - started_at)) filter (where status = 'completed') as seconds
    from :schema.tasks
    group by platform_id
  ) as t on t.platform_id = p.id
  left join (
    select platform_id, count(*) as payouts, sum(amount) as amount, sum(fee) as fees from :schema.transactions
    where tx_type = 'payout' and status = 'completed' and asset = 'USDC' group by platform_id
  ) as x on x.platform_id = p.id
  left join (
    select platform_id, count(*) as workers from :schema.platform_workers group by platform_id
  ) as u on u.platform_id = p.id;
  perform :schema.bring_statistics(null);
  return v_workers;
end
$$;
comment on function :schema.rebuild_statistics() is
  'Makes the statistics anew from tasks, transactions and ratings, and brings the columns of workers and platforms up to date; returns the number of workers. Writers wait meanwhile.';
