create or replace function :schema.add_completion_events(p_task :schema.tasks, p_delta integer) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_before integer;
  v_after integer;
  v_event record;
begin
  -- Once for a task, also when it was resumed after a dispute and completed again. The lock on the task makes asking safe;
  -- "on conflict" would come after the trigger has applied the points.
  for v_event in
    select e.type, e.delta, e.reason
    from (values
      (1, 'task_completed', p_delta, 'Completed "' || left(coalesce(p_task.title, p_task.id), 200) || '"', true),
      (2, 'task_late', -5, 'Completed after it was due', p_task.completed_at > p_task.due_at)
    ) as e(place, type, delta, reason, applies)
    where e.applies and not exists (
      select from :schema.reputation_events r
      where r.task_id = p_task.id and r.worker_id = p_task.worker_id and r.event_type = e.type
        and r.event_type in ('task_completed', 'task_late', 'rating_received')
    )
    order by e.place
  loop
    insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, reason)
    values (p_task.worker_id, p_task.id, v_event.type, v_event.delta, v_event.reason)
    returning coalesce(v_before, previous_score), new_score into v_before, v_after;
  end loop;
  if v_after is null then
    select reputation_score into v_after from :schema.workers where id = p_task.worker_id;
  end if;
  return jsonb_build_object('reputation_delta', v_after - coalesce(v_before, v_after), 'reputation_score', v_after);
end
$$;
comment on function :schema.add_completion_events(:schema.tasks, integer) is
  'The points for completing a task, and 5 less when it was late; once for a task. Returns what was applied and the score.';
