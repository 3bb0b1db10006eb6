create or replace function :schema.implausible_rates(p_model jsonb, p_price jsonb, p_compare boolean)
returns table (kind text, unit_price numeric, limit_price numeric, problem text, reason text)
language plpgsql
stable
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
begin
  -- plpgsql, because it keeps its plan from call to call.
  return query
  with rate as (
    select r.kind, coalesce(r.above_tokens, 0) as above_tokens, trim_scale(r.unit_price) as unit_price
    from jsonb_to_recordset(p_price -> 'rates') as r (kind text, above_tokens bigint, unit_price numeric)
  ),
  in_force as (
    select p.id
    from :schema.find_priced_models(p_model ->> 'provider', p_model ->> 'model') as f
    join :schema.model_prices as p on p.priced_model_id = f.priced_model_id
    where p_compare
      and p.service_tier = coalesce(p_price ->> 'service_tier', 'standard')
      and tstzrange(p.valid_from, p.valid_until) @> coalesce((p_price ->> 'valid_from')::timestamptz, now())
    order by f.rank, p.day_from nulls first
    limit 1
  )
  select
    r.kind,
    r.unit_price,
    k.max_unit_price,
    format('%s USD per %s is above the limit of %s', r.unit_price, k.unit, k.max_unit_price),
    k.reason
  from rate as r
  join :schema.usage_kinds as k on k.kind = r.kind
  where r.unit_price > k.max_unit_price
  union all
  -- Prices have moved by a factor of ten in a year, never by a hundred at once: that is a unit mixed up.
  select
    r.kind,
    r.unit_price,
    c.unit_price,
    format('%s USD per %s is over a hundred times off the %s in force', r.unit_price, k.unit, c.unit_price),
    'A price per thousand or per million units is easily taken for a price per unit, and the other way round.'
  from rate as r
  join :schema.usage_kinds as k on k.kind = r.kind and r.unit_price <= k.max_unit_price
  join :schema.model_price_rates as c on c.kind = r.kind and c.above_tokens = r.above_tokens
  join in_force as f on f.id = c.price_id
  where r.unit_price > 0
    and c.unit_price > 0
    and (r.unit_price > 100 * c.unit_price or 100 * r.unit_price < c.unit_price)
  order by 1, 2;
end
$$;

comment on function :schema.implausible_rates(jsonb, jsonb, boolean) is
  'The rates of a price that are above the limit of their kind or, when compared, over a hundred times off the price in force.';
