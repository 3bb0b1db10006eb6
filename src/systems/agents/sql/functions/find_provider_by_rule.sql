create or replace function :schema.find_provider_by_rule(p_subject text, p_text text)
returns text
language plpgsql
stable
parallel safe
set search_path = :schema, pg_temp
as $$
begin
  -- plpgsql, because it keeps its plan from call to call.
  return (
    select r.provider
    from :schema.model_provider_rules as r
    join :schema.model_providers as p on p.id = r.provider
    where r.subject = p_subject
      and :schema.matches_pattern(p_text, r.operator, r.pattern)
    -- An alias spelled out wins over a pattern of whatever provider.
    order by (r.operator = 'equals') desc, p.position, r.ordinal
    limit 1
  );
end
$$;

comment on function :schema.find_provider_by_rule(text, text) is
  'The first provider, in order of position, whose rules match the text; exact names win over patterns; null: none.';
