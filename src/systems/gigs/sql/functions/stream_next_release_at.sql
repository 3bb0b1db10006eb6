-- requires: stream_duration_s, stream_elapsed_s, stream_runs_out_at
create or replace function :schema.stream_next_release_at(p_stream :schema.streams, p_at timestamptz) returns timestamptz
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select least(
    p_stream.end_time,
    :schema.stream_runs_out_at(p_stream),
    p_stream.end_time - make_interval(secs => (:schema.stream_duration_s(p_stream) - p_stream.release_interval
      * (floor(:schema.stream_elapsed_s(p_stream, p_at) / p_stream.release_interval) + 1))::double precision)
  );
$$;
comment on function :schema.stream_next_release_at(:schema.streams, timestamptz) is
  'The next moment after this one at which the time that a stream has run is a multiple of its interval, or its end, or when its money runs out. Pauses and withdrawals do not shift that grid.';
