-- Work and money of 90 days, by formula: $WORKERS, $PLATFORMS, $TASKS, $WORKER_SKEW and $PLATFORM_SKEW are replaced by numbers.
-- Triggers and foreign keys are off while it loads; rebuild_statistics() makes the statistics afterwards.
-- Rows are written in the order of their times, as they come in, so that a day lies together for whoever reads days.
set session_replication_role = replica;
set work_mem = '512MB';
set maintenance_work_mem = '512MB';

insert into gigs.workers (id, name, email, reputation_score, created_at)
select 'wrk_' || g, 'Worker ' || g, 'worker-' || g || '@example.com', 400 + g % 600, now() - (g % 400) * interval '1 day'
from generate_series(1, $WORKERS) as g;

insert into gigs.platforms (id, name, contact_email, created_at)
select 'plt_' || g, 'Platform ' || g, 'platform-' || g || '@example.com', now() - interval '400 days'
from generate_series(1, $PLATFORMS) as g;

-- Zipf: number g has g ^ -skew of the work; shares[g] is what all before g have.
create temporary table shares on commit drop as
select array_agg(before order by g) filter (where kind = 'worker') as workers,
  array_agg(before order by g) filter (where kind = 'platform') as platforms
from (
  select kind, g, (sum(weight) over (partition by kind order by g) - weight) / sum(weight) over (partition by kind) as before
  from (
    select 'worker' as kind, g, (g ^ -$WORKER_SKEW)::double precision as weight from generate_series(1, $WORKERS) as g
    union all
    select 'platform', g, (g ^ -$PLATFORM_SKEW)::double precision from generate_series(1, $PLATFORMS) as g
  ) as w
) as s;

-- The hash of a number scatters workers and platforms without being random.
insert into gigs.tasks (id, platform_id, worker_id, task_type, amount, status, was_disputed, paid_amount, due_at, started_at,
  completed_at, cancelled_at, created_at)
select 'tsk_' || g, 'plt_' || platform, 'wrk_' || worker,
  case when g % 10 = 0 then 'streaming' else 'fixed' end, 5 + g % 95 + 0.25, status, status = 'disputed' or g % 101 = 0,
  case when status = 'completed' then 5 + g % 95 + 0.25 else 0 end, at + interval '1 day',
  case when status <> 'pending' then at + interval '1 hour' end,
  case when status = 'completed' then at + interval '1 hour' + (g % 2000) * interval '1 minute' end,
  case when status = 'cancelled' then at + interval '2 hours' end, at
from (
  select g, width_bucket(abs(hashint4(g)::bigint) / 2147483649.0::double precision, (select workers from shares)) as worker,
    width_bucket(abs(hashint4(g + 100000007)::bigint) / 2147483649.0::double precision, (select platforms from shares))
      as platform,
    date_trunc('milliseconds', now() - (1 - (g - 0.5) / $TASKS) * interval '90 days') as at,
    (array['pending', 'active', 'cancelled', 'disputed', 'completed', 'completed', 'completed', 'completed', 'completed',
      'completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'completed',
      'completed', 'completed'])[1 + g / 10 % 20] as status
  from generate_series(1, $TASKS) as g
) as t;

-- Every streaming task has a stream of 24 hours; those of the last day still run.
insert into gigs.streams (id, task_id, platform_id, worker_id, start_time, end_time, total_amount, funded_amount, released_amount,
  remaining_amount, release_interval, next_release_at, status, created_at)
select 'str_' || substr(id, 5), id, platform_id, worker_id, created_at, created_at + interval '24 hours', amount, amount,
  released, amount - released, 3600, case when live then created_at + (hours + 1) * interval '1 hour' end,
  case when live then 'active' else 'completed' end, created_at
from (
  select *, hours < 24 as live, case when hours < 24 then 0.2 * hours else amount end as released
  from (
    select *, floor(extract(epoch from now() - created_at) / 3600) as hours
    from gigs.tasks
    where task_type = 'streaming'
  ) as d
) as t;

-- Five for a task on average: three for a fixed one (its payout, a withdrawal, something else), and for a stream a release an
-- hour, 23 in all: GigStream's streams were seeded with an interval of an hour and 24 hours at most. None is of the future.
insert into gigs.transactions (id, worker_id, platform_id, stream_id, tx_type, amount, fee, status, processed_at, created_at)
select 'txn_' || number || '_' || n, worker_id, platform_id, stream_id, tx_type,
  case when live then 0.2 else 5 + (number + n) % 95 + 0.25 end, 0.05,
  case when stream_id is not null then 'completed' when (number + n) % 50 = 0 then 'failed'
    when (number + n) % 53 = 0 then 'pending' else 'completed' end,
  at, at
from (
  select k.*, n, s.id as stream_id, s.status = 'active' as live,
    case when n = 1 or s.id is not null then 'payout' when n = 2 then 'withdrawal'
      else (array['repayment', 'advance', 'fee', 'deposit'])[1 + number % 4] end as tx_type,
    k.created_at + n * interval '1 hour' as at
  from (select *, substr(id, 5)::integer as number from gigs.tasks) as k
  left join gigs.streams s on s.task_id = k.id
  cross join lateral generate_series(1, case when s.id is null then 3 else 23 end) as n
) as t
where at <= now()
order by at;

insert into gigs.reputation_events (id, worker_id, event_type, requested_delta, delta, previous_score, new_score, rating, reason,
  created_at)
select 'rep_' || id, worker_id, 'rating_received', 0, 0, 500, 500, 1 + substr(id, 5)::integer % 5, 'stars', created_at
from gigs.tasks
where substr(id, 5)::integer % 5 = 1;

insert into gigs.loans (id, worker_id, amount, fee, fee_bps, total_due, amount_repaid, status, risk_score, predicted_earnings,
  disbursed_at, repayment_due, repaid_at)
select 'lon_' || g, 'wrk_' || g, 100, 3.5, 350, 103.5, case when g % 3 = 0 then 20 else 103.5 end,
  case when g % 3 = 0 then 'repaying' else 'repaid' end, 700, 200, now() - interval '40 days', now() - interval '10 days',
  case when g % 3 <> 0 then now() - interval '20 days' end
from generate_series(1, $WORKERS) as g;

set session_replication_role = origin;
reset work_mem;
reset maintenance_work_mem;
