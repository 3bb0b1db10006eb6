create or replace function :schema.matches_pattern(p_text text, p_operator text, p_pattern text)
returns boolean
language sql
immutable
parallel safe
as $$
  -- Built-in functions only and no search_path setting, so that the planner can inline it.
  select case p_operator
    when 'equals' then p_text = p_pattern
    when 'starts_with' then starts_with(p_text, p_pattern)
    when 'ends_with' then right(p_text, length(p_pattern)) = p_pattern
    when 'contains' then position(p_pattern in p_text) > 0
    when 'regex' then p_text ~ p_pattern
    else false
  end
$$;

comment on function :schema.matches_pattern(text, text, text) is
  'Whether a lower-case name satisfies one rule: equals, starts_with, ends_with, contains or regex.';
