create or replace function :schema.set_model_providers(p_providers jsonb)
returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_count integer;
begin
  insert into :schema.model_providers as p (id, name, position, fallback_providers)
  select x.id, x.name, x.position, coalesce(x.fallback_providers, '{}')
  from jsonb_to_recordset(p_providers)
    as x (id text, name text, position integer, fallback_providers text[], complete boolean)
  on conflict (id) do update
    set name = excluded.name,
      position = excluded.position,
      fallback_providers = excluded.fallback_providers
    -- Only a table that describes providers may change them; others merely need them to exist.
    where (p.name, p.position, p.fallback_providers)
        is distinct from (excluded.name, excluded.position, excluded.fallback_providers)
      and exists (
        select
        from jsonb_to_recordset(p_providers) as y (id text, complete boolean)
        where y.id = excluded.id and y.complete
      );

  get diagnostics v_count = row_count;

  with described as (
    select x.id, r.ordinal, r.rule
    from jsonb_to_recordset(p_providers) as x (id text, rules jsonb, complete boolean)
    cross join lateral jsonb_array_elements(x.rules) with ordinality as r (rule, ordinal)
    where x.complete
      or not exists (select from :schema.model_provider_rules as o where o.provider = x.id)
  ),
  stale as (
    delete from :schema.model_provider_rules as o
    where o.provider in (select d.id from described as d)
      and not exists (select from described as d where d.id = o.provider and d.ordinal = o.ordinal)
  )
  insert into :schema.model_provider_rules as o (provider, ordinal, subject, operator, pattern)
  select d.id, d.ordinal, d.rule ->> 'subject', d.rule ->> 'operator', lower(d.rule ->> 'pattern')
  from described as d
  on conflict (provider, ordinal) do update
    set subject = excluded.subject, operator = excluded.operator, pattern = excluded.pattern
    where (o.subject, o.operator, o.pattern) is distinct from (excluded.subject, excluded.operator, excluded.pattern);

  return v_count;
end
$$;

comment on function :schema.set_model_providers(jsonb) is
  'Makes sure that providers exist, with the rules that recognise their names; an entry marked complete replaces what was known of it.';
