create or replace function :schema.withdraw_from_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_id text, p_amount :schema.usdc, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_stream :schema.streams;
  v_task_status text;
  v_payout :schema.transactions;
  v_now timestamptz;
  v_releasable numeric;
begin
  if v_answer is not null then return v_answer; end if;
  v_stream := :schema.lock_stream(p_id);
  v_now := clock_timestamp();
  v_releasable := :schema.stream_accrued(v_stream, v_now) - v_stream.released_amount;
  if v_releasable <= 0 then
    raise exception 'Nothing to release: stream % is %, and all that has accrued is paid.', p_id, v_stream.status
      using errcode = 'GH409', constraint = 'nothing_to_release', column = 'streamId',
        hint = 'Pay accrues by the second while a stream is active.';
  end if;
  if p_amount > v_releasable then
    raise exception 'Only % of stream % has accrued and is not paid.', trim_scale(v_releasable), p_id
      using errcode = 'GH409', constraint = 'above_releasable', column = 'amount',
        detail = jsonb_build_object('releasable', trim_scale(v_releasable)::text)::text,
        hint = 'Leave out the amount to take all there is.';
  end if;
  select t.status into v_task_status from :schema.tasks t where t.id = v_stream.task_id;
  if v_task_status not in ('active', 'completed') then
    raise exception 'Task % is %, so its streams pay nothing.', v_stream.task_id, v_task_status
      using errcode = 'GH409', constraint = 'task_not_active', column = 'streamId', hint = 'Look at the task first.';
  end if;
  select * into v_payout
  from :schema.release_streams(p_actor_type, p_actor_id, p_request_id, array[p_id], p_amount, v_now, p_wide) as r;
  select * into v_stream from :schema.streams s where s.id = p_id;
  return :schema.end_once(p_account, p_key, jsonb_build_object(
    'stream', :schema.stream_progress(v_stream, v_now), 'transaction', :schema.transaction_json(v_payout)));
end
$$;
comment on function :schema.withdraw_from_stream(
  text, text, text, text, text, text, bytea, text, :schema.usdc, boolean) is
  'Pays the worker what has accrued and is not released, or so much of it, without waiting for the interval.';
