create or replace function :schema.find_provider(p_provider text, p_model text)
returns text
language plpgsql
stable
parallel safe
set search_path = :schema, pg_temp
as $$
declare
  v_provider text := lower(btrim(coalesce(p_provider, '')));
  v_prefix text;
  v_found text;
begin
  if v_provider not in ('', 'unknown', 'litellm') then
    select p.id into v_found from :schema.model_providers as p where p.id = v_provider;
    if v_found is null then
      v_found := :schema.find_provider_by_rule('provider', v_provider);
    end if;
    return v_found;
  end if;

  -- No provider was logged: `deepseek/deepseek-chat` names it in front, else the model's name tells.
  if position('/' in p_model) > 0 then
    v_prefix := split_part(lower(btrim(p_model)), '/', 1);
    select p.id into v_found from :schema.model_providers as p where p.id = v_prefix;
    if v_found is null and v_prefix <> '' then
      v_found := :schema.find_provider_by_rule('provider', v_prefix);
    end if;
  end if;
  return coalesce(v_found, :schema.find_provider_by_rule('model', lower(btrim(p_model))));
end
$$;

comment on function :schema.find_provider(text, text) is
  'The provider meant by a logged provider name, or by a model name that came without one; null: none known.';
