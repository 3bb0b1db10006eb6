create or replace function :schema.risk_inputs(p_worker text) returns table (
  worker_id text, status text, reputation_score integer, account_age_days integer,
  completed_tasks bigint, late_tasks bigint, disputes bigint, ended_tasks bigint,
  recent_tasks bigint, recent_completed_tasks bigint,
  completion_rate double precision, on_time_rate double precision, average_rating double precision,
  loans bigint, loans_due bigint, loans_on_time bigint, open_loan_id text, written_off_loans bigint,
  weekly_deviation double precision, recent_earnings numeric
)
language sql stable
set search_path = :schema, pg_temp
as $$
  select w.id, w.status, w.reputation_score, :schema.account_age_days(w),
    t.completed, t.late, t.disputes, t.ended, t.recent, t.recent_completed,
    case when t.recent = 0 then 0 else t.recent_completed::double precision / t.recent end,
    case when t.completed = 0 then 1 else 1 - t.late::double precision / t.completed end,
    r.average, l.loans, l.due, l.on_time, l.open_id, l.written_off, e.deviation, e.total
  from :schema.workers w
  cross join lateral (
    select count(*) filter (where k.status = 'completed') as completed,
      count(*) filter (where k.status = 'completed' and k.completed_at > k.due_at) as late,
      count(*) filter (where k.was_disputed) as disputes,
      count(*) filter (where k.status in ('completed', 'disputed')
        or (k.status = 'cancelled' and k.started_at is not null)) as ended,
      count(*) filter (where k.created_at > statement_timestamp() - interval '30 days') as recent,
      count(*) filter (where k.created_at > statement_timestamp() - interval '30 days' and k.status = 'completed')
        as recent_completed
    from :schema.tasks k where k.worker_id = w.id
  ) as t
  cross join lateral (
    select coalesce(avg(v.rating), 0)::double precision as average
    from :schema.reputation_events v where v.worker_id = w.id and v.event_type = 'rating_received'
  ) as r
  cross join lateral (
    -- A loan that runs says nothing yet: it counts once it is repaid, or its time is over.
    select count(*) as loans,
      count(*) filter (where n.status = 'repaid' or n.repayment_due < statement_timestamp()) as due,
      count(*) filter (where n.status = 'repaid' and n.repaid_at <= n.repayment_due) as on_time,
      max(n.id) filter (where n.status in ('pending', 'approved', 'disbursed', 'repaying', 'defaulted')) as open_id,
      count(*) filter (where n.status = 'written_off') as written_off
    from :schema.loans n where n.worker_id = w.id and n.status <> 'cancelled'
  ) as l
  cross join lateral (
    select coalesce(sum(s.earned), 0) as total, coalesce(stddev_pop(s.earned), 0)::double precision as deviation
    from (
      -- date_trunc has weeks from Monday; ours begin on Sunday, in UTC.
      select sum(x.amount - x.fee) as earned
      from :schema.transactions x
      where x.worker_id = w.id and x.tx_type = 'payout' and x.status = 'completed' and x.asset = 'USDC'
        and x.processed_at > statement_timestamp() - interval '30 days'
      group by date_trunc('week', x.processed_at at time zone 'UTC' + interval '1 day')
    ) as s
  ) as e
  where w.id = p_worker;
$$;
comment on function :schema.risk_inputs(text) is
  'What the risk of a worker is judged by, one row, none for an unknown worker. Earnings are payouts after fees of the last 30 days; the deviation is that of weeks from Sunday (UTC) with earnings in them; completion and on-time rates are from 0 to 1; loans_due are repaid ones and those whose time is over.';
