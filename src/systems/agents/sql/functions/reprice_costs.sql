create or replace function :schema.reprice_costs(p_project_id text, p_after text, p_limit integer)
returns table (last_id text, examined bigint, priced bigint)
language sql
set search_path = :schema, pg_temp
as $$
  with batch as materialized (
    select c.id, c.provider, c.model, c."timestamp" as at, c.service_tier,
      coalesce(
        c.usage,
        jsonb_strip_nulls(jsonb_build_object('input', c.input_tokens, 'output', c.output_tokens))
      ) as usage
    from :schema.costs as c
    where c.pricing = 'unpriced'
      and c.id > p_after
      and (p_project_id is null or c.project_id = p_project_id)
    order by c.id
    limit p_limit
    -- In id order, as everything that locks many costs does.
    for update
  ),
  -- One array fixes the order that ties each quote to its cost.
  listed as (
    select
      array_agg(b.id order by b.id) as ids,
      array_agg(b.provider order by b.id) as providers,
      array_agg(b.model order by b.id) as models,
      array_agg(b.at order by b.id) as ats,
      array_agg(b.usage order by b.id) as usages,
      array_agg(b.service_tier order by b.id) as tiers,
      count(*) as examined,
      max(b.id) as last_id
    from batch as b
  ),
  quoted as materialized (
    select l.ids[q.ordinal] as id, q.price_id, q.amount
    from listed as l
    cross join lateral :schema.quote_usages(l.providers, l.models, l.ats, l.usages, l.tiers) as q
    where q.amount is not null
  ),
  changed as (
    update :schema.costs as c
    set amount = q.amount,
      price_id = q.price_id,
      pricing = 'computed',
      unpriced_kinds = null
    from quoted as q
    where c.id = q.id and c.pricing = 'unpriced'
    returning c.id
  )
  select l.last_id, l.examined, (select count(*) from changed)
  from listed as l
$$;

comment on function :schema.reprice_costs(text, text, integer) is
  'Computes the amounts of up to p_limit unpriced costs after the id p_after, where prices have become known since; project null: all projects. Returns the last id looked at (null: none left), how many were looked at, and how many now have an amount.';
