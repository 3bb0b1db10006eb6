-- The same columns as people write them: GROUP BY over the base tables, each table summed before the join. They use the indexes
-- that the tables have by worker, platform, stream and time; the benchmark adds one by day.
create schema plain;

create view plain.worker_earnings_view as
select w.id as worker_id, w.name, coalesce(t.total_tasks, 0) as total_tasks, coalesce(t.completed_tasks, 0) as completed_tasks,
  coalesce(t.active_tasks, 0) as active_tasks, coalesce(t.pending_tasks, 0) as pending_tasks,
  coalesce(t.cancelled_tasks, 0) as cancelled_tasks, coalesce(t.disputed_tasks, 0) as disputed_tasks,
  coalesce(t.total_earned, 0) as total_earned, coalesce(t.released, 0) as released, coalesce(t.paid, 0) as paid,
  coalesce(t.pending_earnings, 0) as pending_earnings,
  coalesce(x.payout_total, 0) as payout_total, coalesce(x.payout_count, 0) as payout_count,
  coalesce(x.advance_total, 0) as advance_total, coalesce(x.advance_count, 0) as advance_count,
  coalesce(x.repayment_total, 0) as repayment_total, coalesce(x.repayment_count, 0) as repayment_count,
  coalesce(x.fee_total, 0) as fee_total, coalesce(x.fee_count, 0) as fee_count,
  coalesce(x.withdrawal_total, 0) as withdrawal_total, coalesce(x.withdrawal_count, 0) as withdrawal_count,
  o.id as open_loan_id, o.status as open_loan_status, o.total_due as open_loan_due, o.amount_repaid as open_loan_repaid,
  o.total_due - o.amount_repaid as open_loan_remaining, o.repayment_due as open_loan_due_at,
  coalesce(l.loans, 0) as loans, coalesce(l.loans_repaid, 0) as loans_repaid, coalesce(l.loans_defaulted, 0) as loans_defaulted,
  coalesce(t.completion_rate, 0) as completion_rate, coalesce(r.average_rating, 0) as average_rating,
  coalesce(r.ratings, 0) as ratings, coalesce(t.dispute_rate, 0) as dispute_rate, w.reputation_score,
  greatest(w.last_active_at, t.last_active_at, x.last_active_at) as last_active_at
from gigs.workers w
left join (
  select worker_id, count(*) as total_tasks, count(*) filter (where status = 'completed') as completed_tasks,
    count(*) filter (where status = 'active') as active_tasks, count(*) filter (where status = 'pending') as pending_tasks,
    count(*) filter (where status = 'cancelled') as cancelled_tasks,
    count(*) filter (where status = 'disputed') as disputed_tasks,
    coalesce(sum(amount) filter (where status = 'completed'), 0) as total_earned, sum(paid_amount) as paid,
    coalesce(sum(paid_amount) filter (where task_type = 'streaming'), 0) as released,
    coalesce(sum(amount - paid_amount) filter (where status <> 'cancelled'), 0) as pending_earnings,
    round(100.0 * count(*) filter (where status = 'completed') / nullif(count(*) filter (
      where status in ('completed', 'disputed') or (status = 'cancelled' and started_at is not null)), 0), 2) as completion_rate,
    round(100.0 * count(*) filter (where was_disputed) / count(*), 2) as dispute_rate,
    max(greatest(created_at, started_at, completed_at)) as last_active_at
  from gigs.tasks
  group by worker_id
) as t on t.worker_id = w.id
left join (
  select worker_id, max(created_at) as last_active_at,
    sum(amount) filter (where tx_type = 'payout' and status = 'completed' and asset = 'USDC') as payout_total,
    count(*) filter (where tx_type = 'payout' and status = 'completed' and asset = 'USDC') as payout_count,
    sum(amount) filter (where tx_type = 'advance' and status = 'completed' and asset = 'USDC') as advance_total,
    count(*) filter (where tx_type = 'advance' and status = 'completed' and asset = 'USDC') as advance_count,
    sum(amount) filter (where tx_type = 'repayment' and status = 'completed' and asset = 'USDC') as repayment_total,
    count(*) filter (where tx_type = 'repayment' and status = 'completed' and asset = 'USDC') as repayment_count,
    sum(amount) filter (where tx_type = 'fee' and status = 'completed' and asset = 'USDC') as fee_total,
    count(*) filter (where tx_type = 'fee' and status = 'completed' and asset = 'USDC') as fee_count,
    sum(amount) filter (where tx_type = 'withdrawal' and status = 'completed' and asset = 'USDC') as withdrawal_total,
    count(*) filter (where tx_type = 'withdrawal' and status = 'completed' and asset = 'USDC') as withdrawal_count
  from gigs.transactions
  group by worker_id
) as x on x.worker_id = w.id
left join (
  select worker_id, count(*) filter (where disbursed_at is not null) as loans,
    count(*) filter (where status = 'repaid') as loans_repaid, count(*) filter (where defaulted_at is not null) as loans_defaulted
  from gigs.loans
  group by worker_id
) as l on l.worker_id = w.id
left join gigs.loans o on o.worker_id = w.id and o.status in ('pending', 'approved', 'disbursed', 'repaying')
left join (
  select worker_id, count(*) as ratings, round(avg(rating), 2) as average_rating
  from gigs.reputation_events
  where event_type = 'rating_received' and rating is not null
  group by worker_id
) as r on r.worker_id = w.id;

