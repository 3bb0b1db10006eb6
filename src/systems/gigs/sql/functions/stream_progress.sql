-- requires: stream_json, stream_duration_s, stream_accrued, stream_runs_out_at
create or replace function :schema.stream_progress(p_stream :schema.streams, p_at timestamptz) returns jsonb
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select :schema.stream_json(p_stream) || jsonb_build_object(
    'accrued', trim_scale(:schema.stream_accrued(p_stream, p_at))::text,
    'releasable', trim_scale(:schema.stream_accrued(p_stream, p_at) - p_stream.released_amount)::text,
    'percent_released', trim_scale(0.01 * div(p_stream.released_amount * 10000, p_stream.total_amount))::text,
    'amount_per_release', trim_scale(0.000001 * div(
      p_stream.total_amount * 1000000 * p_stream.release_interval, :schema.stream_duration_s(p_stream)))::text,
    'runs_out_at', :schema.stream_runs_out_at(p_stream) + w.waited,
    'estimated_completion_at', case
      when p_stream.status = 'completed' then p_stream.completed_at
      when p_stream.status in ('active', 'paused') and p_stream.funded_amount = p_stream.total_amount
      then p_stream.end_time + w.waited end
  )
  from (select case when p_stream.paused_at is null then interval '0'
    else make_interval(secs => greatest(0,
      extract(epoch from p_at - greatest(p_stream.paused_at, p_stream.start_time)))::double precision)
  end as waited) as w;
$$;
comment on function :schema.stream_progress(:schema.streams, timestamptz) is
  'A stream as functions answer it, with what has accrued, what can be taken, when it runs out (null: it does not) and when it is complete (null: unknown while it lacks money, or never); of a paused one as if it went on now.';
