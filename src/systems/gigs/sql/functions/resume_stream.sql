create or replace function :schema.resume_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_id text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_stream :schema.streams;
  v_task_status text;
  v_now timestamptz;
  v_pause interval;
begin
  if v_answer is not null then return v_answer; end if;
  v_stream := :schema.lock_stream(p_id);
  if v_stream.status <> 'paused' then
    raise exception 'Stream % is %, not paused.', p_id, v_stream.status
      using errcode = 'GH409', constraint = 'stream_not_paused', column = 'streamId',
        hint = 'Only a paused stream can go on.';
  end if;
  select t.status into v_task_status from :schema.tasks t where t.id = v_stream.task_id;
  if v_task_status not in ('active', 'completed') then
    raise exception 'Task % is %, so its streams stay paused.', v_stream.task_id, v_task_status
      using errcode = 'GH409', constraint = 'task_not_active', column = 'streamId', hint = 'Look at the task first.';
  end if;
  v_now := clock_timestamp();
  -- A pause before the start costs no time.
  v_pause := make_interval(secs => greatest(0,
    extract(epoch from v_now - greatest(v_stream.paused_at, v_stream.start_time)))::double precision);
  v_stream.status := 'active';
  v_stream.paused_at := null;
  v_stream.paused_for := v_stream.paused_for + v_pause;
  v_stream.end_time := v_stream.end_time + v_pause;
  update :schema.streams s
  set status = 'active', paused_at = null, paused_for = v_stream.paused_for, end_time = v_stream.end_time,
    next_release_at = :schema.stream_next_release_at(v_stream, v_now), updated_at = v_now
  where s.id = p_id returning * into v_stream;
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'resumed', 'stream', p_id,
    jsonb_build_object('taskId', v_stream.task_id, 'endTime', v_stream.end_time,
      'pausedS', extract(epoch from v_pause)),
    array[v_stream.worker_id, v_stream.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, v_now));
end
$$;
comment on function :schema.resume_stream(text, text, text, text, text, text, bytea, text) is
  'Lets a paused stream go on; its end and its releases move by the length of the pause.';
