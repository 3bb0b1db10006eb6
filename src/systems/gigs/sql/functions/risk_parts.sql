create or replace function :schema.risk_parts(
  p_reputation_score integer, p_account_age_days integer, p_completed_tasks bigint,
  p_completion_rate double precision, p_on_time_rate double precision, p_average_rating double precision,
  p_disputes bigint, p_loans_due bigint, p_loans_on_time bigint,
  p_weekly_deviation double precision, p_recent_earnings numeric
) returns table (
  reputation double precision, maturity double precision, task_history double precision, performance double precision,
  disputes double precision, loan_history double precision, consistency double precision, score integer
)
language sql immutable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  -- The same double arithmetic in the same order as riskScore in risk.ts, so that both give the same numbers.
  select p.reputation, p.maturity, p.task_history, p.performance, p.disputes, p.loan_history, p.consistency,
    greatest(0, least(1000, floor(
      p.reputation + p.maturity + p.task_history + p.performance + p.disputes + p.loan_history + p.consistency + 0.5
    )))::integer
  from (
    select p_reputation_score::double precision / 1000 * 300 as reputation,
      least(p_account_age_days::double precision / 90, 1) * 150 as maturity,
      least(p_completed_tasks::double precision / 50, 1) * 250 as task_history,
      (p_completion_rate * 0.4 + p_on_time_rate * 0.4 + p_average_rating / 5 * 0.2) * 200 as performance,
      (100 - least(20 * p_disputes, 100))::double precision as disputes,
      (case
        when p_loans_due > 0 and p_loans_on_time = p_loans_due then 50
        when p_loans_on_time * 5 < p_loans_due * 4 then -50
        else 0
      end)::double precision as loan_history,
      (case
        when p_weekly_deviation < 50 and p_recent_earnings > 100 then 30
        when p_weekly_deviation > 150 then -30
        else 0
      end)::double precision as consistency
    -- Computed once, where an inlined expression would be computed for every column that uses it.
    offset 0
  ) as p;
$$;
comment on function :schema.risk_parts(
  integer, integer, bigint, double precision, double precision, double precision, bigint, bigint, bigint,
  double precision, numeric
) is
  'The parts of a risk score and the score, 0 to 1000, from what risk_inputs gives. riskScore in TypeScript gives the same numbers and says why.';
