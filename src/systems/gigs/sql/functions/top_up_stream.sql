create or replace function :schema.top_up_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_id text, p_amount :schema.usdc, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_stream :schema.streams;
  v_task :schema.tasks;
  v_now timestamptz;
  v_new numeric;
  v_ran_out timestamptz;
  v_late interval := '0';
begin
  if v_answer is not null then return v_answer; end if;
  v_stream := :schema.lock_stream(p_id);
  select * into v_task from :schema.tasks t where t.id = v_stream.task_id;
  v_now := clock_timestamp();
  if v_stream.status in ('completed', 'cancelled') then
    raise exception 'Stream % is %.', p_id, v_stream.status
      using errcode = 'GH409', constraint = 'stream_ended', column = 'streamId', hint = 'Begin another stream.';
  end if;
  if v_task.status not in ('active', 'completed') then
    raise exception 'Task % is %, so its streams take no money.', v_task.id, v_task.status
      using errcode = 'GH409', constraint = 'task_not_active', column = 'streamId', hint = 'Look at the task first.';
  end if;
  if p_amount > v_stream.total_amount - v_stream.funded_amount then
    raise exception 'Stream % lacks less than %.', p_id, trim_scale(p_amount)
      using errcode = 'GH409', constraint = 'above_stream_total', column = 'amount',
        detail = jsonb_build_object(
          'lacking', trim_scale(v_stream.total_amount - v_stream.funded_amount)::text)::text,
        hint = 'A stream is funded up to its total.';
  end if;
  -- What lies in escrow and is promised to no stream is used before the platform's funds.
  v_new := greatest(0, p_amount - (v_task.escrowed_amount - :schema.promised_escrow(v_task.id)));
  perform :schema.move_money(
    array['stream ' || p_id || ' top-up ' || trim_scale(v_stream.funded_amount)],
    array['platform:' || v_stream.platform_id], array['escrow:' || v_stream.platform_id], array[v_new],
    'stream top-up', p_wide);
  update :schema.tasks t set escrowed_amount = t.escrowed_amount + v_new, updated_at = v_now where t.id = v_task.id;
  -- Without money nothing accrues, noticed or not: the time since it ran out counts as a pause.
  v_ran_out := :schema.stream_runs_out_at(v_stream);
  if v_stream.status <> 'paused' and v_ran_out < v_now then
    v_late := make_interval(secs => extract(epoch from v_now - v_ran_out)::double precision);
  end if;
  v_stream.funded_amount := v_stream.funded_amount + p_amount;
  v_stream.paused_for := v_stream.paused_for + v_late;
  v_stream.end_time := v_stream.end_time + v_late;
  if v_stream.status = 'insolvent' then v_stream.status := 'active'; end if;
  update :schema.streams s
  set funded_amount = v_stream.funded_amount, paused_for = v_stream.paused_for, end_time = v_stream.end_time,
    status = v_stream.status,
    next_release_at = case when v_stream.status = 'active' then case
      when s.next_release_at <= v_now then s.next_release_at
      else :schema.stream_next_release_at(v_stream, v_now) end end,
    updated_at = v_now
  where s.id = p_id returning * into v_stream;
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'topped_up', 'stream', p_id,
    jsonb_build_object('taskId', v_stream.task_id, 'amount', trim_scale(p_amount)::text,
      'funded', trim_scale(v_stream.funded_amount)::text, 'fromPlatform', trim_scale(v_new)::text),
    array[v_stream.worker_id, v_stream.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, v_now));
end
$$;
comment on function :schema.top_up_stream(
  text, text, text, text, text, text, bytea, text, :schema.usdc, boolean) is
  'Adds money to a stream, from free escrow of its task and then from the platform''s funds, up to its total. One that ran out goes on from now.';
