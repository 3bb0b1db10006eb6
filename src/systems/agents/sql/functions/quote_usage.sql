create or replace function :schema.quote_usage(
  p_provider text,
  p_model text,
  p_at timestamptz,
  p_usage jsonb,
  p_service_tier text
)
returns table (price_id text, amount numeric, unpriced_kinds text[], reason text)
language plpgsql
stable
parallel safe
rows 1
set search_path = :schema, pg_temp
-- Planning, or compiling, the statement anew would take longer than running it.
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
begin
  -- plpgsql, because it keeps its plan from call to call.
  return query
  select q.price_id, q.amount, q.unpriced_kinds, q.reason
  from :schema.quote_usages(array[p_provider], array[p_model], array[p_at], array[p_usage], array[p_service_tier]) as q;
end
$$;

comment on function :schema.quote_usage(text, text, timestamptz, jsonb, text) is
  'Amount in USD of one call; see quote_usages, which is the one to use for many.';
