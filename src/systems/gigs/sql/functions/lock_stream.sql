create or replace function :schema.lock_stream(p_id text) returns :schema.streams
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_stream :schema.streams;
begin
  -- The task first, as everywhere; a stream never moves to another.
  perform 1 from :schema.tasks t where t.id = (select s.task_id from :schema.streams s where s.id = p_id)
    for no key update;
  select * into v_stream from :schema.streams s where s.id = p_id for no key update;
  if not found then
    raise exception 'There is no stream %.', p_id
      using errcode = 'GH404', constraint = 'stream_not_found', column = 'streamId', hint = 'List the streams of the task.';
  end if;
  return v_stream;
end
$$;
comment on function :schema.lock_stream(text) is
  'Locks a stream and, before it, its task. Everything that changes a stream holds its task''s lock.';
