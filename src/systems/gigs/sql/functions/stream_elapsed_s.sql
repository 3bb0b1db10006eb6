create or replace function :schema.stream_elapsed_s(p_stream :schema.streams, p_at timestamptz) returns numeric
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select greatest(0, extract(epoch from least(p_at, p_stream.paused_at) - p_stream.start_time)
    - extract(epoch from (p_stream.paused_for)));
$$;
comment on function :schema.stream_elapsed_s(:schema.streams, timestamptz) is
  'Seconds that a stream has run until a moment, exact to the microsecond, pauses left out.';
