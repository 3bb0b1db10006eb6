create or replace function :schema.find_priced_models(p_provider text, p_model text)
returns table (priced_model_id text, rank bigint, matched_by text)
language plpgsql
stable
parallel safe
rows 2
set search_path = :schema, pg_temp
-- Planning, or compiling, the statement anew would take longer than running it.
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
  v_model text := lower(btrim(coalesce(p_model, '')));
  v_provider text := :schema.find_provider(p_provider, p_model);
  v_prefix text := split_part(v_model, '/', 1);
  v_names text[] := array[v_model];
  v_providers text[];
begin
  if v_model = '' or v_provider is null then
    return;
  end if;

  -- `deepseek/deepseek-chat` and `models/gemini-1.5-pro` are also looked up without what stands in front,
  -- but `meta-llama/llama-4-scout` only whole: there the front part belongs to the model's name.
  if v_prefix <> v_model
    and (v_prefix in ('models', lower(btrim(coalesce(p_provider, '')))) or :schema.find_provider(v_prefix, '') = v_provider)
  then
    v_names := v_names || substr(v_model, length(v_prefix) + 2);
  end if;

  select array[p.id] || p.fallback_providers into v_providers
  from :schema.model_providers as p
  where p.id = v_provider;

  return query
  with found as (
    select
      n.priced_model_id,
      n.provider,
      -- The whole logged name before the name without its front part; the source's own key before further names.
      2 * array_position(v_names, n.name) - n.is_key::integer as class,
      'name ' || n.name as matched_by
    from :schema.priced_model_names as n
    where n.provider = any (v_providers)
      and n.name = any (v_names)
    union all
    select r.priced_model_id, r.provider, 10 + name.place::integer, r.operator || ' ' || r.pattern
    from :schema.priced_model_rules as r
    cross join unnest(v_names) with ordinality as name (name, place)
    where r.provider = any (v_providers)
      and :schema.matches_pattern(name.name, r.operator, r.pattern)
  ),
  best as (
    select distinct on (f.priced_model_id) f.*
    from found as f
    order by f.priced_model_id, f.class, f.matched_by
  )
  select
    b.priced_model_id,
    row_number() over (
      order by array_position(v_providers, b.provider), m.precedence, b.class, m.position, b.priced_model_id
    ),
    b.matched_by
  from best as b
  join :schema.priced_models as m on m.id = b.priced_model_id;
end
$$;

comment on function :schema.find_priced_models(text, text) is
  'The priced models that a logged name may mean, best first: the provider itself before its fallbacks, then the source''s precedence, then exact names before patterns, then the source''s order.';
