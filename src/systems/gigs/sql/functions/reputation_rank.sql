create or replace function :schema.reputation_rank(p_score integer) returns text
language sql immutable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select case when p_score >= 900 then 'Diamond' when p_score >= 800 then 'Platinum' when p_score >= 700 then 'Gold'
    when p_score >= 600 then 'Silver' when p_score >= 400 then 'Bronze' else 'Starter' end;
$$;
comment on function :schema.reputation_rank(integer) is
  'Name of a score: 900 Diamond, 800 Platinum, 700 Gold, 600 Silver, 400 Bronze, below Starter.';
