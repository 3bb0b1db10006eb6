create or replace function :schema.update_worker_last_active() returns trigger
language plpgsql
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each task.
begin
  -- A new row is activity, and is counted in the same delta: a second trigger would cost the hottest calls twice.
  -- A few rows are the hot path: a delta for each, no grouping. Of many, grouped, the fold has less to do.
  if tg_table_name = 'tasks' then
    insert into :schema.work_deltas (worker_id, platform_id, created_day, active_at, tasks, pending, active,
      completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date,
      greatest(created_at, started_at, completed_at), 1, (status = 'pending')::integer, (status = 'active')::integer,
      (status = 'completed')::integer, (status = 'cancelled')::integer,
      (status = 'cancelled' and started_at is not null)::integer, (status = 'disputed')::integer, was_disputed::integer,
      (status = 'completed' and due_at is not null and completed_at > due_at)::integer,
      (status = 'completed' and started_at is not null)::integer,
      case when status = 'completed' then amount else 0 end, paid_amount,
      case when task_type = 'streaming' then paid_amount else 0 end,
      case when status = 'cancelled' then 0 else amount - paid_amount end,
      case when status = 'completed' and started_at is not null
        then extract(epoch from completed_at - started_at) else 0 end
    from new_tasks
    where (select count(*) from new_tasks) <= 100;
    if not found then
      insert into :schema.work_deltas (worker_id, platform_id, created_day, active_at, tasks, pending, active,
        completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)
      select worker_id, platform_id, (created_at at time zone 'UTC')::date,
        max(greatest(created_at, started_at, completed_at)), count(*), count(*) filter (where status = 'pending'),
        count(*) filter (where status = 'active'), count(*) filter (where status = 'completed'),
        count(*) filter (where status = 'cancelled'),
        count(*) filter (where status = 'cancelled' and started_at is not null),
        count(*) filter (where status = 'disputed'), count(*) filter (where was_disputed),
        count(*) filter (where status = 'completed' and completed_at > due_at),
        count(*) filter (where status = 'completed' and started_at is not null),
        sum(case when status = 'completed' then amount else 0 end), sum(paid_amount),
        sum(case when task_type = 'streaming' then paid_amount else 0 end),
        sum(case when status = 'cancelled' then 0 else amount - paid_amount end),
        sum(case when status = 'completed' and started_at is not null
          then extract(epoch from completed_at - started_at) else 0 end)
      from new_tasks
      group by 1, 2, 3;
    end if;
  else
    insert into :schema.money_deltas
      (worker_id, platform_id, day, asset, tx_type, status, paid_day, active_at, transactions,
        amount, fees)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status,
      case when tx_type = 'payout' and status = 'completed' and asset = 'USDC' then (processed_at at time zone 'UTC')::date end,
      created_at, 1, amount, fee
    from new_transactions
    where (select count(*) from new_transactions) <= 100;
    if not found then
      insert into :schema.money_deltas
        (worker_id, platform_id, day, asset, tx_type, status, paid_day, active_at, transactions,
        amount, fees)
      select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status,
        case when tx_type = 'payout' and status = 'completed' and asset = 'USDC' then (processed_at at time zone 'UTC')::date end,
        max(created_at), count(*), sum(amount), sum(fee)
      from new_transactions
      group by 1, 2, 3, 4, 5, 6, 7;
    end if;
  end if;
  return null;
end
$$;
comment on function :schema.update_worker_last_active() is
  'Statement trigger of inserts into tasks and transactions: appends that the worker was active, and what the new rows add to the statistics of worker, platform and day.';