create view plain.platform_performance_view as
select p.id as platform_id, p.name, coalesce(t.total_tasks, 0) as total_tasks, coalesce(t.completed_tasks, 0) as completed_tasks,
  coalesce(t.cancelled_tasks, 0) as cancelled_tasks, coalesce(t.active_tasks, 0) as active_tasks,
  coalesce(t.pending_tasks, 0) as pending_tasks, coalesce(t.disputed_tasks, 0) as disputed_tasks,
  coalesce(x.total_payouts, 0) as total_payouts, coalesce(x.payouts, 0) as payouts, coalesce(x.total_fees, 0) as total_fees,
  coalesce(x.average_payment, 0) as average_payment, coalesce(t.unique_workers, 0) as unique_workers,
  coalesce(t.active_workers_7d, 0) as active_workers_7d, coalesce(t.active_workers_30d, 0) as active_workers_30d,
  t.average_completion_s, coalesce(t.completion_rate, 0) as completion_rate
from gigs.platforms p
left join (
  select platform_id, count(*) as total_tasks, count(*) filter (where status = 'completed') as completed_tasks,
    count(*) filter (where status = 'cancelled') as cancelled_tasks, count(*) filter (where status = 'active') as active_tasks,
    count(*) filter (where status = 'pending') as pending_tasks, count(*) filter (where status = 'disputed') as disputed_tasks,
    count(distinct worker_id) as unique_workers,
    count(distinct worker_id) filter (
      where (created_at at time zone 'UTC')::date > (now() at time zone 'UTC')::date - 7) as active_workers_7d,
    count(distinct worker_id) filter (
      where (created_at at time zone 'UTC')::date > (now() at time zone 'UTC')::date - 30) as active_workers_30d,
    round(avg(extract(epoch from completed_at - started_at)) filter (where status = 'completed'), 3) as average_completion_s,
    round(100.0 * count(*) filter (where status = 'completed') / nullif(count(*) filter (
      where status in ('completed', 'disputed') or (status = 'cancelled' and started_at is not null)), 0), 2) as completion_rate
  from gigs.tasks
  group by platform_id
) as t on t.platform_id = p.id
left join (
  select platform_id, sum(amount) as total_payouts, count(*) as payouts, sum(fee) as total_fees,
    round(avg(amount), 6) as average_payment
  from gigs.transactions
  where tx_type = 'payout' and status = 'completed' and asset = 'USDC'
  group by platform_id
) as x on x.platform_id = p.id;

create view plain.daily_transaction_summary as
select (created_at at time zone 'UTC')::date as transaction_date, asset, tx_type, status, count(*) as count,
  sum(amount) as total_amount, sum(fee) as total_fees, round(avg(amount), 6) as average_amount
from gigs.transactions
group by 1, 2, 3, 4;

create view plain.worker_risk_assessment as
select w.id as worker_id, w.name, w.status, w.reputation_score, gigs.account_age_days(w) as account_age_days,
  coalesce(t.completed_tasks, 0) as completed_tasks, coalesce(t.late_tasks, 0) as late_tasks,
  coalesce(t.disputes, 0) as disputes, coalesce(t.ended_tasks, 0) as ended_tasks, coalesce(t.tasks_30d, 0) as tasks_30d,
  coalesce(t.completed_30d, 0) as completed_30d, coalesce(e.earnings_30d, 0) as earnings_30d,
  round(coalesce(e.weekly_deviation, 0), 6) as weekly_deviation, coalesce(l.loans, 0) as loans,
  coalesce(l.loans_due, 0) as loans_due, coalesce(l.loans_on_time, 0) as loans_on_time, l.open_loan_id,
  coalesce(l.written_off_loans, 0) as written_off_loans, k.score as risk_score
