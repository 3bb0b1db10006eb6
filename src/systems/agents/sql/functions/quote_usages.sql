create or replace function :schema.quote_usages(
  p_providers text[],
  p_models text[],
  p_ats timestamptz[],
  p_usages jsonb[],
  p_service_tiers text[]
)
returns table (ordinal bigint, price_id text, amount numeric, unpriced_kinds text[], reason text)
language plpgsql
stable
parallel safe
set search_path = :schema, pg_temp
-- Planning, or compiling, the statement anew would take longer than running it.
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
begin
  -- plpgsql, because it keeps its plan from call to call.
  return query
  select
    l.ordinal,
    min(l.price_id),
    case when count(l.reason) = 0 then trim_scale(coalesce(sum(l.amount), 0)) end,
    array_agg(l.kind order by l.kind)
      filter (where l.reason is not null and l.kind is not null and l.quantity is distinct from 0),
    min(l.reason)
  from :schema.quote_usage_lines(p_providers, p_models, p_ats, p_usages, p_service_tiers) as l
  group by l.ordinal;
end
$$;

comment on function :schema.quote_usages(text[], text[], timestamptz[], jsonb[], text[]) is
  'Amount in USD of many calls at once. Amount null: the model is unknown (unknown_model), has no price for that moment and service tier (no_price_then), or a kind that was used has no rate (unpriced_kind).';
