create or replace function :schema.halt_streams(
  p_actor_type text, p_actor_id text, p_request_id text, p_task text, p_stream text, p_status text, p_wide boolean
) returns numeric
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_ids text[];
  v_released numeric;
  v_stream record;
begin
  assert p_status in ('paused', 'cancelled'), 'streams are halted by a pause or for good';
  v_ids := array(
    select s.id from :schema.streams s
    where s.task_id = p_task and s.id = coalesce(p_stream, s.id)
      and s.status in ('active', 'insolvent', case when p_status = 'cancelled' then 'paused' end)
    order by s.id for no key update
  );
  select coalesce(sum(r.amount), 0) into v_released
  from :schema.release_streams(p_actor_type, p_actor_id, p_request_id, v_ids, null, v_now, p_wide) as r;
  for v_stream in
    update :schema.streams s
    set status = p_status, next_release_at = null,
      -- One that ran out of money has earned nothing since.
      paused_at = case when p_status = 'paused' then least(v_now, :schema.stream_runs_out_at(s)) end,
      cancelled_at = case when p_status = 'cancelled' then v_now end, updated_at = v_now
    where s.id = any (v_ids) and s.status in ('active', 'insolvent', 'paused')
    returning s.id, s.task_id, s.worker_id, s.platform_id, s.released_amount, s.funded_amount
  loop
    perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, p_status, 'stream', v_stream.id,
      jsonb_build_object('taskId', v_stream.task_id, 'released', trim_scale(v_stream.released_amount)::text,
        'unreleased', trim_scale(v_stream.funded_amount - v_stream.released_amount)::text),
      array[v_stream.worker_id, v_stream.platform_id]);
  end loop;
  return v_released;
end
$$;
comment on function :schema.halt_streams(text, text, text, text, text, text, boolean) is
  'Pauses (paused) or ends (cancelled) one stream of a task, or all with null, after paying what has accrued; returns how much that was. The rest stays in the task''s escrow. For callers that have locked the task.';
