create or replace function :schema.risk_max_advance(p_score integer, p_recent_earnings numeric) returns numeric
language sql immutable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select least(500, trunc(p_recent_earnings * (5000 + 3 * p_score) * 0.0001, 6));
$$;
comment on function :schema.risk_max_advance(integer, numeric) is
  'The most a worker may be advanced: earnings of 30 days times (0.5 + score / 1000 * 0.3), rounded down, 500 at most.';
