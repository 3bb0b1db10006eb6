create or replace function :schema.pause_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_id text, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_stream :schema.streams;
begin
  if v_answer is not null then return v_answer; end if;
  v_stream := :schema.lock_stream(p_id);
  if v_stream.status not in ('active', 'insolvent') then
    raise exception 'Stream % is %.', p_id, v_stream.status
      using errcode = 'GH409', constraint = 'stream_not_active', column = 'streamId', hint = 'Only a stream that runs can be paused.';
  end if;
  perform :schema.halt_streams(p_actor_type, p_actor_id, p_request_id, v_stream.task_id, p_id, 'paused', p_wide);
  select * into v_stream from :schema.streams s where s.id = p_id;
  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, clock_timestamp()));
end
$$;
comment on function :schema.pause_stream(text, text, text, text, text, text, bytea, text, boolean) is
  'Pays what has accrued and pauses the stream: paused time earns nothing and moves its end. One of which all was paid by that is completed instead.';
