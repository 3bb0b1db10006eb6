-- requires: daily_work, worker_totals
create or replace view :schema.worker_risk_assessment as
select t.worker_id, t.name, t.reputation_score, a.account_age_days, t.completed_tasks, t.average_rating,
  r.tasks as tasks_30d, r.completed as completed_30d, round(100 * i.completion, 2) as completion_rate_30d,
  r.earned as earnings_30d, r.late as late_30d, r.disputed as disputes_30d, round(r.deviation, 6) as weekly_deviation,
  l.loans, l.in_time as loans_repaid_in_time, l.defaulted as loans_defaulted, l.open as open_loans,
  k.score as risk_score,
  jsonb_build_array(
    jsonb_build_object('factor', 'reputation', 'points', round(k.reputation, 2)),
    jsonb_build_object('factor', 'maturity', 'points', round(k.maturity, 2)),
    jsonb_build_object('factor', 'task_history', 'points', round(k.history, 2)),
    jsonb_build_object('factor', 'performance', 'points', round(k.performance, 2)),
    jsonb_build_object('factor', 'disputes', 'points', round(k.disputes, 2)),
    jsonb_build_object('factor', 'loan_history', 'points', round(k.loans, 2)),
    jsonb_build_object('factor', 'consistency', 'points', round(k.consistency, 2))
  ) as risk_factors,
  k.score >= 600 and l.open = 0 as eligible,
  case when k.score >= 600 and l.open = 0
    then least(500, trunc(r.earned * (0.5 + k.score / 1000.0 * 0.3), 6)) else 0 end as max_advance
from :schema.worker_totals t
cross join lateral (
  select greatest(0, floor(extract(epoch from statement_timestamp() - t.created_at) / 86400))::integer as account_age_days
) as a
cross join lateral (
  select coalesce(sum(v.tasks), 0)::bigint as tasks, coalesce(sum(v.completed), 0)::bigint as completed,
    coalesce(sum(v.late), 0)::bigint as late, coalesce(sum(v.disputed), 0)::bigint as disputed,
    coalesce(sum(v.earned), 0) as earned,
    coalesce(stddev_pop(v.earned) filter (where v.finished > 0), 0) as deviation
  from (
    -- Weeks begin on Sunday.
    select sum(d.tasks) as tasks, sum(d.completed) as completed, sum(d.late) as late, sum(d.disputed) as disputed,
      sum(d.finished) as finished, sum(d.earned) as earned
    from :schema.daily_work d
    where d.worker_id = t.worker_id and d.day > (statement_timestamp() at time zone 'UTC')::date - 30
      and d.day <= (statement_timestamp() at time zone 'UTC')::date
    group by d.day - extract(dow from (d.day))::integer
  ) as v
) as r
cross join lateral (
  select coalesce(r.completed::numeric / nullif(r.tasks, 0), 0) as completion,
    coalesce(1 - r.late::numeric / nullif(r.completed, 0), 1) as on_time
) as i
cross join lateral (
  select count(*) filter (where n.disbursed_at is not null) as loans,
    count(*) filter (where n.status = 'repaid' and n.repaid_at <= n.repayment_due) as in_time,
    count(*) filter (where n.defaulted_at is not null) as defaulted,
    count(*) filter (where n.status in ('pending', 'approved', 'disbursed', 'repaying')) as open
  from :schema.loans n
  where n.worker_id = t.worker_id
) as l
cross join lateral :schema.risk_parts(t.reputation_score, a.account_age_days, t.completed_tasks::bigint, i.completion, i.on_time,
  t.average_rating, r.disputed, l.loans, l.in_time, r.deviation, r.earned) as k;
comment on view :schema.worker_risk_assessment is
  'What the risk of an advance to a worker is, a row each; exact at every read, and read by worker_id in constant time. 30d is the last 30 UTC days, today included.';
comment on column :schema.worker_risk_assessment.worker_id is 'The worker; filter by it.';
comment on column :schema.worker_risk_assessment.name is 'Name of the worker.';
comment on column :schema.worker_risk_assessment.reputation_score is '0 to 1000.';
comment on column :schema.worker_risk_assessment.account_age_days is 'Whole days since registration.';
comment on column :schema.worker_risk_assessment.completed_tasks is 'Completed tasks since registration.';
comment on column :schema.worker_risk_assessment.average_rating is 'Mean of the ratings by platforms, 0 without one.';
comment on column :schema.worker_risk_assessment.tasks_30d is 'Tasks posted in the 30 days.';
comment on column :schema.worker_risk_assessment.completed_30d is 'Of them, completed.';
comment on column :schema.worker_risk_assessment.completion_rate_30d is 'Percent of them that are completed, 0 without one.';
comment on column :schema.worker_risk_assessment.earnings_30d is 'USDC: amounts of tasks completed in the 30 days, whenever they were posted.';
comment on column :schema.worker_risk_assessment.late_30d is 'Tasks posted in the 30 days and completed after they were due.';
comment on column :schema.worker_risk_assessment.disputes_30d is 'Tasks posted in the 30 days that were ever disputed.';
comment on column :schema.worker_risk_assessment.weekly_deviation is 'Standard deviation of the earnings of the weeks (from Sunday) in which something was completed.';
comment on column :schema.worker_risk_assessment.loans is 'Advances ever paid out.';
comment on column :schema.worker_risk_assessment.loans_repaid_in_time is 'Of them, repaid by the day they were due.';
comment on column :schema.worker_risk_assessment.loans_defaulted is 'Of them, those that were not repaid in time.';
comment on column :schema.worker_risk_assessment.open_loans is 'Advances asked for or paid out, and not over: 0 or 1.';
comment on column :schema.worker_risk_assessment.risk_score is '0 to 1000, the sum of the factors, rounded: higher is safer.';
comment on column :schema.worker_risk_assessment.risk_factors is 'The parts of the score: an array of objects with factor and points.';
comment on column :schema.worker_risk_assessment.eligible is 'A score of 600 or more, and no open advance.';
comment on column :schema.worker_risk_assessment.max_advance is 'USDC: earnings of the 30 days times 0.5 to 0.8 by score, 500 at most; 0 when not eligible.';
