create or replace function :schema.update_worker_statistics() returns trigger
language plpgsql
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each task.
declare
  v_left bigint;
begin
  if tg_op = 'UPDATE' then
    -- A few tasks that move on are the hot path: a row of differences for each, no grouping. A task with another worker
    -- needs two rows, and takes the long way, as do many tasks at once: grouped, they are fewer rows to fold.
    with made as (
      insert into :schema.work_deltas (worker_id, platform_id, created_day, active_at, pending, active,
        completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)
      select n.worker_id, n.platform_id, (n.created_at at time zone 'UTC')::date,
        greatest(n.created_at, n.started_at, n.completed_at),
        (n.status = 'pending')::integer - (o.status = 'pending')::integer,
        (n.status = 'active')::integer - (o.status = 'active')::integer,
        (n.status = 'completed')::integer - (o.status = 'completed')::integer,
        (n.status = 'cancelled')::integer - (o.status = 'cancelled')::integer,
        (n.status = 'cancelled' and n.started_at is not null)::integer
          - (o.status = 'cancelled' and o.started_at is not null)::integer,
        (n.status = 'disputed')::integer - (o.status = 'disputed')::integer,
        n.was_disputed::integer - o.was_disputed::integer,
        (n.status = 'completed' and n.due_at is not null and n.completed_at > n.due_at)::integer
          - (o.status = 'completed' and o.due_at is not null and o.completed_at > o.due_at)::integer,
        (n.status = 'completed' and n.started_at is not null)::integer
          - (o.status = 'completed' and o.started_at is not null)::integer,
        case when n.status = 'completed' then n.amount else 0 end - case when o.status = 'completed' then o.amount else 0 end,
        n.paid_amount - o.paid_amount,
        case when n.task_type = 'streaming' then n.paid_amount else 0 end
          - case when o.task_type = 'streaming' then o.paid_amount else 0 end,
        case when n.status = 'cancelled' then 0 else n.amount - n.paid_amount end
          - case when o.status = 'cancelled' then 0 else o.amount - o.paid_amount end,
        case when n.status = 'completed' and n.started_at is not null
          then extract(epoch from (n.completed_at - n.started_at)) else 0 end
        - case when o.status = 'completed' and o.started_at is not null
          then extract(epoch from (o.completed_at - o.started_at)) else 0 end
      from new_tasks n
      join old_tasks o on o.id = n.id
      where (select count(*) from new_tasks) <= 100
        and n.worker_id is not distinct from o.worker_id and n.platform_id = o.platform_id and n.created_at = o.created_at
        and (n.status, n.amount, n.paid_amount, n.was_disputed, n.completed_at, n.started_at, n.due_at, n.task_type)
          is distinct from
          (o.status, o.amount, o.paid_amount, o.was_disputed, o.completed_at, o.started_at, o.due_at, o.task_type)
      returning id
    )
    select (select count(*) from new_tasks) - (select count(*) from made) into v_left;
    if v_left = 0 then return null; end if;
    insert into :schema.work_deltas (worker_id, platform_id, created_day, active_at, tasks, pending, active,
      completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date,
      max(greatest(created_at, started_at, completed_at)) filter (where sign = 1), sum(sign),
      sum(case when status = 'pending' then sign else 0 end), sum(case when status = 'active' then sign else 0 end),
      sum(case when status = 'completed' then sign else 0 end), sum(case when status = 'cancelled' then sign else 0 end),
      sum(case when status = 'cancelled' and started_at is not null then sign else 0 end),
      sum(case when status = 'disputed' then sign else 0 end), sum(case when was_disputed then sign else 0 end),
      sum(case when status = 'completed' and completed_at > due_at then sign else 0 end),
      sum(case when status = 'completed' and started_at is not null then sign else 0 end),
      sum(case when status = 'completed' then sign * amount else 0 end), sum(sign * paid_amount),
      sum(case when task_type = 'streaming' then sign * paid_amount else 0 end),
      sum(case when status = 'cancelled' then 0 else sign * (amount - paid_amount) end),
      sum(case when status = 'completed' and started_at is not null
        then sign * extract(epoch from completed_at - started_at) else 0 end)
    from (
      select -1 as sign, o.* from old_tasks o
      union all
      select 1, n.* from new_tasks n
    ) as c
    -- What no statistic looks at leaves no delta: both rows of such a task are left out by the same comparison.
    where c.id in (
      select n.id from new_tasks n join old_tasks o on o.id = n.id
      where ((select count(*) from new_tasks) > 100
          or (n.worker_id, n.platform_id, n.created_at) is distinct from (o.worker_id, o.platform_id, o.created_at))
        and (n.worker_id, n.platform_id, n.created_at, n.status, n.amount, n.paid_amount, n.was_disputed, n.completed_at,
        n.started_at, n.due_at, n.task_type) is distinct from (o.worker_id, o.platform_id, o.created_at, o.status, o.amount,
        o.paid_amount, o.was_disputed, o.completed_at, o.started_at, o.due_at, o.task_type)
    )
    group by 1, 2, 3;
  else
    insert into :schema.work_deltas (worker_id, platform_id, created_day, tasks, pending, active,
      completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date,
      -count(*), -count(*) filter (where status = 'pending'),
      -count(*) filter (where status = 'active'), -count(*) filter (where status = 'completed'),
      -count(*) filter (where status = 'cancelled'),
      -count(*) filter (where status = 'cancelled' and started_at is not null),
      -count(*) filter (where status = 'disputed'), -count(*) filter (where was_disputed),
      -count(*) filter (where status = 'completed' and completed_at > due_at),
      -count(*) filter (where status = 'completed' and started_at is not null),
      -sum(case when status = 'completed' then amount else 0 end), -sum(paid_amount),
      -sum(case when task_type = 'streaming' then paid_amount else 0 end),
      -sum(case when status = 'cancelled' then 0 else amount - paid_amount end),
      -sum(case when status = 'completed' and started_at is not null
        then extract(epoch from completed_at - started_at) else 0 end)
    from old_tasks
    group by 1, 2, 3;
  end if;
  return null;
end
$$;
comment on function :schema.update_worker_statistics() is
  'Statement trigger of updates and deletes of tasks: appends what they change in the statistics of the worker, and of the platform in the same row.';
