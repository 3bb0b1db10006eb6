create or replace function :schema.lock_task(
  p_actor_kind text, p_actor_id text, p_task text, p_parties text[], p_states text[]
) returns :schema.tasks
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_task :schema.tasks;
begin
  select * into v_task from :schema.tasks where id = p_task for no key update;
  if not found then
    raise exception 'Task % not found.', p_task
      using errcode = 'GH404', constraint = 'task_not_found', column = 'taskId', hint = 'Check the id.';
  end if;
  -- Whoever is neither a worker nor a platform acts for the house.
  if p_actor_kind in ('worker', 'platform') and (
    p_actor_kind <> all (p_parties)
    or p_actor_id is distinct from case p_actor_kind when 'worker' then v_task.worker_id else v_task.platform_id end
  ) then
    raise exception 'Task % is not % %''s to change so.', p_task, p_actor_kind, p_actor_id
      using errcode = 'GH403', constraint = 'not_your_task', column = 'taskId',
        hint = 'Only those it belongs to may, each its own part.';
  end if;
  if v_task.status <> all (p_states) then
    raise exception 'Task % is %, not %.', p_task, v_task.status, array_to_string(p_states, ' or ')
      using errcode = 'GH409', constraint = 'task_status', column = 'status',
        detail = jsonb_build_object('id', p_task, 'status', v_task.status, 'expected', to_jsonb(p_states))::text,
        hint = 'Read it again: somebody may have changed it meanwhile.';
  end if;
  return v_task;
end
$$;
comment on function :schema.lock_task(text, text, text, text[], text[]) is
  'Locks a task and returns it; raises unless it is there, in one of the states, and the actor''s own (a worker or platform among the parties named, or neither of both kinds).';
