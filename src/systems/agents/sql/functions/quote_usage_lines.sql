create or replace function :schema.quote_usage_lines(
  p_providers text[],
  p_models text[],
  p_ats timestamptz[],
  p_usages jsonb[],
  p_service_tiers text[]
)
returns table (
  ordinal bigint,
  price_id text,
  reason text,
  kind text,
  quantity numeric,
  unit_price numeric,
  priced_as text,
  above_tokens bigint,
  amount numeric
)
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
  with call as materialized (
    select
      c.ordinal,
      coalesce(c.provider, '') as provider,
      coalesce(c.model, '') as model,
      c.at,
      (c.at at time zone 'UTC')::time as day_time,
      coalesce(nullif(c.service_tier, ''), 'standard') as service_tier,
      coalesce(c.usage, '{}') as usage
    from unnest(p_providers, p_models, p_ats, p_usages, p_service_tiers)
      with ordinality as c (provider, model, at, usage, service_tier, ordinal)
  ),
  -- A statement prices thousands of calls of a few models: names are matched once per distinct name.
  candidate as materialized (
    select n.provider, n.model, f.priced_model_id, f.rank
    from (select distinct c.provider, c.model from call as c) as n
    cross join lateral :schema.find_priced_models(n.provider, n.model) as f
  ),
  priced as materialized (
    select distinct on (c.ordinal) c.ordinal, k.rank, p.id as price_id
    from call as c
    join candidate as k on k.provider = c.provider and k.model = c.model
    left join :schema.model_prices as p
      on p.priced_model_id = k.priced_model_id
      and p.service_tier = c.service_tier
      and (p.valid_from is null or p.valid_from <= c.at)
      and (p.valid_until is null or c.at < p.valid_until)
      and (p.day_from is null or (p.day_from <= c.day_time and c.day_time < p.day_until))
    order by c.ordinal, p.id is null, k.rank, p.day_from nulls last
  ),
  entry as materialized (
    select c.ordinal, e.key as kind, q.quantity
    from call as c
    cross join lateral jsonb_each_text(c.usage) as e
    -- Anything that is no plain quantity stays null: it can be shown and flagged, but not priced.
    cross join lateral (
      select case when e.value ~ '^[0-9]{1,30}(\.[0-9]{1,30})?$' then e.value::numeric end as quantity
    ) as q
    union all
    -- A price per request holds for a call that does not say how many requests it was.
    select p.ordinal, 'requests', 1
    from priced as p
    join call as c on c.ordinal = p.ordinal
    where not c.usage ? 'requests'
      and exists (
        select from :schema.model_price_rates as r where r.price_id = p.price_id and r.kind = 'requests'
      )
  ),
  context as (
    select e.ordinal, sum(e.quantity) as tokens
    from entry as e
    join :schema.usage_kinds as k on k.kind = e.kind
    where k.side = 'input' and k.unit = 'token'
    group by e.ordinal
  )
  select
    c.ordinal,
    p.price_id,
    case
      when p.ordinal is null then 'unknown_model'
      when p.price_id is null then 'no_price_then'
      -- A quantity that is none must not vanish from the sum either.
      when e.kind is not null
        and (
          e.quantity is null
          or (e.quantity <> 0 and rate.unit_price is null and not coalesce(k.optional, false))
        ) then 'unpriced_kind'
    end,
    e.kind,
    e.quantity,
    rate.unit_price,
    rate.kind,
    rate.above_tokens,
    e.quantity * rate.unit_price
  from call as c
  left join priced as p on p.ordinal = c.ordinal
  left join entry as e on e.ordinal = c.ordinal
  left join :schema.usage_kinds as k on k.kind = e.kind
  left join context as x on x.ordinal = c.ordinal
  left join lateral (
    select r.unit_price, r.kind, r.above_tokens
    from :schema.model_price_rates as r
    where r.price_id = p.price_id
      and r.kind in (e.kind, k.priced_as)
      and (r.above_tokens = 0 or r.above_tokens < x.tokens)
    order by (r.kind = e.kind) desc, r.above_tokens desc
    limit 1
  ) as rate on true;
end
$$;

comment on function :schema.quote_usage_lines(text[], text[], timestamptz[], jsonb[], text[]) is
  'Prices many calls at once, one line per kind of usage; a call without usage has one line without kind. A null amount is an unknown price, and the reason says why; it never means zero.';
