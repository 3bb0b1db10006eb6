create or replace function :schema.risk_parts(
  p_reputation integer, p_age_days integer, p_completed bigint, p_completion numeric, p_on_time numeric, p_rating numeric,
  p_disputes bigint, p_loans bigint, p_loans_in_time bigint, p_deviation numeric, p_earnings numeric
) returns table (
  reputation numeric, maturity numeric, history numeric, performance numeric, disputes numeric, loans numeric,
  consistency numeric, score integer
)
language sql immutable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select p.reputation, p.maturity, p.history, p.performance, p.disputes, p.loans, p.consistency,
    least(1000, greatest(0, round(
      p.reputation + p.maturity + p.history + p.performance + p.disputes + p.loans + p.consistency
    )))::integer
  from (
    select p_reputation / 1000.0 * 300 as reputation,
      least(p_age_days / 90.0, 1) * 150 as maturity,
      least(p_completed / 50.0, 1) * 250 as history,
      (p_completion * 0.4 + p_on_time * 0.4 + p_rating / 5 * 0.2) * 200 as performance,
      100.0 - least(20 * p_disputes, 100) as disputes,
      case when p_loans = 0 then 0.0 when p_loans_in_time = p_loans then 50.0
        when p_loans_in_time < 0.8 * p_loans then -50.0 else 0.0 end as loans,
      case when p_deviation < 50 and p_earnings > 100 then 30.0 when p_deviation > 150 then -30.0 else 0.0 end as consistency
  ) as p;
$$;
comment on function :schema.risk_parts(
  integer, integer, bigint, numeric, numeric, numeric, bigint, bigint, bigint, numeric, numeric
) is
  'The parts of a risk score and their sum, 0 to 1000: completion and on_time are shares from 0 to 1 of the last 30 days, deviation is that of weekly earnings.';
