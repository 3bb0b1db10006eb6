create or replace function :schema.put_priced_model(p_source text, p_precedence smallint, p_model jsonb)
returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_id text;
  v_provider text := p_model ->> 'provider';
  v_key text := lower(p_model ->> 'model');
begin
  insert into :schema.priced_models as m (source, precedence, provider, model, position)
  values (
    p_source, p_precedence, v_provider, p_model ->> 'model',
    coalesce((p_model ->> 'position')::integer, 0)
  )
  on conflict (source, provider, model) do update
    set precedence = excluded.precedence, position = excluded.position
    where (m.precedence, m.position) <> (excluded.precedence, excluded.position)
  returning m.id into v_id;

  if v_id is null then
    select m.id into v_id
    from :schema.priced_models as m
    where m.source = p_source and m.provider = v_provider and m.model = p_model ->> 'model';
  end if;

  delete from :schema.priced_model_names as n
  where n.priced_model_id = v_id
    and n.name <> v_key
    and not coalesce(p_model -> 'names', '[]') ? n.name;

  insert into :schema.priced_model_names (provider, name, priced_model_id, is_key)
  select v_provider, name.name, v_id, name.name = v_key
  from (
    select v_key as name
    union
    select lower(listed.name) from jsonb_array_elements_text(coalesce(p_model -> 'names', '[]')) as listed (name)
  ) as name
  on conflict do nothing;

  delete from :schema.priced_model_rules as r where r.priced_model_id = v_id;

  insert into :schema.priced_model_rules (priced_model_id, ordinal, provider, operator, pattern)
  select v_id, rule.ordinal, v_provider, rule.value ->> 'operator',
    case when rule.value ->> 'operator' = 'regex' then rule.value ->> 'pattern' else lower(rule.value ->> 'pattern') end
  from jsonb_array_elements(coalesce(p_model -> 'rules', '[]')) with ordinality as rule (value, ordinal);

  return v_id;
end
$$;

comment on function :schema.put_priced_model(text, smallint, jsonb) is
  'Makes sure that a priced model exists, under exactly the names and patterns given, and returns its id.';
