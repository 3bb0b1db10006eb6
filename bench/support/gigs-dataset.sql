-- Work and money of 90 days, by formula: $WORKERS, $PLATFORMS, $TASKS and $TRANSACTIONS are replaced by numbers.
-- Triggers and foreign keys are off while it loads; rebuild_statistics() makes the statistics afterwards.
set session_replication_role = replica;

insert into gigs.workers (id, name, email, reputation_score, created_at)
select 'wrk_' || g, 'Worker ' || g, 'worker-' || g || '@example.com', 400 + g % 600, now() - (g % 400) * interval '1 day'
from generate_series(1, $WORKERS) as g;

insert into gigs.platforms (id, name, contact_email, created_at)
select 'plt_' || g, 'Platform ' || g, 'platform-' || g || '@example.com', now() - interval '400 days'
from generate_series(1, $PLATFORMS) as g;

-- hash_any of the number scatters workers, platforms and days without being random.
insert into gigs.tasks (id, platform_id, worker_id, task_type, amount, status, was_disputed, paid_amount, due_at, started_at,
  completed_at, cancelled_at, created_at)
select 'tsk_' || g, 'plt_' || 1 + (h2 % $PLATFORMS), 'wrk_' || 1 + (h1 % $WORKERS),
  case when g % 10 = 0 then 'streaming' else 'fixed' end, 5 + g % 95 + 0.25, status, status = 'disputed' or g % 101 = 0,
  case when status = 'completed' then 5 + g % 95 + 0.25 else 0 end, at + interval '1 day',
  case when status <> 'pending' then at + interval '1 hour' end,
  case when status = 'completed' then at + interval '1 hour' + (g % 2000) * interval '1 minute' end,
  case when status = 'cancelled' then at + interval '2 hours' end, at
from (
  select g, h1, h2, date_trunc('milliseconds', now() - (h3 % 7776000) * interval '1 second') as at,
    (array['pending', 'active', 'cancelled', 'disputed', 'completed', 'completed', 'completed', 'completed', 'completed',
      'completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'completed',
      'completed', 'completed'])[1 + g % 20] as status
  from (
    select g, abs(hashint4(g)) as h1, abs(hashint4(g + 100000007)) as h2, abs(hashint4(g + 200000033)) as h3
    from generate_series(1, $TASKS) as g
  ) as d
) as t;

insert into gigs.transactions (id, worker_id, platform_id, tx_type, amount, fee, status, processed_at, created_at)
select 'txn_' || g, 'wrk_' || 1 + (h1 % $WORKERS), 'plt_' || 1 + (h2 % $PLATFORMS),
  (array['payout', 'payout', 'payout', 'payout', 'payout', 'withdrawal', 'repayment', 'advance', 'fee', 'deposit'])[1 + g % 10],
  5 + g % 95 + 0.25, 0.05, case when g % 50 = 0 then 'failed' when g % 53 = 0 then 'pending' else 'completed' end,
  at, at
from (
  select g, abs(hashint4(g + 300000007)) as h1, abs(hashint4(g + 400000009)) as h2,
    date_trunc('milliseconds', now() - (abs(hashint4(g + 500000003)) % 7776000) * interval '1 second') as at
  from generate_series(1, $TRANSACTIONS) as g
) as t;

insert into gigs.reputation_events (id, worker_id, event_type, requested_delta, delta, previous_score, new_score, rating, reason)
select 'rep_' || g, 'wrk_' || 1 + (abs(hashint4(g)) % $WORKERS), 'rating_received', 0, 0, 500, 500, 1 + g % 5, 'stars'
from generate_series(1, $TASKS / 5) as g;

insert into gigs.loans (id, worker_id, amount, fee, fee_bps, total_due, amount_repaid, status, risk_score, predicted_earnings,
  disbursed_at, repayment_due, repaid_at)
select 'lon_' || g, 'wrk_' || g, 100, 3.5, 350, 103.5, case when g % 3 = 0 then 20 else 103.5 end,
  case when g % 3 = 0 then 'repaying' else 'repaid' end, 700, 200, now() - interval '40 days', now() - interval '10 days',
  case when g % 3 <> 0 then now() - interval '20 days' end
from generate_series(1, $WORKERS) as g;

insert into gigs.streams (id, task_id, platform_id, worker_id, start_time, end_time, total_amount, funded_amount, released_amount,
  remaining_amount, release_interval, next_release_at, status)
select 'str_' || g, t.id, t.platform_id, t.worker_id, now() - interval '10 hours', now() + interval '10 hours', t.amount,
  t.amount, 1, t.amount - 1, 3600, now() + (g % 3600) * interval '1 second', 'active'
from generate_series(1, $TASKS / 50) as g
join gigs.tasks t on t.id = 'tsk_' || g * 10;

set session_replication_role = origin;
