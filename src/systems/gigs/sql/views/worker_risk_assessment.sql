create or replace view :schema.worker_risk_assessment as
select w.id as worker_id, w.name, i.status, i.reputation_score, i.account_age_days, i.completed_tasks, i.late_tasks,
  i.disputes, i.ended_tasks, i.recent_tasks as tasks_30d, i.recent_completed_tasks as completed_30d,
  round(100 * i.completion_rate::numeric, 2) as completion_rate_30d, round(100 * i.on_time_rate::numeric, 2) as on_time_rate,
  round(i.average_rating::numeric, 2) as average_rating, i.recent_earnings as earnings_30d,
  round(i.weekly_deviation::numeric, 6) as weekly_deviation, i.loans, i.loans_due, i.loans_on_time, i.open_loan_id,
  i.written_off_loans, k.score as risk_score,
  jsonb_build_array(
    jsonb_build_object('part', 'reputation', 'points', floor(k.reputation * 100 + 0.5) / 100),
    jsonb_build_object('part', 'maturity', 'points', floor(k.maturity * 100 + 0.5) / 100),
    jsonb_build_object('part', 'taskHistory', 'points', floor(k.task_history * 100 + 0.5) / 100),
    jsonb_build_object('part', 'performance', 'points', floor(k.performance * 100 + 0.5) / 100),
    jsonb_build_object('part', 'disputes', 'points', floor(k.disputes * 100 + 0.5) / 100),
    jsonb_build_object('part', 'loanHistory', 'points', floor(k.loan_history * 100 + 0.5) / 100),
    jsonb_build_object('part', 'consistency', 'points', floor(k.consistency * 100 + 0.5) / 100)
  ) as risk_factors,
  r.reasons, cardinality(r.reasons) = 0 as eligible_without_prediction,
  :schema.risk_max_advance(k.score, i.recent_earnings) as max_advance_by_risk, :schema.risk_fee_bps(k.score) as fee_bps
from :schema.workers w
cross join lateral :schema.risk_inputs(w.id) as i
cross join lateral :schema.risk_parts(i.reputation_score, i.account_age_days, i.completed_tasks, i.completion_rate,
  i.on_time_rate, i.average_rating, i.disputes, i.loans_due, i.loans_on_time, i.weekly_deviation, i.recent_earnings) as k
cross join lateral (
  -- The rules of advanceEligibility in advances.ts, in its order, but the one that needs a prediction.
  select array_remove(array[
    case when i.status <> 'active' then 'not_active' end,
    case when i.open_loan_id is not null then 'open_loan' end,
    case when i.written_off_loans > 0 then 'written_off_loan' end,
    case when k.score < 600 then 'low_score' end,
    case when i.account_age_days < 7 then 'new_account' end,
    case when i.ended_tasks = 0 or i.completed_tasks * 5 < i.ended_tasks * 4 then 'low_completion' end,
    case when i.completed_tasks < 5 then 'few_tasks' end
  ], null) as reasons
  -- Computed once for the two columns that use it.
  offset 0
) as r;
comment on view :schema.worker_risk_assessment is
  'What the risk of an advance to a worker is, a row each; exact at every read, and read by worker_id in constant time. 30d is the last 30 UTC days, today included.';
comment on column :schema.worker_risk_assessment.worker_id is 'The worker; filter by it.';
comment on column :schema.worker_risk_assessment.name is 'Name of the worker.';
comment on column :schema.worker_risk_assessment.status is 'active, suspended or closed.';
comment on column :schema.worker_risk_assessment.reputation_score is '0 to 1000.';
comment on column :schema.worker_risk_assessment.account_age_days is 'Whole days since registration.';
comment on column :schema.worker_risk_assessment.completed_tasks is 'Completed tasks since registration.';
comment on column :schema.worker_risk_assessment.late_tasks is 'Of them, completed after they were due.';
comment on column :schema.worker_risk_assessment.disputes is 'Tasks that were ever disputed.';
comment on column :schema.worker_risk_assessment.ended_tasks is 'Tasks that are completed, disputed, or were cancelled after they began.';
comment on column :schema.worker_risk_assessment.tasks_30d is 'Tasks posted in the 30 days.';
comment on column :schema.worker_risk_assessment.completed_30d is 'Of them, completed.';
comment on column :schema.worker_risk_assessment.completion_rate_30d is 'Percent of them that are completed, 0 without one.';
comment on column :schema.worker_risk_assessment.on_time_rate is 'Percent of the completed tasks that were not late, 100 without one.';
comment on column :schema.worker_risk_assessment.average_rating is 'Mean of the ratings by platforms, 0 without one.';
comment on column :schema.worker_risk_assessment.earnings_30d is 'USDC: payouts completed in the 30 days, after fees.';
comment on column :schema.worker_risk_assessment.weekly_deviation is 'Standard deviation of the earnings of the weeks (from Sunday) with payouts in the 30 days.';
comment on column :schema.worker_risk_assessment.loans is 'Advances, all but cancelled ones.';
comment on column :schema.worker_risk_assessment.loans_due is 'Of them, repaid ones and those whose time is over.';
comment on column :schema.worker_risk_assessment.loans_on_time is 'Of them, repaid by the day they were due.';
comment on column :schema.worker_risk_assessment.open_loan_id is 'The advance that is not repaid; null without one.';
comment on column :schema.worker_risk_assessment.written_off_loans is 'Advances that were never repaid.';
comment on column :schema.worker_risk_assessment.risk_score is '0 to 1000, the sum of the parts, rounded: higher is safer.';
comment on column :schema.worker_risk_assessment.risk_factors is 'The parts of the score: an array of objects with part and points.';
comment on column :schema.worker_risk_assessment.reasons is 'What stands in the way of an advance, as checkAdvanceEligibility names it, the predicted earnings left aside.';
comment on column :schema.worker_risk_assessment.eligible_without_prediction is 'No such reason: an advance then depends on the predicted earnings alone.';
comment on column :schema.worker_risk_assessment.max_advance_by_risk is 'USDC: earnings of the 30 days times 0.5 to 0.8 by score, 500 at most, as if eligible; the prediction may allow less.';
comment on column :schema.worker_risk_assessment.fee_bps is 'Fee of an advance, hundredths of a percent.';
