create or replace function :schema.create_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_total :schema.usdc, p_start timestamptz, p_end timestamptz, p_duration_s integer, p_interval_s integer,
  p_contract text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_task :schema.tasks;
  v_stream :schema.streams;
  v_duration_s numeric;
  v_promised numeric;
  v_free numeric;
begin
  if v_answer is not null then return v_answer; end if;
  select * into v_task from :schema.tasks t where t.id = p_task for no key update;
  if not found then
    raise exception 'There is no task %.', p_task
      using errcode = 'GH404', constraint = 'task_not_found', column = 'taskId', hint = 'List the tasks of the platform.';
  end if;
  if v_task.task_type <> 'streaming' then
    raise exception 'Task % is of type %, and only streaming tasks have streams.', p_task, v_task.task_type
      using errcode = 'GH409', constraint = 'task_not_streaming', column = 'taskId', hint = 'Post a task of type streaming.';
  end if;
  if v_task.status <> 'active' then
    raise exception 'Task % is %, not active.', p_task, v_task.status
      using errcode = 'GH409', constraint = 'task_not_active', column = 'taskId',
        hint = 'A stream begins while its task is active.';
  end if;
  v_stream.start_time := coalesce(p_start, date_trunc('milliseconds', clock_timestamp()));
  v_stream.end_time := coalesce(p_end, v_stream.start_time + make_interval(secs => p_duration_s));
  v_duration_s := extract(epoch from (v_stream.end_time - v_stream.start_time));
  if v_duration_s <= 0 or v_duration_s > 30 * 86400 then
    raise exception 'A stream of % seconds is refused.', trim_scale(v_duration_s)
      using errcode = 'GH400', constraint = 'stream_duration',
        column = case when p_end is null then 'durationS' else 'endTime' end,
        hint = 'A stream lasts up to 30 days.';
  end if;
  if p_interval_s < 60 or p_interval_s > v_duration_s then
    raise exception 'Releases every % seconds do not fit a stream of % seconds.', p_interval_s, trim_scale(v_duration_s)
      using errcode = 'GH400', constraint = 'stream_interval', column = 'releaseIntervalS',
        hint = 'The interval is 60 seconds or more, and not longer than the stream.';
  end if;
  v_stream.total_amount := coalesce(p_total, v_task.amount);
  -- Streams that have ended count with what they paid, which is in paid_amount.
  select coalesce(sum(s.remaining_amount), 0) into v_promised
  from :schema.streams s where s.task_id = p_task and s.status in ('active', 'paused', 'insolvent');
  if v_stream.total_amount > v_task.amount - v_task.paid_amount - v_promised then
    raise exception 'A stream of % is more than what task % has left.', trim_scale(v_stream.total_amount), p_task
      using errcode = 'GH409', constraint = 'above_task_amount', column = 'totalAmount',
        detail = jsonb_build_object('left', trim_scale(v_task.amount - v_task.paid_amount - v_promised)::text)::text,
        hint = 'All streams of a task together pay its amount at most.';
  end if;
  v_free := v_task.escrowed_amount - :schema.promised_escrow(p_task);
  v_stream.funded_amount := least(v_stream.total_amount, v_free);
  insert into :schema.streams (task_id, platform_id, worker_id, contract_address, start_time, end_time, total_amount,
    funded_amount, release_interval, fee_bps, status, next_release_at)
  select p_task, v_task.platform_id, v_task.worker_id, p_contract, v_stream.start_time, v_stream.end_time,
    v_stream.total_amount, v_stream.funded_amount, p_interval_s, p.fee_bps,
    case when v_stream.funded_amount > 0 then 'active' else 'insolvent' end,
    case when v_stream.funded_amount > 0 then v_stream.end_time end
  from :schema.platforms p where p.id = v_task.platform_id
  returning * into v_stream;
  update :schema.streams s set next_release_at = :schema.stream_next_release_at(s, s.start_time)
  where s.id = v_stream.id and s.status = 'active';
  select * into v_stream from :schema.streams s where s.id = v_stream.id;
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'created', 'stream', v_stream.id,
    jsonb_build_object('taskId', p_task, 'total', trim_scale(v_stream.total_amount)::text,
      'funded', trim_scale(v_stream.funded_amount)::text, 'startTime', v_stream.start_time, 'endTime', v_stream.end_time,
      'releaseIntervalS', p_interval_s),
    array[v_stream.worker_id, v_stream.platform_id]);
  if v_stream.status = 'insolvent' then
    perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'insolvent', 'stream', v_stream.id,
      jsonb_build_object('taskId', p_task, 'total', trim_scale(v_stream.total_amount)::text, 'released', '0'),
      array[v_stream.worker_id, v_stream.platform_id]);
  end if;
  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, clock_timestamp()));
end
$$;
comment on function :schema.create_stream(
  text, text, text, text, text, text, bytea, text, :schema.usdc, timestamptz, timestamptz, integer, integer, text) is
  'Begins a stream for an active streaming task, funded from what of the task''s escrow no other stream was promised: with less than its total it will run out, with nothing it waits for money.';
