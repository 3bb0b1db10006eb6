-- requires: worker_totals
create or replace view :schema.worker_earnings_view as
select t.worker_id, t.name, t.total_tasks, t.completed_tasks, t.active_tasks, t.pending_tasks, t.cancelled_tasks,
  t.disputed_tasks, t.total_earned, t.released, t.paid, t.pending_earnings,
  x.payout_total, x.payout_count,
  x.advance_total, x.advance_count,
  x.repayment_total, x.repayment_count,
  x.fee_total, x.fee_count,
  x.withdrawal_total, x.withdrawal_count,
  l.open_loan_id, l.open_loan_status, l.open_loan_due, l.open_loan_repaid,
  l.open_loan_due - l.open_loan_repaid as open_loan_remaining, l.open_loan_due_at,
  l.loans, l.loans_repaid, l.loans_defaulted,
  t.completion_rate, t.average_rating, t.ratings, t.dispute_rate, t.reputation_score, t.last_active_at
from :schema.worker_totals t
cross join lateral (
  select coalesce(sum(x.amount) filter (where x.tx_type = 'payout'), 0) as payout_total,
    coalesce(sum(x.transactions) filter (where x.tx_type = 'payout'), 0)::bigint as payout_count,
    coalesce(sum(x.amount) filter (where x.tx_type = 'advance'), 0) as advance_total,
    coalesce(sum(x.transactions) filter (where x.tx_type = 'advance'), 0)::bigint as advance_count,
    coalesce(sum(x.amount) filter (where x.tx_type = 'repayment'), 0) as repayment_total,
    coalesce(sum(x.transactions) filter (where x.tx_type = 'repayment'), 0)::bigint as repayment_count,
    coalesce(sum(x.amount) filter (where x.tx_type = 'fee'), 0) as fee_total,
    coalesce(sum(x.transactions) filter (where x.tx_type = 'fee'), 0)::bigint as fee_count,
    coalesce(sum(x.amount) filter (where x.tx_type = 'withdrawal'), 0) as withdrawal_total,
    coalesce(sum(x.transactions) filter (where x.tx_type = 'withdrawal'), 0)::bigint as withdrawal_count
  from (
    select r.tx_type, r.transactions, r.amount from :schema.worker_transactions r where r.worker_id = t.worker_id
    union all
    select d.tx_type, d.transactions, d.amount
    from :schema.money_deltas d
    where d.worker_id = t.worker_id and d.status = 'completed' and d.asset = 'USDC'
  ) as x
) as x
cross join lateral (
  select max(o.id) filter (where o.is_open) as open_loan_id, max(o.status) filter (where o.is_open) as open_loan_status,
    max(o.total_due::numeric) filter (where o.is_open) as open_loan_due,
    max(o.amount_repaid::numeric) filter (where o.is_open) as open_loan_repaid,
    max(o.repayment_due) filter (where o.is_open) as open_loan_due_at,
    count(*) filter (where o.disbursed_at is not null) as loans, count(*) filter (where o.status = 'repaid') as loans_repaid,
    count(*) filter (where o.defaulted_at is not null) as loans_defaulted
  from (
    select n.*, n.status in ('pending', 'approved', 'disbursed', 'repaying') as is_open
    from :schema.loans n
    where n.worker_id = t.worker_id
  ) as o
) as l;
comment on view :schema.worker_earnings_view is
  'What a worker has done, earned, been paid and owes, a row each; exact at every read, and read by worker_id in constant time. Amounts are USDC.';
comment on column :schema.worker_earnings_view.worker_id is 'The worker; filter by it.';
comment on column :schema.worker_earnings_view.name is 'Name of the worker.';
comment on column :schema.worker_earnings_view.total_tasks is 'All tasks the worker has or had, in any status.';
comment on column :schema.worker_earnings_view.completed_tasks is 'Tasks that are completed.';
comment on column :schema.worker_earnings_view.active_tasks is 'Tasks begun and not finished.';
comment on column :schema.worker_earnings_view.pending_tasks is 'Tasks taken and not begun.';
comment on column :schema.worker_earnings_view.cancelled_tasks is 'Tasks that were cancelled.';
comment on column :schema.worker_earnings_view.disputed_tasks is 'Tasks in dispute now.';
comment on column :schema.worker_earnings_view.total_earned is 'Sum of the amounts of completed tasks, before fees.';
comment on column :schema.worker_earnings_view.released is 'What was paid for streaming tasks, by releases of their streams.';
comment on column :schema.worker_earnings_view.paid is 'What was paid for all tasks, streaming ones too, before fees.';
comment on column :schema.worker_earnings_view.pending_earnings is 'What tasks that are not cancelled may still pay: amounts less what was paid of them.';
comment on column :schema.worker_earnings_view.payout_total is 'Sum of completed payouts, fees included.';
comment on column :schema.worker_earnings_view.payout_count is 'Number of completed payouts, fees included.';
comment on column :schema.worker_earnings_view.advance_total is 'Sum of completed advances paid out.';
comment on column :schema.worker_earnings_view.advance_count is 'Number of completed advances paid out.';
comment on column :schema.worker_earnings_view.repayment_total is 'Sum of completed repayments of advances.';
comment on column :schema.worker_earnings_view.repayment_count is 'Number of completed repayments of advances.';
comment on column :schema.worker_earnings_view.fee_total is 'Sum of completed fees charged apart from payouts.';
comment on column :schema.worker_earnings_view.fee_count is 'Number of completed fees charged apart from payouts.';
comment on column :schema.worker_earnings_view.withdrawal_total is 'Sum of completed withdrawals to outside.';
comment on column :schema.worker_earnings_view.withdrawal_count is 'Number of completed withdrawals to outside.';
comment on column :schema.worker_earnings_view.open_loan_id is 'The advance that is open; null without one.';
comment on column :schema.worker_earnings_view.open_loan_status is 'Its status; null without one.';
comment on column :schema.worker_earnings_view.open_loan_due is 'What is due of it in all, its fee included; null without one.';
comment on column :schema.worker_earnings_view.open_loan_repaid is 'What of it is repaid; null without one.';
comment on column :schema.worker_earnings_view.open_loan_remaining is 'What of it is left to repay; null without one.';
comment on column :schema.worker_earnings_view.open_loan_due_at is 'When it must be repaid; null without one.';
comment on column :schema.worker_earnings_view.loans is 'Advances ever paid out.';
comment on column :schema.worker_earnings_view.loans_repaid is 'Of them, those that are repaid.';
comment on column :schema.worker_earnings_view.loans_defaulted is 'Of them, those that were not repaid in time.';
comment on column :schema.worker_earnings_view.completion_rate is 'Percent: completed of those that were completed, cancelled after they began, or disputed.';
comment on column :schema.worker_earnings_view.average_rating is 'Mean of the ratings by platforms, 0 without one.';
comment on column :schema.worker_earnings_view.ratings is 'Number of ratings.';
comment on column :schema.worker_earnings_view.dispute_rate is 'Percent of the tasks that were ever disputed.';
comment on column :schema.worker_earnings_view.reputation_score is '0 to 1000.';
comment on column :schema.worker_earnings_view.last_active_at is 'When the worker last took, began or completed a task, or a transaction was made for it.';
