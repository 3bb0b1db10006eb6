-- requires: stream_duration_s, stream_elapsed_s
create or replace function :schema.stream_accrued(p_stream :schema.streams, p_at timestamptz) returns numeric
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  -- div() and the multiplication by 0.000001 are exact; a division of numerics would be rounded.
  select case
    when p_stream.status in ('completed', 'cancelled') then p_stream.released_amount
    when :schema.stream_elapsed_s(p_stream, p_at) >= :schema.stream_duration_s(p_stream) then p_stream.funded_amount
    else least(p_stream.funded_amount, 0.000001 * div(
      p_stream.total_amount * 1000000 * floor(:schema.stream_elapsed_s(p_stream, p_at)),
      :schema.stream_duration_s(p_stream)))
  end;
$$;
comment on function :schema.stream_accrued(:schema.streams, timestamptz) is
  'What a stream has earned until a moment: floor(total × whole seconds run ÷ duration) in smallest units, all of it at the end, never more than is funded. stream_accrued(s, moment) for a row s of streams.';
