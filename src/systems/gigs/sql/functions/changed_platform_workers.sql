create or replace function :schema.changed_platform_workers(
  p_platform text, p_workers text[], p_tasks integer[], p_days date[]
) returns table (worker_id text, old_tasks bigint, new_tasks bigint, old_day date, new_day date)
language sql stable
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select g.worker_id, coalesce(w.tasks, 0), coalesce(w.tasks, 0) + g.tasks, w.last_day,
    case
      when coalesce(w.tasks, 0) + g.tasks <= 0 then null
      -- Something was taken away, so the newest is looked up; only added to, it is the newer of the two. None is left
      -- when more was taken away than is among these deltas: those that follow will say so.
      when g.shrunk then coalesce((
        select (t.created_at at time zone 'UTC')::date
        from :schema.tasks t
        where t.worker_id = g.worker_id and t.platform_id = p_platform
        order by t.created_at desc
        limit 1
      ), w.last_day, g.newest_day)
      else greatest(w.last_day, g.newest_day)
    end
  from (
    select d.worker_id, sum(d.tasks) as tasks, max(d.day) as newest_day, bool_or(d.tasks < 0) as shrunk
    from unnest(p_workers, p_tasks, p_days) as d(worker_id, tasks, day)
    group by d.worker_id
  ) as g
  left join :schema.platform_workers w on w.platform_id = p_platform and w.worker_id = g.worker_id;
$$;
comment on function :schema.changed_platform_workers(text, text[], integer[], date[]) is
  'What deltas (worker, tasks, day) make of a platform''s workers: tasks and UTC day of the newest task, as folded and with them.';
