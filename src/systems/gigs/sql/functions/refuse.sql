create or replace function :schema.refuse(p_refusal jsonb) returns void
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  if p_refusal is null then return; end if;
  raise exception '%', p_refusal ->> 'message'
    using errcode = p_refusal ->> 'state', constraint = p_refusal ->> 'reason',
      column = coalesce(p_refusal ->> 'field', 'taskId'), detail = coalesce(p_refusal -> 'details', '{}')::text,
      hint = coalesce(p_refusal ->> 'hint', '');
end
$$;
comment on function :schema.refuse(jsonb) is
  'Raises a refusal that was found as a value {state, message, reason, field, details, hint}; null passes.';
