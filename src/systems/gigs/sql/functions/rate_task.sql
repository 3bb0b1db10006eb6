create or replace function :schema.rate_task(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_by text, p_stars integer, p_comment text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_task :schema.tasks;
begin
  if v_answer is not null then return v_answer; end if;
  v_task := :schema.lock_task(p_actor_kind, p_actor_id, p_task, array[p_by], '{completed}');
  if (case p_by when 'platform' then v_task.worker_rating else v_task.platform_rating end) is not null then
    raise exception 'The % has rated task % before.', p_by, p_task
      using errcode = 'GH409', constraint = 'already_rated', column = 'taskId', hint = 'A rating is given once.';
  end if;
  update :schema.tasks
  set worker_rating = case p_by when 'platform' then p_stars else worker_rating end,
    platform_rating = case p_by when 'worker' then p_stars else platform_rating end,
    updated_at = clock_timestamp()
  where id = p_task
  returning * into v_task;
  if p_by = 'platform' then
    insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, rating, reason, metadata)
    values (v_task.worker_id, p_task, 'rating_received', (p_stars - 3) * 5, p_stars, 'Rated ' || p_stars || ' of 5',
      jsonb_strip_nulls(jsonb_build_object('comment', p_comment)));
  end if;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'rate_task', 'task', p_task,
    jsonb_build_object('by', p_by, 'stars', p_stars, 'comment', p_comment), array[v_task.worker_id, v_task.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.task_json(v_task));
end
$$;
comment on function :schema.rate_task(text, text, text, text, text, text, bytea, text, text, integer, text) is
  'Stars from 1 to 5 for a completed task, once from each side. Those for the worker move its score by five for each star from three.';
