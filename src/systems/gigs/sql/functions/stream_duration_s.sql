create or replace function :schema.stream_duration_s(p_stream :schema.streams) returns numeric
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select extract(epoch from (p_stream.end_time - p_stream.start_time)) - extract(epoch from (p_stream.paused_for));
$$;
comment on function :schema.stream_duration_s(:schema.streams) is
  'Seconds in which all of a stream accrues, pauses left out.';