from gigs.workers w
left join (
  select worker_id, count(*) filter (where status = 'completed') as completed_tasks,
    count(*) filter (where status = 'completed' and completed_at > due_at) as late_tasks,
    count(*) filter (where was_disputed) as disputes,
    count(*) filter (where status in ('completed', 'disputed') or (status = 'cancelled' and started_at is not null))
      as ended_tasks,
    count(*) filter (where recent) as tasks_30d, count(*) filter (where recent and status = 'completed') as completed_30d
  from (
    select *, (created_at at time zone 'UTC')::date > (now() at time zone 'UTC')::date - 30 as recent from gigs.tasks
  ) as d
  group by worker_id
) as t on t.worker_id = w.id
left join (
  select worker_id, sum(earned) as earnings_30d, stddev_pop(earned) as weekly_deviation
  from (
    select worker_id, sum(amount - fee) as earned
    from gigs.transactions
    where tx_type = 'payout' and status = 'completed' and asset = 'USDC'
      and (processed_at at time zone 'UTC')::date > (now() at time zone 'UTC')::date - 30
    group by worker_id, (processed_at at time zone 'UTC')::date - extract(dow from processed_at at time zone 'UTC')::integer
  ) as weeks
  group by worker_id
) as e on e.worker_id = w.id
left join (
  select worker_id, avg(rating)::double precision as average_rating from gigs.reputation_events
  where event_type = 'rating_received' and rating is not null group by worker_id
) as r on r.worker_id = w.id
left join (
  select worker_id, count(*) as loans, count(*) filter (where status = 'repaid' or repayment_due < now()) as loans_due,
    count(*) filter (where status = 'repaid' and repaid_at <= repayment_due) as loans_on_time,
    max(id) filter (where status in ('pending', 'approved', 'disbursed', 'repaying', 'defaulted')) as open_loan_id,
    count(*) filter (where status = 'written_off') as written_off_loans
  from gigs.loans
  where status <> 'cancelled'
  group by worker_id
) as l on l.worker_id = w.id
cross join lateral gigs.risk_parts(w.reputation_score, gigs.account_age_days(w), coalesce(t.completed_tasks, 0),
  coalesce(t.completed_30d::double precision / nullif(t.tasks_30d, 0), 0),
  coalesce(1 - t.late_tasks::double precision / nullif(t.completed_tasks, 0), 1), coalesce(r.average_rating, 0),
  coalesce(t.disputes, 0), coalesce(l.loans_due, 0), coalesce(l.loans_on_time, 0),
  coalesce(e.weekly_deviation, 0)::double precision, coalesce(e.earnings_30d, 0)) as k;

-- The amounts that our streams keep up to date are summed here: nothing else says what was released. Summed after the join, so
-- that the filter by worker reaches the transactions: PostgreSQL cannot take it into a sum made before.
create view plain.active_streams_view as
select s.id as stream_id, s.status, s.task_id, k.title as task_title, s.worker_id, w.name as worker_name, s.platform_id,
  p.name as platform_name, s.total_amount, s.funded_amount, coalesce(sum(x.amount), 0) as released_amount,
  s.total_amount - coalesce(sum(x.amount), 0) as remaining_amount, s.next_release_at
from gigs.streams s
join gigs.tasks k on k.id = s.task_id
join gigs.workers w on w.id = s.worker_id
join gigs.platforms p on p.id = s.platform_id
left join gigs.transactions x on x.stream_id = s.id and x.tx_type = 'payout' and x.status = 'completed'
where s.status in ('active', 'paused', 'insolvent')
group by s.id, k.id, w.id, p.id;

-- The same in the form of the four views above, each table summed before the join.
create schema plain_before;

create view plain_before.active_streams_view as
select s.id as stream_id, s.status, s.task_id, k.title as task_title, s.worker_id, w.name as worker_name, s.platform_id,
  p.name as platform_name, s.total_amount, s.funded_amount, coalesce(x.released, 0) as released_amount,
  s.total_amount - coalesce(x.released, 0) as remaining_amount, s.next_release_at
from gigs.streams s
join gigs.tasks k on k.id = s.task_id
join gigs.workers w on w.id = s.worker_id
join gigs.platforms p on p.id = s.platform_id
left join (
  select stream_id, sum(amount) as released
  from gigs.transactions
  where stream_id is not null and tx_type = 'payout' and status = 'completed'
  group by stream_id
) as x on x.stream_id = s.id
where s.status in ('active', 'paused', 'insolvent');
