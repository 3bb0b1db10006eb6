-- requires: stream_duration_s
create or replace function :schema.stream_runs_out_at(p_stream :schema.streams) returns timestamptz
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  -- The first whole second at which as much has accrued as is funded.
  select case
    when p_stream.funded_amount < p_stream.total_amount and p_stream.status in ('active', 'paused', 'insolvent')
    then p_stream.end_time - make_interval(secs => greatest(0, :schema.stream_duration_s(p_stream) - div(
      -- Whole numbers, rounded up: a is funded, b is the total, (a × duration + b - 1) div b.
      p_stream.funded_amount * 1000000 * :schema.stream_duration_s(p_stream) * 1000000
        + p_stream.total_amount * 1000000 * 1000000 - 1,
      p_stream.total_amount * 1000000 * 1000000))::double precision)
  end;
$$;
comment on function :schema.stream_runs_out_at(:schema.streams) is
  'When the money of a stream that is not funded in full is used up, were it not paused any more; null for others.';
