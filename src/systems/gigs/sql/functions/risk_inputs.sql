create or replace function :schema.risk_inputs(p_worker text) returns table (
  worker_id text, status text, reputation_score integer, account_age_days integer,
  completed_tasks bigint, late_tasks bigint, disputes bigint, ended_tasks bigint,
  recent_tasks bigint, recent_completed_tasks bigint,
  completion_rate double precision, on_time_rate double precision, average_rating double precision,
  loans bigint, loans_due bigint, loans_on_time bigint, open_loan_id text, written_off_loans bigint,
  weekly_deviation double precision, recent_earnings numeric
)
language sql stable
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select w.id, w.status, w.reputation_score, :schema.account_age_days(w),
    t.completed_tasks, t.late_tasks, t.ever_disputed_tasks, t.ended_tasks, d.tasks, d.completed,
    case when d.tasks = 0 then 0 else d.completed::double precision / d.tasks end,
    case when t.completed_tasks = 0 then 1 else 1 - t.late_tasks::double precision / t.completed_tasks end,
    case when t.ratings = 0 then 0 else t.stars::double precision / t.ratings end,
    l.loans, l.due, l.on_time, l.open_id, l.written_off, d.deviation, d.earned
  from :schema.workers w
  join :schema.worker_totals t on t.worker_id = w.id
  cross join lateral (
    select coalesce(sum(v.tasks), 0)::bigint as tasks, coalesce(sum(v.completed), 0)::bigint as completed,
      coalesce(sum(v.earned), 0) as earned,
      coalesce(stddev_pop(v.earned) filter (where v.payouts > 0), 0)::double precision as deviation
    from (
      -- Weeks begin on Sunday, in UTC.
      select sum(k.tasks) as tasks, sum(k.completed) as completed, sum(k.payouts) as payouts, sum(k.earned) as earned
      from :schema.work_parts k
      where k.worker_id = w.id and k.day > (statement_timestamp() at time zone 'UTC')::date - 30
      group by k.day - extract(dow from (k.day))::integer
    ) as v
  ) as d
  cross join lateral (
    -- A loan that runs says nothing yet: it counts once it is repaid, or its time is over.
    select count(*) as loans,
      count(*) filter (where n.status = 'repaid' or n.repayment_due < statement_timestamp()) as due,
      count(*) filter (where n.status = 'repaid' and n.repaid_at <= n.repayment_due) as on_time,
      max(n.id) filter (where n.status in ('pending', 'approved', 'disbursed', 'repaying', 'defaulted')) as open_id,
      count(*) filter (where n.status = 'written_off') as written_off
    from :schema.loans n where n.worker_id = w.id and n.status <> 'cancelled'
  ) as l
  where w.id = p_worker;
$$;
comment on function :schema.risk_inputs(text) is
  'What the risk of a worker is judged by, one row, none for an unknown worker; from the rollups, exact at every read. Recent is the last 30 UTC days, today included: tasks posted, and payouts after fees; the deviation is that of weeks from Sunday with payouts. Rates are from 0 to 1; loans_due are repaid ones and those whose time is over.';
