/** Generated from sql/ by `npm run generate`; do not edit. */
import type { SqlModule } from '../../../kernel/index.ts';

export const gigsSql: SqlModule = {
  name: 'gigs',
  files: [
    {
      path: "functions/account_age_days.sql",
      text: `create or replace function :schema.account_age_days(p_worker :schema.workers) returns integer
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select greatest(0, floor(extract(epoch from statement_timestamp() - p_worker.created_at) / 86400))::integer;
$$;
comment on function :schema.account_age_days(:schema.workers) is
  'Whole days since the worker registered, right at every read: account_age_days(w) for a row w of workers.';
`,
    },
    {
      path: "functions/bring_statistics.sql",
      text: `create or replace function :schema.bring_statistics(p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_workers text[];
  v_platforms text[];
begin
  -- A row that somebody holds is left for the next time: nobody who is paid waits for statistics, nor they for him.
  v_workers := array(
    select w.id from :schema.workers w
    where w.id in (select s.worker_id from :schema.worker_statistics s where s.is_stale order by s.worker_id limit p_limit)
    order by w.id for no key update skip locked
  );
  update :schema.workers w set total_tasks = t.completed_tasks, total_earned = t.total_earned,
    completion_rate = t.completion_rate, average_rating = t.average_rating, dispute_rate = t.dispute_rate,
    last_active_at = t.last_active_at
  from :schema.worker_totals t
  where w.id = any (v_workers) and t.worker_id = w.id
    and (w.total_tasks, w.total_earned, w.completion_rate, w.average_rating, w.dispute_rate, w.last_active_at)
      is distinct from
      (t.completed_tasks, t.total_earned, t.completion_rate, t.average_rating, t.dispute_rate, t.last_active_at);
  update :schema.worker_statistics set is_stale = false where worker_id = any (v_workers);
  -- Each day anew, too: who was active 30 days ago is not any more.
  v_platforms := array(
    select p.id from :schema.platforms p
    where p.id in (
      select s.platform_id from :schema.platform_statistics s
      where s.brought_on < (statement_timestamp() at time zone 'UTC')::date
      order by s.brought_on, s.platform_id limit p_limit
    )
    order by p.id for no key update skip locked
  );
  update :schema.platforms p set total_payouts = t.total_payouts, total_tasks = t.total_tasks,
    active_workers = t.active_workers_30d
  from :schema.platform_totals t
  where p.id = any (v_platforms) and t.platform_id = p.id
    and (p.total_payouts, p.total_tasks, p.active_workers) is distinct from
      (t.total_payouts, t.total_tasks, t.active_workers_30d);
  update :schema.platform_statistics set brought_on = (statement_timestamp() at time zone 'UTC')::date
  where platform_id = any (v_platforms);
  return cardinality(v_workers) + cardinality(v_platforms);
end
$$;
comment on function :schema.bring_statistics(integer) is
  'Brings the statistics columns of up to p_limit workers and platforms whose statistics have changed up to date; returns how many. Rows that are locked wait for the next call.';
`,
    },
    {
      path: "functions/changed_platform_workers.sql",
      text: `create or replace function :schema.changed_platform_workers(
  p_platform text, p_workers text[], p_tasks integer[], p_days date[]
) returns table (worker_id text, old_tasks bigint, new_tasks bigint, old_day date, new_day date)
language sql stable
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select g.worker_id, coalesce(w.tasks, 0), coalesce(w.tasks, 0) + g.tasks, w.last_day,
    case
      when coalesce(w.tasks, 0) + g.tasks <= 0 then null
      -- Something was taken away, so the newest is looked up; only added to, it is the newer of the two. None is left
      -- when more was taken away than is among these deltas: those that follow will say so.
      when g.shrunk then coalesce((
        select (t.created_at at time zone 'UTC')::date
        from :schema.tasks t
        where t.worker_id = g.worker_id and t.platform_id = p_platform
        order by t.created_at desc
        limit 1
      ), w.last_day, g.newest_day)
      else greatest(w.last_day, g.newest_day)
    end
  from (
    select d.worker_id, sum(d.tasks) as tasks, max(d.day) as newest_day, bool_or(d.tasks < 0) as shrunk
    from unnest(p_workers, p_tasks, p_days) as d(worker_id, tasks, day)
    group by d.worker_id
  ) as g
  left join :schema.platform_workers w on w.platform_id = p_platform and w.worker_id = g.worker_id;
$$;
comment on function :schema.changed_platform_workers(text, text[], integer[], date[]) is
  'What deltas (worker, tasks, day) make of a platform''s workers: tasks and UTC day of the newest task, as folded and with them.';
`,
    },
    {
      path: "functions/fold_statistics.sql",
      text: `create or replace function :schema.fold_statistics(p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_moved integer;
begin
  -- One at a time: the second waits here, and then finds these rows gone. Writers never take this lock.
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '.fold_statistics', 0));
  with work as materialized (
    delete from :schema.work_deltas
    where id <= (select max(id) from (select id from :schema.work_deltas order by id limit p_limit) as oldest)
    returning *
  ), money as materialized (
    delete from :schema.money_deltas
    where id <= (select max(id) from (select id from :schema.money_deltas order by id limit p_limit) as oldest)
    returning *
  ), kept_workers as materialized (
    -- The lock waits for whoever deletes one: what is gone is left out, and no rollup is written for it.
    select id from :schema.workers where id in (select worker_id from work union select worker_id from money)
    order by id for key share
  ), kept_platforms as materialized (
    select id from :schema.platforms where id in (select platform_id from work union select platform_id from money)
    order by id for key share
  ), by_worker as (
    insert into :schema.worker_statistics as t (worker_id, tasks, pending, active, completed, cancelled, abandoned,
      disputed, ever_disputed, ratings, stars, earned, paid, released, open_amount, last_active_at)
    select m.worker_id, sum(m.tasks), sum(m.pending), sum(m.active), sum(m.completed), sum(m.cancelled), sum(m.abandoned),
      sum(m.disputed), sum(m.ever_disputed), sum(m.ratings), sum(m.stars), sum(m.earned), sum(m.paid), sum(m.released),
      sum(m.open_amount), max(m.active_at)
    from (
      select worker_id, tasks, pending, active, completed, cancelled, abandoned, disputed, ever_disputed, ratings, stars,
        earned, paid, released, open_amount, active_at
      from work
      union all
      select worker_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, active_at from money
    ) as m
    join kept_workers k on k.id = m.worker_id
    group by 1
    order by 1
    on conflict (worker_id) do update set tasks = t.tasks + excluded.tasks, pending = t.pending + excluded.pending,
      active = t.active + excluded.active, completed = t.completed + excluded.completed,
      cancelled = t.cancelled + excluded.cancelled, abandoned = t.abandoned + excluded.abandoned,
      disputed = t.disputed + excluded.disputed, ever_disputed = t.ever_disputed + excluded.ever_disputed,
      ratings = t.ratings + excluded.ratings, stars = t.stars + excluded.stars, earned = t.earned + excluded.earned,
      paid = t.paid + excluded.paid, released = t.released + excluded.released,
      open_amount = t.open_amount + excluded.open_amount,
      last_active_at = greatest(t.last_active_at, excluded.last_active_at), is_stale = true
  ), by_worker_day as (
    insert into :schema.worker_days as t (worker_id, day, tasks, completed, late, disputed, finished, earned)
    select m.worker_id, m.day, sum(m.tasks), sum(m.completed), sum(m.late), sum(m.disputed), sum(m.finished), sum(m.earned)
    from (
      select worker_id, created_day as day, tasks, completed, late, ever_disputed as disputed, 0 as finished, 0 as earned
      from work
      where created_day is not null
      union all
      select worker_id, completed_day, 0, 0, 0, 0, completed, earned from work where completed_day is not null
    ) as m
    join kept_workers k on k.id = m.worker_id
    group by 1, 2
    having (sum(m.tasks), sum(m.completed), sum(m.late), sum(m.disputed), sum(m.finished), sum(m.earned))
      <> (0, 0, 0, 0, 0, 0)
    order by 1, 2
    on conflict (worker_id, day) do update set tasks = t.tasks + excluded.tasks,
      completed = t.completed + excluded.completed, late = t.late + excluded.late, disputed = t.disputed + excluded.disputed,
      finished = t.finished + excluded.finished, earned = t.earned + excluded.earned
  ), by_worker_type as (
    insert into :schema.worker_transactions as t (worker_id, tx_type, transactions, amount)
    select m.worker_id, m.tx_type, sum(m.transactions), sum(m.amount)
    from money m join kept_workers k on k.id = m.worker_id
    where m.status = 'completed' and m.asset = 'USDC'
    group by 1, 2
    order by 1, 2
    on conflict (worker_id, tx_type) do update set
      transactions = t.transactions + excluded.transactions, amount = t.amount + excluded.amount
  ), by_day as (
    insert into :schema.transaction_days as t (day, asset, tx_type, status, transactions, amount, fees)
    select day, asset, tx_type, status, sum(transactions), sum(amount), sum(fees)
    from money
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (day, asset, tx_type, status) do update set transactions = t.transactions + excluded.transactions,
      amount = t.amount + excluded.amount, fees = t.fees + excluded.fees
  ), pairs as materialized (
    select m.platform_id, c.worker_id, c.old_tasks, c.new_tasks, c.old_day, c.new_day
    from (
      select platform_id, array_agg(worker_id) as workers, array_agg(tasks) as tasks, array_agg(created_day) as days
      from work
      where worker_id is not null and tasks <> 0
      group by 1
    ) as m
    join kept_platforms k on k.id = m.platform_id
    cross join lateral :schema.changed_platform_workers(m.platform_id, m.workers, m.tasks, m.days) as c
  ), pairs_gone as (
    delete from :schema.platform_workers t
    using pairs p
    where p.new_tasks <= 0 and t.platform_id = p.platform_id and t.worker_id = p.worker_id
  ), by_pair as (
    insert into :schema.platform_workers as t (platform_id, worker_id, tasks, last_day)
    select platform_id, worker_id, new_tasks, new_day from pairs where new_tasks > 0 order by 1, 2
    on conflict (platform_id, worker_id) do update set tasks = excluded.tasks, last_day = excluded.last_day
  ), by_activity as (
    insert into :schema.platform_activity as t (platform_id, day, workers)
    select m.platform_id, m.day, sum(m.workers)
    from (
      select platform_id, old_day as day, -1 as workers from pairs where old_day is distinct from new_day
      union all
      select platform_id, new_day, 1 from pairs where old_day is distinct from new_day
    ) as m
    where m.day is not null
    group by 1, 2
    having sum(m.workers) <> 0
    order by 1, 2
    on conflict (platform_id, day) do update set workers = t.workers + excluded.workers
  ), by_platform as (
    insert into :schema.platform_statistics as t (platform_id, tasks, pending, active, completed, cancelled, abandoned,
      disputed, timed, seconds, payouts, payout_amount, fees, unique_workers)
    select m.platform_id, sum(m.tasks), sum(m.pending), sum(m.active), sum(m.completed), sum(m.cancelled),
      sum(m.abandoned), sum(m.disputed), sum(m.timed), sum(m.seconds), sum(m.payouts), sum(m.payout_amount), sum(m.fees),
      sum(m.unique_workers)
    from (
      select platform_id, tasks, pending, active, completed, cancelled, abandoned, disputed, timed, seconds,
        0 as payouts, 0 as payout_amount, 0 as fees, 0 as unique_workers
      from work
      union all
      select platform_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, transactions, amount, fees, 0
      from money
      where tx_type = 'payout' and status = 'completed' and asset = 'USDC'
      union all
      select platform_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (new_tasks > 0)::integer - (old_tasks > 0)::integer
      from pairs
    ) as m
    join kept_platforms k on k.id = m.platform_id
    group by 1
    order by 1
    on conflict (platform_id) do update set tasks = t.tasks + excluded.tasks, pending = t.pending + excluded.pending,
      active = t.active + excluded.active, completed = t.completed + excluded.completed,
      cancelled = t.cancelled + excluded.cancelled, abandoned = t.abandoned + excluded.abandoned,
      disputed = t.disputed + excluded.disputed, timed = t.timed + excluded.timed, seconds = t.seconds + excluded.seconds,
      payouts = t.payouts + excluded.payouts, payout_amount = t.payout_amount + excluded.payout_amount,
      fees = t.fees + excluded.fees, unique_workers = t.unique_workers + excluded.unique_workers,
      brought_on = '-infinity'
  )
  select greatest((select count(*) from work), (select count(*) from money)) into v_moved;
  perform :schema.bring_statistics(p_limit);
  return v_moved;
end
$$;
comment on function :schema.fold_statistics(integer) is
  'Moves up to p_limit deltas of work and of money into the rollups, and brings the columns of workers and platforms up to date; returns how many of whichever were more. Safe to run from several processes at once.';
`,
    },
    {
      path: "functions/guard_status.sql",
      text: `create or replace function :schema.guard_status() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  if (tg_table_name, old.status, new.status) in (
    ('tasks', 'pending', 'active'), ('tasks', 'pending', 'cancelled'), ('tasks', 'pending', 'disputed'),
    ('tasks', 'active', 'completed'), ('tasks', 'active', 'cancelled'), ('tasks', 'active', 'disputed'),
    ('tasks', 'active', 'pending'), ('tasks', 'completed', 'disputed'),
    ('tasks', 'disputed', 'active'), ('tasks', 'disputed', 'completed'), ('tasks', 'disputed', 'cancelled'),
    ('streams', 'active', 'paused'), ('streams', 'active', 'insolvent'), ('streams', 'active', 'completed'),
    ('streams', 'active', 'cancelled'), ('streams', 'paused', 'active'), ('streams', 'paused', 'cancelled'),
    ('streams', 'paused', 'insolvent'), ('streams', 'insolvent', 'active'), ('streams', 'insolvent', 'paused'),
    ('streams', 'insolvent', 'cancelled'), ('streams', 'paused', 'completed'), ('streams', 'insolvent', 'completed'),
    ('loans', 'pending', 'approved'), ('loans', 'pending', 'cancelled'), ('loans', 'approved', 'disbursed'),
    ('loans', 'approved', 'cancelled'), ('loans', 'disbursed', 'repaying'), ('loans', 'disbursed', 'repaid'),
    ('loans', 'disbursed', 'defaulted'), ('loans', 'repaying', 'repaid'), ('loans', 'repaying', 'defaulted'),
    ('loans', 'defaulted', 'repaid'),
    ('transactions', 'pending', 'processing'), ('transactions', 'pending', 'completed'),
    ('transactions', 'pending', 'failed'), ('transactions', 'pending', 'cancelled'),
    ('transactions', 'processing', 'completed'), ('transactions', 'processing', 'failed'),
    ('transactions', 'failed', 'processing')
  ) then
    return new;
  end if;
  raise exception 'A % that is % cannot become %.', rtrim(tg_table_name, 's'), old.status, new.status
    using errcode = 'GH409', constraint = rtrim(tg_table_name, 's') || '_status', column = 'status',
      detail = jsonb_build_object('id', old.id, 'from', old.status, 'to', new.status)::text,
      hint = 'Read it again: somebody may have changed it meanwhile.';
end
$$;
comment on function :schema.guard_status() is
  'Row trigger of tasks, streams, loans and transactions: lets only the steps of their state machines pass.';
`,
    },
    {
      path: "functions/loan_json.sql",
      text: `create or replace function :schema.loan_json(p_row :schema.loans) returns jsonb
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select to_jsonb(p_row) || jsonb_build_object(
    'amount', trim_scale(p_row.amount)::text,
    'fee', trim_scale(p_row.fee)::text,
    'total_due', trim_scale(p_row.total_due)::text,
    'amount_repaid', trim_scale(p_row.amount_repaid)::text,
    'predicted_earnings', trim_scale(p_row.predicted_earnings)::text
  );
$$;
comment on function :schema.loan_json(:schema.loans) is
  'The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.';
`,
    },
    {
      path: "functions/move_money.sql",
      text: `create or replace function :schema.move_money(
  p_keys text[], p_debits text[], p_credits text[], p_amounts numeric[], p_reference text, p_wide boolean default false
) returns bigint[]
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_ids bigint[];
  v_refused record;
  v_keys text[];
  v_debits bigint[];
  v_credits bigint[];
  v_amounts numeric[];
  v_places integer[];
begin
  -- What is zero is left out: a fee of nothing is no entry.
  select array_agg(m.key order by m.place), array_agg(d.id order by m.place), array_agg(c.id order by m.place),
    array_agg(m.amount order by m.place), array_agg(m.place::integer order by m.place)
  into v_keys, v_debits, v_credits, v_amounts, v_places
  from unnest(p_keys, p_debits, p_credits, p_amounts) with ordinality as m(key, debit, credit, amount, place)
  left join lateral (select a.id from :schema.ledger_accounts a where a.code = m.debit limit 1) as d on true
  left join lateral (select a.id from :schema.ledger_accounts a where a.code = m.credit limit 1) as c on true
  where m.amount <> 0;
  v_ids := array_fill(null::bigint, array[cardinality(p_keys)]);
  if v_keys is null then return v_ids; end if;
  -- One link number for all: they are posted together or not at all.
  for v_refused in
    select r.place, r.outcome, r.id, r.available
    from :schema.ledger_post(
      v_keys, array_fill(1::smallint, array[cardinality(v_keys)]), v_debits, v_credits, v_amounts,
      array_fill(null::bigint, array[cardinality(v_keys)]), array_fill(null::integer, array[cardinality(v_keys)]),
      case when cardinality(v_keys) > 1 then array_fill(1, array[cardinality(v_keys)])
        else array[null::integer] end,
      array_fill(p_reference, array[cardinality(v_keys)]), array_fill(null::jsonb, array[cardinality(v_keys)]), p_wide
    ) as r
    order by r.outcome in ('posted', 'exists', 'linked'), r.place
  loop
    if v_refused.outcome not in ('posted', 'exists') then
      raise exception 'Moving % USDC from % to % is refused: %.', p_amounts[v_places[v_refused.place]],
        p_debits[v_places[v_refused.place]], p_credits[v_places[v_refused.place]], replace(v_refused.outcome, '_', ' ')
        using errcode = case when v_refused.outcome in ('insufficient', 'limit') then 'GH429' else 'GH409' end,
          constraint = case v_refused.outcome when 'insufficient' then 'insufficient_funds'
            else 'ledger_' || v_refused.outcome end,
          detail = jsonb_build_object('account', p_debits[v_places[v_refused.place]],
            'available', trim_scale(v_refused.available)::text)::text,
          hint = case v_refused.outcome when 'insufficient' then 'Pay in first.' else 'Look at guildhall ledger statement.' end;
    end if;
    v_ids[v_places[v_refused.place]] := v_refused.id;
  end loop;
  return v_ids;
end
$$;
comment on function :schema.move_money(text[], text[], text[], numeric[], text, boolean) is
  'Posts transfers of USDC between accounts named by code, together or not at all, each once for its key; returns their ids, null for amounts of zero. Raises insufficient_funds, or ledger_ and the outcome.';
`,
    },
    {
      path: "functions/open_books.sql",
      text: `create or replace function :schema.open_books(p_kind text, p_id text) returns void
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_open record;
begin
  insert into :schema.ledger_assets (code, decimals) values ('USDC', 6) on conflict (code) do nothing;
  -- bank: money outside that stands for what we owe; a rail's account: money under way to or from outside.
  for v_open in
    select o.place, o.outcome
    from (
      select array_agg(code) as codes, array_agg(side) as sides, array_agg(least) as leasts, array_agg(parts) as parts,
        count(*)::integer as n
      from (values
        ('bank', 'debit', null::numeric, 16, 'own'), ('fees', 'credit', null, 16, 'own'),
        ('advance-fees', 'credit', null, 16, 'own'), ('losses', 'debit', null, 16, 'own'),
        ('rail', 'credit', null, 16, 'own'),
        ('worker:' || p_id, 'credit', 0, 1, 'worker'), ('advance:' || p_id, 'debit', 0, 1, 'worker'),
        ('platform:' || p_id, 'credit', 0, 1, 'platform'), ('escrow:' || p_id, 'credit', 0, 1, 'platform')
      ) as a(code, side, least, parts, kind)
      where a.kind = p_kind or (a.kind = 'own' and not exists (
        select from :schema.ledger_accounts l where l.code = a.code))
    ) as w
    cross join lateral :schema.ledger_open_accounts(
      w.codes, array_fill('USDC'::text, array[w.n]), w.sides, w.leasts, array_fill(null::numeric, array[w.n]),
      w.parts::smallint[], array_fill(null::jsonb, array[w.n])
    ) as o
  loop
    assert v_open.outcome = 'open', 'accounts of the books are ours';
  end loop;
end
$$;
comment on function :schema.open_books(text, text) is
  'Opens the ledger accounts of a worker (worker:ID balance, advance:ID what it owes) or a platform (platform:ID funds, escrow:ID set aside for work), and the common ones (bank, fees, advance-fees, losses, rail).';
`,
    },
    {
      path: "functions/rebuild_statistics.sql",
      text: `create or replace function :schema.rebuild_statistics() returns bigint
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_workers bigint;
begin
  -- In the order of a deletion: it comes to the tasks with workers and platforms locked, and would wait for us for ever.
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '.fold_statistics', 0));
  perform from :schema.workers order by id for key share;
  perform from :schema.platforms order by id for key share;
  -- Whoever writes waits: what came in between would be counted twice, or not at all.
  lock table :schema.tasks, :schema.transactions, :schema.reputation_events, :schema.work_deltas, :schema.money_deltas
    in share row exclusive mode;
  delete from :schema.work_deltas;
  delete from :schema.money_deltas;
  delete from :schema.worker_statistics;
  delete from :schema.worker_days;
  delete from :schema.worker_transactions;
  delete from :schema.platform_statistics;
  delete from :schema.platform_workers;
  delete from :schema.platform_activity;
  delete from :schema.transaction_days;
  insert into :schema.worker_statistics (worker_id, tasks, pending, active, completed, cancelled, abandoned, disputed,
    ever_disputed, ratings, stars, earned, paid, released, open_amount, last_active_at)
  select w.id, coalesce(t.tasks, 0), coalesce(t.pending, 0), coalesce(t.active, 0), coalesce(t.completed, 0),
    coalesce(t.cancelled, 0), coalesce(t.abandoned, 0), coalesce(t.disputed, 0), coalesce(t.ever_disputed, 0),
    coalesce(r.ratings, 0), coalesce(r.stars, 0), coalesce(t.earned, 0), coalesce(t.paid, 0), coalesce(t.released, 0),
    coalesce(t.open_amount, 0), greatest(t.active_at, x.active_at)
  from :schema.workers w
  left join (
    select worker_id, count(*) as tasks, count(*) filter (where status = 'pending') as pending,
      count(*) filter (where status = 'active') as active, count(*) filter (where status = 'completed') as completed,
      count(*) filter (where status = 'cancelled') as cancelled,
      count(*) filter (where status = 'cancelled' and started_at is not null) as abandoned,
      count(*) filter (where status = 'disputed') as disputed, count(*) filter (where was_disputed) as ever_disputed,
      sum(case when status = 'completed' then amount else 0 end) as earned, sum(paid_amount) as paid,
      sum(case when task_type = 'streaming' then paid_amount else 0 end) as released,
      sum(case when status = 'cancelled' then 0 else amount - paid_amount end) as open_amount,
      max(greatest(created_at, started_at, completed_at)) as active_at
    from :schema.tasks
    group by worker_id
  ) as t on t.worker_id = w.id
  left join (
    select worker_id, count(*) as ratings, sum(rating) as stars from :schema.reputation_events
    where rating is not null and event_type = 'rating_received' group by worker_id
  ) as r on r.worker_id = w.id
  left join (
    select worker_id, max(created_at) as active_at from :schema.transactions group by worker_id
  ) as x on x.worker_id = w.id;
  get diagnostics v_workers = row_count;
  insert into :schema.worker_days (worker_id, day, tasks, completed, late, disputed, finished, earned)
  select worker_id, day, tasks, completed, late, disputed, finished, earned from :schema.recomputed_worker_days;
  insert into :schema.worker_transactions (worker_id, tx_type, transactions, amount)
  select worker_id, tx_type, count(*), sum(amount)
  from :schema.transactions
  where worker_id is not null and status = 'completed' and asset = 'USDC'
  group by 1, 2;
  insert into :schema.transaction_days (day, asset, tx_type, status, transactions, amount, fees)
  select (created_at at time zone 'UTC')::date, asset, tx_type, status, count(*), sum(amount), sum(fee)
  from :schema.transactions
  group by 1, 2, 3, 4;
  insert into :schema.platform_workers (platform_id, worker_id, tasks, last_day)
  select platform_id, worker_id, count(*), (max(created_at) at time zone 'UTC')::date
  from :schema.tasks
  where worker_id is not null
  group by 1, 2;
  insert into :schema.platform_activity (platform_id, day, workers)
  select platform_id, last_day, count(*) from :schema.platform_workers group by 1, 2;
  insert into :schema.platform_statistics (platform_id, tasks, pending, active, completed, cancelled, abandoned, disputed,
    timed, seconds, payouts, payout_amount, fees, unique_workers)
  select p.id, coalesce(t.tasks, 0), coalesce(t.pending, 0), coalesce(t.active, 0), coalesce(t.completed, 0),
    coalesce(t.cancelled, 0), coalesce(t.abandoned, 0), coalesce(t.disputed, 0), coalesce(t.timed, 0),
    coalesce(t.seconds, 0), coalesce(x.payouts, 0), coalesce(x.amount, 0), coalesce(x.fees, 0), coalesce(u.workers, 0)
  from :schema.platforms p
  left join (
    select platform_id, count(*) as tasks, count(*) filter (where status = 'pending') as pending,
      count(*) filter (where status = 'active') as active, count(*) filter (where status = 'completed') as completed,
      count(*) filter (where status = 'cancelled') as cancelled,
      count(*) filter (where status = 'cancelled' and started_at is not null) as abandoned,
      count(*) filter (where status = 'disputed') as disputed,
      count(*) filter (where status = 'completed' and started_at is not null) as timed,
      sum(extract(epoch from completed_at - started_at)) filter (where status = 'completed') as seconds
    from :schema.tasks
    group by platform_id
  ) as t on t.platform_id = p.id
  left join (
    select platform_id, count(*) as payouts, sum(amount) as amount, sum(fee) as fees from :schema.transactions
    where tx_type = 'payout' and status = 'completed' and asset = 'USDC' group by platform_id
  ) as x on x.platform_id = p.id
  left join (
    select platform_id, count(*) as workers from :schema.platform_workers group by platform_id
  ) as u on u.platform_id = p.id;
  perform :schema.bring_statistics(null);
  return v_workers;
end
$$;
comment on function :schema.rebuild_statistics() is
  'Makes the statistics anew from tasks, transactions and ratings, and brings the columns of workers and platforms up to date; returns the number of workers. Writers wait meanwhile.';
`,
    },
    {
      path: "functions/record_action.sql",
      text: `create or replace function :schema.record_action(
  p_actor_type text, p_actor_id text, p_request_id text, p_action text, p_resource_type text, p_resource_id text,
  p_metadata jsonb, p_audiences text[] default '{}', p_before jsonb default null, p_after jsonb default null
) returns boolean
language sql volatile
set search_path = :schema, pg_temp
as $$
  insert into :schema.audit_logs (actor_type, actor_id, request_id, action, resource_type, resource_id, metadata,
    changes_before, changes_after)
  values (p_actor_type, p_actor_id, p_request_id, p_action, p_resource_type, p_resource_id, coalesce(p_metadata, '{}'),
    p_before, p_after);
  -- An event a reader: a worker and a platform may both see what happened to their task. The type is resource.action.
  insert into :schema.outbox (type, subject, audience, payload)
  select p_resource_type || '.' || p_action, p_resource_id, a.audience, coalesce(p_metadata, '{}')
  from unnest(case when cardinality(p_audiences) = 0 then array[null::text] else p_audiences end) as a(audience);
  select true;
$$;
comment on function :schema.record_action(text, text, text, text, text, text, jsonb, text[], jsonb, jsonb) is
  'Writes the audit entry of an action and an event for each of its audiences (none: administrators only); call it in the transaction of the action.';
`,
    },
    {
      path: "functions/refuse_event_change.sql",
      text: `create or replace function :schema.refuse_event_change() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  -- Only what a deletion of the worker or the task itself does to its events passes.
  if tg_op = 'DELETE' and not exists (select from :schema.workers where id = old.worker_id) then return old; end if;
  if tg_op = 'UPDATE' and new.task_id is null and old.task_id is not null
    and to_jsonb(new) - 'task_id' = to_jsonb(old) - 'task_id'
    and not exists (select from :schema.tasks where id = old.task_id) then return new; end if;
  raise exception 'reputation_events is append-only: % is refused.', lower(tg_op)
    using errcode = 'GH403', constraint = 'append_only', hint = 'Add an event that takes the other back.';
end
$$;
comment on function :schema.refuse_event_change() is
  'Row trigger of reputation_events: an event is never changed or taken away, so a replay always gives the score.';
`,
    },
    {
      path: "functions/risk_parts.sql",
      text: `create or replace function :schema.risk_parts(
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
`,
    },
    {
      path: "functions/stream_json.sql",
      text: `create or replace function :schema.stream_json(p_row :schema.streams) returns jsonb
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select to_jsonb(p_row) || jsonb_build_object(
    'total_amount', trim_scale(p_row.total_amount)::text,
    'funded_amount', trim_scale(p_row.funded_amount)::text,
    'released_amount', trim_scale(p_row.released_amount)::text,
    'remaining_amount', trim_scale(p_row.remaining_amount)::text
  );
$$;
comment on function :schema.stream_json(:schema.streams) is
  'The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.';
`,
    },
    {
      path: "functions/task_json.sql",
      text: `create or replace function :schema.task_json(p_row :schema.tasks) returns jsonb
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select to_jsonb(p_row) || jsonb_build_object(
    'amount', trim_scale(p_row.amount)::text,
    'escrowed_amount', trim_scale(p_row.escrowed_amount)::text,
    'paid_amount', trim_scale(p_row.paid_amount)::text
  );
$$;
comment on function :schema.task_json(:schema.tasks) is
  'The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.';
`,
    },
    {
      path: "functions/transaction_json.sql",
      text: `create or replace function :schema.transaction_json(p_row :schema.transactions) returns jsonb
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select to_jsonb(p_row) || jsonb_build_object(
    'amount', trim_scale(p_row.amount)::text,
    'fee', trim_scale(p_row.fee)::text
  );
$$;
comment on function :schema.transaction_json(:schema.transactions) is
  'The row as functions answer it: amounts as decimal text, since a JSON number would be read as a float.';
`,
    },
    {
      path: "functions/update_account_ages.sql",
      text: `create or replace function :schema.update_account_ages() returns bigint
language sql stable
set search_path = :schema, pg_temp
as $$
  select count(*) from :schema.workers w where :schema.account_age_days(w) >= 0;
$$;
comment on function :schema.update_account_ages() is
  'Kept for those who run it daily: ages are computed at every read and need no update. Returns how many workers have one.';
`,
    },
    {
      path: "functions/update_platform_statistics.sql",
      text: `create or replace function :schema.update_platform_statistics() returns trigger
language plpgsql
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each payout.
begin
  if tg_op = 'UPDATE' then
    insert into :schema.money_deltas
      (worker_id, platform_id, day, asset, tx_type, status, transactions, amount, fees)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status, sum(sign),
      sum(sign * amount), sum(sign * fee)
    from (
      select -1 as sign, o.* from old_transactions o
      union all
      select 1, n.* from new_transactions n
    ) as c
    group by 1, 2, 3, 4, 5, 6
    having sum(sign) <> 0 or sum(sign * amount) <> 0 or sum(sign * fee) <> 0;
  else
    insert into :schema.money_deltas
      (worker_id, platform_id, day, asset, tx_type, status, transactions, amount, fees)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status, -count(*),
      -sum(amount), -sum(fee)
    from old_transactions
    group by 1, 2, 3, 4, 5, 6;
  end if;
  return null;
end
$$;
comment on function :schema.update_platform_statistics() is
  'Statement trigger of updates and deletes of transactions: appends what they change in the payouts and fees of the platform, and in the sums of worker and day in the same row.';
`,
    },
    {
      path: "functions/update_reputation_score.sql",
      text: `create or replace function :schema.update_reputation_score() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_score integer;
begin
  -- The worker's row is locked: of two events at once the second begins from what the first has left.
  select reputation_score into v_score from :schema.workers where id = new.worker_id for no key update;
  if not found then return new; end if; -- the foreign key will say so
  new.previous_score := v_score;
  new.new_score := least(1000, greatest(0, v_score + new.requested_delta));
  new.delta := new.new_score - v_score;
  if new.delta <> 0 then
    update :schema.workers set reputation_score = new.new_score, updated_at = clock_timestamp() where id = new.worker_id;
  end if;
  return new;
end
$$;
comment on function :schema.update_reputation_score() is
  'Row trigger before an insert into reputation_events: applies the delta to the worker''s score, kept in 0 to 1000, and stores what was applied.';
`,
    },
    {
      path: "functions/update_stream_amounts.sql",
      text: `create or replace function :schema.update_stream_amounts() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  new.remaining_amount := new.total_amount - new.released_amount;
  if tg_op = 'UPDATE' and new.remaining_amount = 0 and old.status in ('active', 'paused', 'insolvent')
    and new.status <> 'cancelled' then
    new.status := 'completed';
    new.completed_at := coalesce(new.completed_at, clock_timestamp());
    new.next_release_at := null;
    new.paused_at := null;
  end if;
  return new;
end
$$;
comment on function :schema.update_stream_amounts() is
  'Row trigger of streams: remaining is total less released, and a stream of which all is released is completed.';
`,
    },
    {
      path: "functions/update_worker_last_active.sql",
      text: `create or replace function :schema.update_worker_last_active() returns trigger
language plpgsql
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each task.
begin
  -- A new row is activity, and is counted in the same delta: a second trigger would cost the hottest calls twice.
  -- A single row is the hot path: no grouping.
  if tg_table_name = 'tasks' then
    insert into :schema.work_deltas (worker_id, platform_id, created_day, completed_day, active_at, tasks, pending, active,
      completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date,
      case when status = 'completed' then (completed_at at time zone 'UTC')::date end,
      greatest(created_at, started_at, completed_at), 1, (status = 'pending')::integer, (status = 'active')::integer,
      (status = 'completed')::integer, (status = 'cancelled')::integer,
      (status = 'cancelled' and started_at is not null)::integer, (status = 'disputed')::integer, was_disputed::integer,
      (status = 'completed' and due_at is not null and completed_at > due_at)::integer,
      (status = 'completed' and started_at is not null)::integer,
      case when status = 'completed' then amount else 0 end, paid_amount,
      case when task_type = 'streaming' then paid_amount else 0 end,
      case when status = 'cancelled' then 0 else amount - paid_amount end,
      case when status = 'completed' and started_at is not null
        then extract(epoch from completed_at - started_at) else 0 end
    from new_tasks
    where (select count(*) from new_tasks) = 1;
    if not found then
      insert into :schema.work_deltas (worker_id, platform_id, created_day, completed_day, active_at, tasks, pending, active,
        completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)
      select worker_id, platform_id, (created_at at time zone 'UTC')::date,
        case when status = 'completed' then (completed_at at time zone 'UTC')::date end,
        max(greatest(created_at, started_at, completed_at)), count(*), count(*) filter (where status = 'pending'),
        count(*) filter (where status = 'active'), count(*) filter (where status = 'completed'),
        count(*) filter (where status = 'cancelled'),
        count(*) filter (where status = 'cancelled' and started_at is not null),
        count(*) filter (where status = 'disputed'), count(*) filter (where was_disputed),
        count(*) filter (where status = 'completed' and completed_at > due_at),
        count(*) filter (where status = 'completed' and started_at is not null),
        sum(case when status = 'completed' then amount else 0 end), sum(paid_amount),
        sum(case when task_type = 'streaming' then paid_amount else 0 end),
        sum(case when status = 'cancelled' then 0 else amount - paid_amount end),
        sum(case when status = 'completed' and started_at is not null
          then extract(epoch from completed_at - started_at) else 0 end)
      from new_tasks
      group by 1, 2, 3, 4;
    end if;
  else
    insert into :schema.money_deltas
      (worker_id, platform_id, day, asset, tx_type, status, active_at, transactions, amount, fees)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status, created_at, 1, amount, fee
    from new_transactions
    where (select count(*) from new_transactions) = 1;
    if not found then
      insert into :schema.money_deltas
        (worker_id, platform_id, day, asset, tx_type, status, active_at, transactions, amount, fees)
      select worker_id, platform_id, (created_at at time zone 'UTC')::date, asset, tx_type, status, max(created_at),
        count(*), sum(amount), sum(fee)
      from new_transactions
      group by 1, 2, 3, 4, 5, 6;
    end if;
  end if;
  return null;
end
$$;
comment on function :schema.update_worker_last_active() is
  'Statement trigger of inserts into tasks and transactions: appends that the worker was active, and what the new rows add to the statistics of worker, platform and day.';
`,
    },
    {
      path: "functions/update_worker_ratings.sql",
      text: `create or replace function :schema.update_worker_ratings() returns trigger
language plpgsql
as $$
-- There is no search_path setting: the one name below says its schema.
begin
  insert into :schema.work_deltas (worker_id, ratings, stars) values (new.worker_id, 1, new.rating);
  return null;
end
$$;
comment on function :schema.update_worker_ratings() is
  'Row trigger of reputation events with stars, so that all others cost nothing: appends the rating. Events are never changed, and go only with their worker.';
`,
    },
    {
      path: "functions/update_worker_statistics.sql",
      text: `create or replace function :schema.update_worker_statistics() returns trigger
language plpgsql
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each task.
begin
  if tg_op = 'UPDATE' then
    -- A single task that moves on is the hot path: one row of differences. A task with another worker or another day
    -- of completion needs two rows, and takes the long way.
    insert into :schema.work_deltas (worker_id, platform_id, created_day, completed_day, active_at, pending, active,
      completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)
    select n.worker_id, n.platform_id, (n.created_at at time zone 'UTC')::date,
      case when 'completed' in (n.status, o.status) then (coalesce(n.completed_at, o.completed_at) at time zone 'UTC')::date end,
      greatest(n.created_at, n.started_at, n.completed_at),
      (n.status = 'pending')::integer - (o.status = 'pending')::integer,
      (n.status = 'active')::integer - (o.status = 'active')::integer,
      (n.status = 'completed')::integer - (o.status = 'completed')::integer,
      (n.status = 'cancelled')::integer - (o.status = 'cancelled')::integer,
      (n.status = 'cancelled' and n.started_at is not null)::integer
        - (o.status = 'cancelled' and o.started_at is not null)::integer,
      (n.status = 'disputed')::integer - (o.status = 'disputed')::integer,
      n.was_disputed::integer - o.was_disputed::integer,
      (n.status = 'completed' and n.due_at is not null and n.completed_at > n.due_at)::integer
        - (o.status = 'completed' and o.due_at is not null and o.completed_at > o.due_at)::integer,
      (n.status = 'completed' and n.started_at is not null)::integer
        - (o.status = 'completed' and o.started_at is not null)::integer,
      case when n.status = 'completed' then n.amount else 0 end - case when o.status = 'completed' then o.amount else 0 end,
      n.paid_amount - o.paid_amount,
      case when n.task_type = 'streaming' then n.paid_amount else 0 end
        - case when o.task_type = 'streaming' then o.paid_amount else 0 end,
      case when n.status = 'cancelled' then 0 else n.amount - n.paid_amount end
        - case when o.status = 'cancelled' then 0 else o.amount - o.paid_amount end,
      case when n.status = 'completed' and n.started_at is not null
        then extract(epoch from (n.completed_at - n.started_at)) else 0 end
      - case when o.status = 'completed' and o.started_at is not null
        then extract(epoch from (o.completed_at - o.started_at)) else 0 end
    from new_tasks n
    cross join old_tasks o
    where (select count(*) from new_tasks) = 1
      and n.worker_id is not distinct from o.worker_id and n.platform_id = o.platform_id and n.created_at = o.created_at
      and (n.completed_at = o.completed_at or n.completed_at is null or o.completed_at is null)
      and (n.status, n.amount, n.paid_amount, n.was_disputed, n.completed_at, n.started_at, n.due_at, n.task_type)
        is distinct from
        (o.status, o.amount, o.paid_amount, o.was_disputed, o.completed_at, o.started_at, o.due_at, o.task_type);
    if found then return null; end if;
    insert into :schema.work_deltas (worker_id, platform_id, created_day, completed_day, active_at, tasks, pending, active,
      completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date,
      case when status = 'completed' then (completed_at at time zone 'UTC')::date end,
      max(greatest(created_at, started_at, completed_at)) filter (where sign = 1), sum(sign),
      sum(case when status = 'pending' then sign else 0 end), sum(case when status = 'active' then sign else 0 end),
      sum(case when status = 'completed' then sign else 0 end), sum(case when status = 'cancelled' then sign else 0 end),
      sum(case when status = 'cancelled' and started_at is not null then sign else 0 end),
      sum(case when status = 'disputed' then sign else 0 end), sum(case when was_disputed then sign else 0 end),
      sum(case when status = 'completed' and completed_at > due_at then sign else 0 end),
      sum(case when status = 'completed' and started_at is not null then sign else 0 end),
      sum(case when status = 'completed' then sign * amount else 0 end), sum(sign * paid_amount),
      sum(case when task_type = 'streaming' then sign * paid_amount else 0 end),
      sum(case when status = 'cancelled' then 0 else sign * (amount - paid_amount) end),
      sum(case when status = 'completed' and started_at is not null
        then sign * extract(epoch from completed_at - started_at) else 0 end)
    from (
      select -1 as sign, o.* from old_tasks o
      union all
      select 1, n.* from new_tasks n
    ) as c
    -- What no statistic looks at leaves no delta: both rows of such a task are left out by the same comparison.
    where c.id in (
      select n.id from new_tasks n join old_tasks o on o.id = n.id
      where (n.worker_id, n.platform_id, n.created_at, n.status, n.amount, n.paid_amount, n.was_disputed, n.completed_at,
        n.started_at, n.due_at, n.task_type) is distinct from (o.worker_id, o.platform_id, o.created_at, o.status, o.amount,
        o.paid_amount, o.was_disputed, o.completed_at, o.started_at, o.due_at, o.task_type)
    )
    group by 1, 2, 3, 4;
  else
    insert into :schema.work_deltas (worker_id, platform_id, created_day, completed_day, tasks, pending, active,
      completed, cancelled, abandoned, disputed, ever_disputed, late, timed, earned, paid, released, open_amount, seconds)
    select worker_id, platform_id, (created_at at time zone 'UTC')::date,
      case when status = 'completed' then (completed_at at time zone 'UTC')::date end,
      -count(*), -count(*) filter (where status = 'pending'),
      -count(*) filter (where status = 'active'), -count(*) filter (where status = 'completed'),
      -count(*) filter (where status = 'cancelled'),
      -count(*) filter (where status = 'cancelled' and started_at is not null),
      -count(*) filter (where status = 'disputed'), -count(*) filter (where was_disputed),
      -count(*) filter (where status = 'completed' and completed_at > due_at),
      -count(*) filter (where status = 'completed' and started_at is not null),
      -sum(case when status = 'completed' then amount else 0 end), -sum(paid_amount),
      -sum(case when task_type = 'streaming' then paid_amount else 0 end),
      -sum(case when status = 'cancelled' then 0 else amount - paid_amount end),
      -sum(case when status = 'completed' and started_at is not null
        then extract(epoch from completed_at - started_at) else 0 end)
    from old_tasks
    group by 1, 2, 3, 4;
  end if;
  return null;
end
$$;
comment on function :schema.update_worker_statistics() is
  'Statement trigger of updates and deletes of tasks: appends what they change in the statistics of the worker, and of the platform in the same row.';
`,
    },
    {
      path: "functions/withhold_repayment.sql",
      text: `create or replace function :schema.withhold_repayment(
  p_worker text, p_task text, p_paid numeric, p_key text, p_wide boolean default false
) returns numeric
language sql volatile
set search_path = :schema, pg_temp
as $$
  select 0::numeric;
$$;
comment on function :schema.withhold_repayment(text, text, numeric, text, boolean) is
  'Takes the instalment of an open advance out of what a worker was just paid; returns how much.';
`,
    },
    {
      path: "migrations/0001_create_parties.down.sql",
      text: `drop table :schema.platforms;
drop table :schema.workers;
drop domain :schema.usdc;
`,
    },
    {
      path: "migrations/0001_create_parties.up.sql",
      text: `create domain :schema.usdc as numeric
  constraint usdc_check check (value > '-1e14' and value < 1e14 and value = round(value, 6));
comment on domain :schema.usdc is 'An amount of USDC: exact, six decimals at most, never NaN or infinite.';

create table :schema.workers (
  id text not null default :schema.new_id('wrk'),
  name text not null,
  email text not null,
  wallet_id text,
  wallet_address text,
  status text not null default 'active',
  reputation_score integer not null default 500,
  total_tasks bigint not null default 0,
  total_earned :schema.usdc not null default 0,
  completion_rate numeric(5, 2) not null default 0,
  average_rating numeric(3, 2) not null default 0,
  dispute_rate numeric(5, 2) not null default 0,
  last_active_at timestamptz(3) not null default clock_timestamp(),
  metadata jsonb not null default '{}',
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint workers_pkey primary key (id),
  constraint workers_email_key unique (email),
  constraint workers_wallet_id_key unique (wallet_id),
  constraint workers_wallet_address_key unique (wallet_address),
  constraint workers_account_fkey foreign key (id, email)
    references :schema.accounts (id, login) on update cascade on delete cascade,
  constraint workers_name_check check (length(name) between 1 and 100),
  constraint workers_wallet_address_check check (wallet_address ~ '^0x[0-9a-f]{40}$'),
  constraint workers_status_check check (status in ('active', 'suspended', 'closed')),
  constraint workers_reputation_score_check check (reputation_score between 0 and 1000),
  constraint workers_rates_check check (
    completion_rate between 0 and 100 and dispute_rate between 0 and 100 and average_rating between 0 and 5
  ),
  constraint workers_metadata_check check (jsonb_typeof(metadata) = 'object')
) with (fillfactor = 70);
create index workers_created_at_idx on :schema.workers (created_at desc, id desc);
create index workers_reputation_score_idx on :schema.workers (reputation_score desc, id desc);
comment on table :schema.workers is
  'People who do tasks and are paid. Password and keys are in accounts under the same id. The statistics are brought up to date each second; worker_profiles shows them as of the moment.';
comment on column :schema.workers.wallet_id is 'Id of the wallet at the payment provider; null without one.';
comment on column :schema.workers.wallet_address is 'Lower case, 0x and 40 hexadecimal digits; null: paid into the balance only.';
comment on column :schema.workers.reputation_score is '0 to 1000, starts at 500; changed by reputation events only.';
comment on column :schema.workers.total_tasks is 'Completed tasks.';
comment on column :schema.workers.total_earned is 'Sum of the amounts of completed tasks, before fees.';
comment on column :schema.workers.completion_rate is 'Percent: completed of those that were completed, cancelled after they began, or disputed.';
comment on column :schema.workers.average_rating is 'Mean of the ratings by platforms, 0 without one.';
comment on column :schema.workers.dispute_rate is 'Percent of the worker''s tasks that were ever disputed.';

create table :schema.platforms (
  id text not null default :schema.new_id('plt'),
  name text not null,
  contact_email text not null,
  webhook_url text,
  webhook_secret bytea,
  wallet_address text,
  fee_bps integer not null default 200,
  total_payouts :schema.usdc not null default 0,
  total_tasks bigint not null default 0,
  active_workers bigint not null default 0,
  is_active boolean not null default true,
  metadata jsonb not null default '{}',
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint platforms_pkey primary key (id),
  constraint platforms_contact_email_key unique (contact_email),
  constraint platforms_wallet_address_key unique (wallet_address),
  constraint platforms_account_fkey foreign key (id, contact_email)
    references :schema.accounts (id, login) on update cascade on delete cascade,
  constraint platforms_name_check check (length(name) between 1 and 100),
  constraint platforms_webhook_url_check check (webhook_url ~ '^https://[^\\s]+$' and length(webhook_url) <= 2048),
  constraint platforms_webhook_secret_check check (octet_length(webhook_secret) between 24 and 64),
  constraint platforms_wallet_address_check check (wallet_address ~ '^0x[0-9a-f]{40}$'),
  constraint platforms_fee_bps_check check (fee_bps between 0 and 10000),
  constraint platforms_metadata_check check (jsonb_typeof(metadata) = 'object')
) with (fillfactor = 70);
create index platforms_created_at_idx on :schema.platforms (created_at desc, id desc);
comment on table :schema.platforms is
  'Those who post tasks and pay for them. API keys are kept as hashes only, in api_keys under the same account.';
comment on column :schema.platforms.webhook_url is 'Where the platform wants to hear of its tasks; null: nowhere.';
comment on column :schema.platforms.webhook_secret is
  'Signs what the platform sends us (HMAC-SHA-256); null: it sends nothing. Never shown again after it was made.';
comment on column :schema.platforms.wallet_address is 'Lower case; null without one.';
comment on column :schema.platforms.fee_bps is 'Our fee on each payout, hundredths of a percent of it, taken from the worker''s amount.';
comment on column :schema.platforms.total_payouts is 'Sum of completed payouts, fees included.';
comment on column :schema.platforms.total_tasks is 'Tasks ever posted.';
comment on column :schema.platforms.active_workers is 'Workers with a task of this platform in the last 30 days.';
`,
    },
    {
      path: "migrations/0002_create_work.down.sql",
      text: `drop table :schema.streams;
drop table :schema.tasks;
`,
    },
    {
      path: "migrations/0002_create_work.up.sql",
      text: `create table :schema.tasks (
  id text not null default :schema.new_id('tsk'),
  platform_id text not null,
  worker_id text,
  external_id text,
  task_type text not null default 'fixed',
  amount :schema.usdc not null,
  status text not null default 'pending',
  title text,
  description text,
  metadata jsonb not null default '{}',
  verification_data jsonb,
  completion_proof text,
  verification_status text not null default 'pending',
  verified_by text,
  worker_rating smallint,
  platform_rating smallint,
  escrowed_amount :schema.usdc not null default 0,
  paid_amount :schema.usdc not null default 0,
  was_disputed boolean not null default false,
  scheduled_at timestamptz(3),
  due_at timestamptz(3),
  hold_until timestamptz(3),
  started_at timestamptz(3),
  completed_at timestamptz(3),
  cancelled_at timestamptz(3),
  disputed_at timestamptz(3),
  paid_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint tasks_pkey primary key (id),
  constraint tasks_external_id_key unique (platform_id, external_id),
  constraint tasks_platform_id_fkey foreign key (platform_id) references :schema.platforms (id) on delete cascade,
  constraint tasks_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint tasks_task_type_check check (task_type in ('fixed', 'streaming')),
  constraint tasks_amount_check check (amount > 0),
  constraint tasks_status_check check (status in ('pending', 'active', 'completed', 'cancelled', 'disputed')),
  constraint tasks_verification_check check (
    verification_status in ('pending', 'approved', 'flagged', 'rejected') and verified_by in ('auto', 'manual')
  ),
  constraint tasks_ratings_check check (worker_rating between 1 and 5 and platform_rating between 1 and 5),
  constraint tasks_money_check check (
    escrowed_amount between 0 and amount and paid_amount between 0 and amount and escrowed_amount + paid_amount <= amount
  ),
  constraint tasks_worker_check check (worker_id is not null or status in ('pending', 'cancelled')),
  constraint tasks_times_check check (
    (status <> 'completed' or completed_at is not null) and (status <> 'cancelled' or cancelled_at is not null)
    and completed_at >= started_at
  ),
  constraint tasks_metadata_check check (jsonb_typeof(metadata) = 'object'),
  constraint tasks_texts_check check (
    length(title) <= 500 and length(description) <= 10000 and length(completion_proof) <= 2000 and length(external_id) <= 200
  )
) with (fillfactor = 80);
create index tasks_platform_id_idx on :schema.tasks (platform_id, created_at desc, id desc);
create index tasks_worker_id_idx on :schema.tasks (worker_id, created_at desc, id desc);
create index tasks_open_idx on :schema.tasks (status, created_at desc, id desc) where status in ('pending', 'active', 'disputed');
create index tasks_hold_until_idx on :schema.tasks (hold_until)
  where status = 'completed' and hold_until is not null and escrowed_amount > 0;
comment on table :schema.tasks is
  'Work that a platform posts and pays for. The amount lies in escrow from the moment it is posted until it is paid or given back.';
comment on column :schema.tasks.worker_id is 'Null while nobody has taken it.';
comment on column :schema.tasks.external_id is 'The platform''s own id for it; posting it again gives the first task. Null without one.';
comment on column :schema.tasks.status is
  'pending (posted), active (begun), completed, cancelled, disputed; guarded by guard_task_status.';
comment on column :schema.tasks.verification_data is 'What the worker handed in: photos, places, minutes; null before.';
comment on column :schema.tasks.verified_by is 'auto or manual; null before a verdict.';
comment on column :schema.tasks.worker_rating is 'Stars the platform gave the worker; null before.';
comment on column :schema.tasks.platform_rating is 'Stars the worker gave the platform; null before.';
comment on column :schema.tasks.escrowed_amount is 'What of the amount still lies in escrow.';
comment on column :schema.tasks.title is 'Null without one.';
comment on column :schema.tasks.description is 'Null without one.';
comment on column :schema.tasks.completion_proof is 'Hash or address of what proves it; null without one.';
comment on column :schema.tasks.scheduled_at is 'When it is meant to begin; null: at any time.';
comment on column :schema.tasks.due_at is 'Completed later than this it is late; null: never.';
comment on column :schema.tasks.started_at is 'Null while it has not begun.';
comment on column :schema.tasks.completed_at is 'Null while it is not completed.';
comment on column :schema.tasks.cancelled_at is 'Null unless cancelled.';
comment on column :schema.tasks.disputed_at is 'When it was disputed last; null: never.';
comment on column :schema.tasks.paid_at is 'When all of it was paid; null before.';
comment on column :schema.tasks.hold_until is 'Not paid before this moment; null: as soon as it is completed.';

create table :schema.streams (
  id text not null default :schema.new_id('str'),
  task_id text not null,
  platform_id text not null,
  worker_id text not null,
  contract_address text,
  start_time timestamptz not null,
  end_time timestamptz not null,
  total_amount :schema.usdc not null,
  funded_amount :schema.usdc not null default 0,
  released_amount :schema.usdc not null default 0,
  remaining_amount :schema.usdc not null default 0,
  release_interval integer not null,
  next_release_at timestamptz,
  status text not null default 'active',
  paused_at timestamptz,
  paused_for interval not null default '0',
  last_released_at timestamptz,
  completed_at timestamptz(3),
  cancelled_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint streams_pkey primary key (id),
  constraint streams_task_id_fkey foreign key (task_id) references :schema.tasks (id) on delete cascade,
  constraint streams_platform_id_fkey foreign key (platform_id) references :schema.platforms (id) on delete cascade,
  constraint streams_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint streams_total_amount_check check (total_amount > 0),
  constraint streams_amounts_check check (
    released_amount between 0 and funded_amount and funded_amount <= total_amount
    and remaining_amount = total_amount - released_amount
  ),
  constraint streams_duration_check check (
    end_time > start_time and end_time - start_time <= paused_for + interval '30 days'
  ),
  constraint streams_release_interval_check check (
    release_interval >= 60 and release_interval <= extract(epoch from end_time - start_time)
  ),
  constraint streams_status_check check (status in ('active', 'paused', 'insolvent', 'completed', 'cancelled')),
  constraint streams_state_check check (
    (status = 'paused') = (paused_at is not null) and (status = 'active') = (next_release_at is not null)
    and (status <> 'completed' or released_amount = total_amount)
  )
) with (fillfactor = 70);
create index streams_task_id_idx on :schema.streams (task_id);
create index streams_worker_id_idx on :schema.streams (worker_id, created_at desc, id desc);
create index streams_platform_id_idx on :schema.streams (platform_id, created_at desc, id desc);
create index streams_due_idx on :schema.streams (next_release_at, id) where status = 'active';
create index streams_live_idx on :schema.streams (end_time) where status in ('active', 'paused', 'insolvent');
comment on table :schema.streams is
  'Pay that accrues by the second over a time. What is released is in the worker''s balance; what is funded and not released lies in escrow.';
comment on column :schema.streams.contract_address is 'Of a contract that mirrors the stream; null without one.';
comment on column :schema.streams.end_time is 'When all has accrued; moved by each pause, for paused time earns nothing.';
comment on column :schema.streams.funded_amount is 'What lies or lay in escrow for it; below the total it will run out, and stops there.';
comment on column :schema.streams.next_release_at is 'When the next release is due; null unless active.';
comment on column :schema.streams.status is
  'active, paused, insolvent (all that was funded is released), completed, cancelled; guarded by guard_stream_status.';
comment on column :schema.streams.paused_at is 'Since when it is paused; null unless it is.';
comment on column :schema.streams.paused_for is 'Length of all pauses that are over.';
comment on column :schema.streams.last_released_at is 'Null before the first release.';
comment on column :schema.streams.completed_at is 'Null unless completed.';
comment on column :schema.streams.cancelled_at is 'Null unless cancelled.';
`,
    },
    {
      path: "migrations/0003_create_money.down.sql",
      text: `drop table :schema.transactions;
drop table :schema.loans;
`,
    },
    {
      path: "migrations/0003_create_money.up.sql",
      text: `create table :schema.loans (
  id text not null default :schema.new_id('lon'),
  worker_id text not null,
  amount :schema.usdc not null,
  fee :schema.usdc not null,
  fee_bps integer not null,
  total_due :schema.usdc not null,
  amount_repaid :schema.usdc not null default 0,
  status text not null default 'pending',
  risk_score integer not null,
  predicted_earnings :schema.usdc not null,
  installments integer not null default 5,
  installments_paid integer not null default 0,
  contract_address text,
  disbursed_at timestamptz(3),
  repayment_due timestamptz(3) not null,
  repaid_at timestamptz(3),
  defaulted_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint loans_pkey primary key (id),
  constraint loans_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint loans_amount_check check (amount > 0 and amount <= 500),
  constraint loans_fee_check check (fee >= 0 and fee_bps between 0 and 10000 and total_due = amount + fee),
  constraint loans_repaid_check check (amount_repaid between 0 and total_due),
  constraint loans_status_check check (
    status in ('pending', 'approved', 'disbursed', 'repaying', 'repaid', 'defaulted', 'cancelled')
  ),
  constraint loans_state_check check (
    (status <> 'repaid' or (amount_repaid = total_due and repaid_at is not null))
    and (status <> 'defaulted' or defaulted_at is not null)
    and (disbursed_at is not null) = (status in ('disbursed', 'repaying', 'repaid', 'defaulted'))
  ),
  constraint loans_risk_score_check check (risk_score between 0 and 1000),
  constraint loans_installments_check check (installments between 1 and 60 and installments_paid >= 0)
) with (fillfactor = 80);
create unique index loans_open_key on :schema.loans (worker_id)
  where status in ('pending', 'approved', 'disbursed', 'repaying');
create index loans_worker_id_idx on :schema.loans (worker_id, created_at desc, id desc);
create index loans_due_idx on :schema.loans (repayment_due) where status in ('disbursed', 'repaying');
comment on table :schema.loans is
  'Advances on later tasks, repaid from them: a part is withheld from each payout until all that is due is repaid.';
comment on column :schema.loans.fee_bps is 'Fee in hundredths of a percent of the amount.';
comment on column :schema.loans.status is
  'pending, approved, disbursed (nothing repaid yet), repaying, repaid, defaulted (still repayable), cancelled; guarded by guard_loan_status.';
comment on column :schema.loans.installments is 'Payouts over which it is repaid, an equal part from each.';
comment on column :schema.loans.contract_address is 'Of a contract that mirrors it; null without one.';
comment on column :schema.loans.disbursed_at is 'Null before it was paid out.';
comment on column :schema.loans.repaid_at is 'Null unless repaid.';
comment on column :schema.loans.defaulted_at is 'When it was not repaid in time; null: it was, or is not due.';

create table :schema.transactions (
  id text not null default :schema.new_id('txn'),
  worker_id text,
  platform_id text,
  task_id text,
  stream_id text,
  loan_id text,
  asset text not null default 'USDC',
  tx_hash text,
  log_index integer not null default 0,
  tx_type text not null,
  amount numeric not null,
  fee numeric not null default 0,
  status text not null default 'pending',
  from_address text,
  to_address text,
  rail text not null default 'ledger',
  rail_reference text,
  block_number bigint,
  blockchain_confirmations integer not null default 0,
  attempts integer not null default 0,
  ledger_transfer_id bigint,
  error_message text,
  metadata jsonb not null default '{}',
  submitted_at timestamptz(3),
  processed_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint transactions_pkey primary key (id),
  constraint transactions_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint transactions_platform_id_fkey foreign key (platform_id) references :schema.platforms (id) on delete cascade,
  constraint transactions_task_id_fkey foreign key (task_id) references :schema.tasks (id) on delete set null,
  constraint transactions_stream_id_fkey foreign key (stream_id) references :schema.streams (id) on delete set null,
  constraint transactions_loan_id_fkey foreign key (loan_id) references :schema.loans (id) on delete set null,
  constraint transactions_rail_reference_key unique (rail, rail_reference),
  constraint transactions_tx_hash_check check (tx_hash ~ '^0x[0-9a-f]{64}$' and log_index >= 0),
  constraint transactions_tx_type_check check (
    tx_type in ('payout', 'advance', 'repayment', 'fee', 'refund', 'deposit', 'withdrawal', 'transfer')
  ),
  constraint transactions_amount_check check (amount > 0 and amount < 1e60 and fee >= 0 and fee <= amount),
  constraint transactions_usdc_check check (asset <> 'USDC' or (amount = round(amount, 6) and fee = round(fee, 6))),
  constraint transactions_status_check check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  constraint transactions_state_check check (status <> 'completed' or processed_at is not null),
  constraint transactions_confirmations_check check (blockchain_confirmations >= 0 and attempts >= 0),
  constraint transactions_metadata_check check (jsonb_typeof(metadata) = 'object')
) with (fillfactor = 90);
create unique index transactions_tx_hash_key on :schema.transactions (tx_hash, log_index) where tx_hash is not null;
create unique index transactions_payout_key on :schema.transactions (task_id, worker_id)
  where tx_type = 'payout' and stream_id is null and status in ('pending', 'processing', 'completed');
create index transactions_worker_id_idx on :schema.transactions (worker_id, created_at desc, id desc);
create index transactions_platform_id_idx on :schema.transactions (platform_id, created_at desc, id desc);
create index transactions_stream_id_idx on :schema.transactions (stream_id) where stream_id is not null;
create index transactions_loan_id_idx on :schema.transactions (loan_id) where loan_id is not null;
create index transactions_created_at_idx on :schema.transactions (created_at desc, id desc);
create index transactions_unsettled_idx on :schema.transactions (status, updated_at) where status in ('pending', 'processing');
comment on table :schema.transactions is
  'Every movement of money with its business meaning; the ledger holds the entries. A payout exists once for a task and worker, whatever is retried.';
comment on column :schema.transactions.worker_id is 'Who is paid or pays; null for movements of a platform only.';
comment on column :schema.transactions.asset is 'USDC, or the token of a transfer that was seen elsewhere.';
comment on column :schema.transactions.amount is 'What is moved, the fee included; in whole units of the asset.';
comment on column :schema.transactions.fee is 'What of the amount is kept as our fee.';
comment on column :schema.transactions.status is
  'pending, processing (handed to the rail), completed, failed, cancelled; guarded by guard_transaction_status.';
comment on column :schema.transactions.rail is 'How it is settled: ledger (in our own books, at once) or the name of a payment rail.';
comment on column :schema.transactions.platform_id is 'Platform that pays or is paid; null when none is part of it.';
comment on column :schema.transactions.task_id is 'Null when it is about no task.';
comment on column :schema.transactions.stream_id is 'Null when it is about no stream.';
comment on column :schema.transactions.loan_id is 'Null when it is about no loan.';
comment on column :schema.transactions.tx_hash is 'Of the chain''s transaction; null when there is none.';
comment on column :schema.transactions.from_address is 'Null inside our books.';
comment on column :schema.transactions.to_address is 'Null inside our books.';
comment on column :schema.transactions.block_number is 'Null when it is on no chain.';
comment on column :schema.transactions.error_message is 'Why it failed last; null when it did not.';
comment on column :schema.transactions.submitted_at is 'When it was handed to the rail; null when it was not.';
comment on column :schema.transactions.processed_at is 'When it was completed or failed for good; null before.';
comment on column :schema.transactions.rail_reference is 'The rail''s own id; null before it is known.';
comment on column :schema.transactions.ledger_transfer_id is 'Main entry in the ledger; null when it never touched our books.';
`,
    },
    {
      path: "migrations/0004_create_reputation.down.sql",
      text: `drop table :schema.audit_logs;
drop table :schema.reputation_events;
`,
    },
    {
      path: "migrations/0004_create_reputation.up.sql",
      text: `create table :schema.reputation_events (
  id text not null default :schema.new_id('rep'),
  seq bigint generated always as identity,
  worker_id text not null,
  task_id text,
  event_type text not null,
  requested_delta integer not null,
  delta integer not null,
  previous_score integer not null,
  new_score integer not null,
  rating smallint,
  reason text not null,
  related_id text,
  metadata jsonb not null default '{}',
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint reputation_events_pkey primary key (id),
  constraint reputation_events_seq_key unique (worker_id, seq),
  constraint reputation_events_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade,
  constraint reputation_events_task_id_fkey foreign key (task_id) references :schema.tasks (id) on delete set null,
  constraint reputation_events_event_type_check check (event_type in ('task_completed', 'task_late', 'dispute_filed',
    'dispute_resolved', 'rating_received', 'bonus', 'penalty', 'manual_adjustment')),
  constraint reputation_events_delta_check check (
    previous_score between 0 and 1000 and new_score between 0 and 1000 and new_score = previous_score + delta
  ),
  constraint reputation_events_rating_check check (rating between 1 and 5),
  constraint reputation_events_reason_check check (length(reason) between 1 and 1000)
);
create index reputation_events_worker_id_idx on :schema.reputation_events (worker_id, created_at desc, id desc);
create unique index reputation_events_once_key on :schema.reputation_events (task_id, worker_id, event_type)
  where task_id is not null and event_type in ('task_completed', 'task_late', 'rating_received');
comment on table :schema.reputation_events is
  'Everything that ever changed a score, in the order of seq. Rows are only added; replaying them gives the score.';
comment on column :schema.reputation_events.requested_delta is 'What was asked for.';
comment on column :schema.reputation_events.delta is 'What was applied: scores stay from 0 to 1000.';
comment on column :schema.reputation_events.task_id is 'Null when it is about no task.';
comment on column :schema.reputation_events.rating is 'Stars, for a rating; else null.';
comment on column :schema.reputation_events.related_id is 'Id of what caused it outside of the tasks; null when nothing did.';

create table :schema.audit_logs (
  id text not null default :schema.new_id('aud'),
  actor_id text,
  actor_type text not null,
  action text not null,
  resource_type text not null,
  resource_id text,
  success boolean not null default true,
  error_message text,
  changes_before jsonb,
  changes_after jsonb,
  metadata jsonb not null default '{}',
  ip_address inet,
  user_agent text,
  request_id text,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint audit_logs_pkey primary key (id),
  constraint audit_logs_actor_type_check check (actor_type ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint audit_logs_actor_check check (actor_id is not null or actor_type in ('system', 'anonymous')),
  constraint audit_logs_texts_check check (length(action) between 1 and 100 and length(resource_type) between 1 and 50)
);
create index audit_logs_created_at_idx on :schema.audit_logs (created_at desc, id desc);
create index audit_logs_actor_id_idx on :schema.audit_logs (actor_id, created_at desc, id desc);
create index audit_logs_resource_id_idx on :schema.audit_logs (resource_id, created_at desc, id desc);
comment on table :schema.audit_logs is
  'Who did what in the business of the platform, actors of any kind. No foreign keys: an entry outlives what it tells of. Rows are only added.';
comment on column :schema.audit_logs.actor_id is 'Account that acted; null for the system and for callers without an account.';
comment on column :schema.audit_logs.ip_address is 'Null when no request caused it.';
comment on column :schema.audit_logs.resource_id is 'Null when it is about no single thing.';
comment on column :schema.audit_logs.error_message is 'Null when the action succeeded.';
comment on column :schema.audit_logs.changes_before is 'Values before; null when none were changed.';
comment on column :schema.audit_logs.changes_after is 'Values after; null when none were changed.';
comment on column :schema.audit_logs.user_agent is 'Null when no request caused it.';
comment on column :schema.audit_logs.request_id is 'Null when no request caused it.';
revoke update, delete, truncate on :schema.audit_logs from current_user;
`,
    },
    {
      path: "migrations/0005_create_statistics.down.sql",
      text: `drop table :schema.transaction_days, :schema.platform_activity, :schema.platform_workers, :schema.platform_statistics,
  :schema.worker_transactions, :schema.worker_days, :schema.worker_statistics, :schema.money_deltas, :schema.work_deltas;
`,
    },
    {
      path: "migrations/0005_create_statistics.up.sql",
      text: `create table :schema.work_deltas (
  id bigint generated always as identity,
  worker_id text,
  platform_id text,
  created_day date,
  completed_day date,
  active_at timestamptz,
  tasks integer not null default 0,
  pending integer not null default 0,
  active integer not null default 0,
  completed integer not null default 0,
  cancelled integer not null default 0,
  abandoned integer not null default 0,
  disputed integer not null default 0,
  ever_disputed integer not null default 0,
  late integer not null default 0,
  timed integer not null default 0,
  ratings integer not null default 0,
  stars integer not null default 0,
  earned numeric not null default 0,
  paid numeric not null default 0,
  released numeric not null default 0,
  open_amount numeric not null default 0,
  seconds numeric not null default 0,
  constraint work_deltas_pkey primary key (id)
);
create index work_deltas_worker_id_idx on :schema.work_deltas (worker_id);
create index work_deltas_platform_id_idx on :schema.work_deltas (platform_id);
comment on table :schema.work_deltas is
  'What each statement on tasks, and each rating, added or took away; folded into the statistics every second, so that no writer waits for another.';
comment on column :schema.work_deltas.worker_id is 'Null for tasks nobody has taken.';
comment on column :schema.work_deltas.platform_id is 'Null for ratings.';
comment on column :schema.work_deltas.created_day is 'UTC day the tasks were posted; null for ratings.';
comment on column :schema.work_deltas.completed_day is 'UTC day on which earned was earned; null when nothing was.';
comment on column :schema.work_deltas.active_at is 'What the worker did last, as far as these tasks tell; null for what was taken away.';

create table :schema.money_deltas (
  id bigint generated always as identity,
  worker_id text,
  platform_id text,
  day date not null,
  asset text not null,
  tx_type text not null,
  status text not null,
  active_at timestamptz,
  transactions integer not null,
  amount numeric not null,
  fees numeric not null,
  constraint money_deltas_pkey primary key (id)
);
create index money_deltas_worker_id_idx on :schema.money_deltas (worker_id);
create index money_deltas_platform_id_idx on :schema.money_deltas (platform_id);
create index money_deltas_day_idx on :schema.money_deltas (day);
comment on table :schema.money_deltas is
  'What each statement on transactions added or took away; folded into the statistics every second.';
comment on column :schema.money_deltas.worker_id is 'Null for movements of a platform only.';
comment on column :schema.money_deltas.platform_id is 'Null when none is part of it.';
comment on column :schema.money_deltas.active_at is 'When the transactions were made; null for what was changed or taken away.';

create table :schema.worker_statistics (
  worker_id text not null,
  tasks bigint not null,
  pending bigint not null,
  active bigint not null,
  completed bigint not null,
  cancelled bigint not null,
  abandoned bigint not null,
  disputed bigint not null,
  ever_disputed bigint not null,
  ratings bigint not null,
  stars bigint not null,
  earned numeric not null,
  paid numeric not null,
  released numeric not null,
  open_amount numeric not null,
  last_active_at timestamptz,
  is_stale boolean not null default true,
  constraint worker_statistics_pkey primary key (worker_id),
  constraint worker_statistics_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade
);
create index worker_statistics_stale_idx on :schema.worker_statistics (worker_id) where is_stale;
comment on table :schema.worker_statistics is 'Folded statistics of a worker. Read the view worker_totals instead.';
comment on column :schema.worker_statistics.last_active_at is 'Null when nothing tells.';
comment on column :schema.worker_statistics.is_stale is 'The columns of workers are not brought up to date yet.';

create table :schema.worker_days (
  worker_id text not null,
  day date not null,
  tasks bigint not null,
  completed bigint not null,
  late bigint not null,
  disputed bigint not null,
  finished bigint not null,
  earned numeric not null,
  constraint worker_days_pkey primary key (worker_id, day),
  constraint worker_days_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade
);
comment on table :schema.worker_days is
  'Folded work by worker and UTC day: tasks, completed, late and disputed are of the day they were posted; finished and earned of the day they were completed. Read the view daily_work instead.';

create table :schema.worker_transactions (
  worker_id text not null,
  tx_type text not null,
  transactions bigint not null,
  amount numeric not null,
  constraint worker_transactions_pkey primary key (worker_id, tx_type),
  constraint worker_transactions_worker_id_fkey foreign key (worker_id) references :schema.workers (id) on delete cascade
);
comment on table :schema.worker_transactions is 'Folded completed transactions in USDC by worker and type.';

create table :schema.platform_statistics (
  platform_id text not null,
  tasks bigint not null,
  pending bigint not null,
  active bigint not null,
  completed bigint not null,
  cancelled bigint not null,
  abandoned bigint not null,
  disputed bigint not null,
  timed bigint not null,
  seconds numeric not null,
  payouts bigint not null,
  payout_amount numeric not null,
  fees numeric not null,
  unique_workers bigint not null,
  brought_on date not null default '-infinity',
  constraint platform_statistics_pkey primary key (platform_id),
  constraint platform_statistics_platform_id_fkey foreign key (platform_id)
    references :schema.platforms (id) on delete cascade
);
create index platform_statistics_brought_on_idx on :schema.platform_statistics (brought_on);
comment on table :schema.platform_statistics is 'Folded statistics of a platform. Read the view platform_totals instead.';
comment on column :schema.platform_statistics.brought_on is
  'UTC day on which the columns of platforms were brought up to date last; -infinity when something changed since.';

create table :schema.platform_workers (
  platform_id text not null,
  worker_id text not null,
  tasks bigint not null,
  last_day date not null,
  constraint platform_workers_pkey primary key (platform_id, worker_id),
  constraint platform_workers_platform_id_fkey foreign key (platform_id)
    references :schema.platforms (id) on delete cascade
);
comment on table :schema.platform_workers is
  'Folded tasks by platform and worker, and the UTC day of the newest. No key to workers: the deltas of a deleted worker''s tasks take its rows away.';

create table :schema.platform_activity (
  platform_id text not null,
  day date not null,
  workers bigint not null,
  constraint platform_activity_pkey primary key (platform_id, day),
  constraint platform_activity_platform_id_fkey foreign key (platform_id)
    references :schema.platforms (id) on delete cascade
);
comment on table :schema.platform_activity is
  'How many workers had their newest task of the platform on that UTC day: the last 30 rows are those active in 30 days.';

create table :schema.transaction_days (
  day date not null,
  asset text not null,
  tx_type text not null,
  status text not null,
  transactions bigint not null,
  amount numeric not null,
  fees numeric not null,
  constraint transaction_days_pkey primary key (day, asset, tx_type, status)
);
comment on table :schema.transaction_days is
  'Folded transactions by UTC day, asset, type and status. Read the view daily_transaction_summary instead.';
`,
    },
    {
      path: "triggers/audit_logs_append_only.sql",
      text: `create or replace trigger audit_logs_append_only
before update or delete or truncate on :schema.audit_logs
for each statement execute function :schema.refuse_change();
`,
    },
    {
      path: "triggers/loans_guard_status.sql",
      text: `create or replace trigger loans_guard_status
before update of status on :schema.loans
for each row when (old.status is distinct from new.status) execute function :schema.guard_status();
`,
    },
    {
      path: "triggers/reputation_events_append_only.sql",
      text: `create or replace trigger reputation_events_append_only
before update or delete on :schema.reputation_events
for each row execute function :schema.refuse_event_change();
`,
    },
    {
      path: "triggers/reputation_events_ratings.sql",
      text: `create or replace trigger reputation_events_ratings
after insert on :schema.reputation_events
for each row when (new.rating is not null and new.event_type = 'rating_received')
execute function :schema.update_worker_ratings();
`,
    },
    {
      path: "triggers/reputation_events_update_score.sql",
      text: `create or replace trigger reputation_events_update_score
before insert on :schema.reputation_events
for each row execute function :schema.update_reputation_score();
`,
    },
    {
      path: "triggers/streams_amounts.sql",
      text: `create or replace trigger streams_amounts
before insert or update on :schema.streams
for each row execute function :schema.update_stream_amounts();
`,
    },
    {
      path: "triggers/streams_guard_status.sql",
      text: `create or replace trigger streams_guard_status
before update of status on :schema.streams
for each row when (old.status is distinct from new.status) execute function :schema.guard_status();
`,
    },
    {
      path: "triggers/tasks_guard_status.sql",
      text: `create or replace trigger tasks_guard_status
before update of status on :schema.tasks
for each row when (old.status is distinct from new.status) execute function :schema.guard_status();
`,
    },
    {
      path: "triggers/tasks_statistics_delete.sql",
      text: `create or replace trigger tasks_statistics_delete
after delete on :schema.tasks
referencing old table as old_tasks
for each statement execute function :schema.update_worker_statistics();
`,
    },
    {
      path: "triggers/tasks_statistics_insert.sql",
      text: `create or replace trigger tasks_statistics_insert
after insert on :schema.tasks
referencing new table as new_tasks
for each statement execute function :schema.update_worker_last_active();
`,
    },
    {
      path: "triggers/tasks_statistics_update.sql",
      text: `create or replace trigger tasks_statistics_update
after update on :schema.tasks
referencing old table as old_tasks new table as new_tasks
for each statement execute function :schema.update_worker_statistics();
`,
    },
    {
      path: "triggers/transactions_guard_status.sql",
      text: `create or replace trigger transactions_guard_status
before update of status on :schema.transactions
for each row when (old.status is distinct from new.status) execute function :schema.guard_status();
`,
    },
    {
      path: "triggers/transactions_statistics_delete.sql",
      text: `create or replace trigger transactions_statistics_delete
after delete on :schema.transactions
referencing old table as old_transactions
for each statement execute function :schema.update_platform_statistics();
`,
    },
    {
      path: "triggers/transactions_statistics_insert.sql",
      text: `create or replace trigger transactions_statistics_insert
after insert on :schema.transactions
referencing new table as new_transactions
for each statement execute function :schema.update_worker_last_active();
`,
    },
    {
      path: "triggers/transactions_statistics_update.sql",
      text: `create or replace trigger transactions_statistics_update
after update on :schema.transactions
referencing old table as old_transactions new table as new_transactions
for each statement execute function :schema.update_platform_statistics();
`,
    },
    {
      path: "views/active_streams_view.sql",
      text: `create or replace view :schema.active_streams_view as
select s.id as stream_id, s.status, s.task_id, k.title as task_title, s.worker_id, w.name as worker_name,
  s.platform_id, p.name as platform_name, s.total_amount, s.funded_amount, s.released_amount, s.remaining_amount,
  round(100 * s.released_amount / s.total_amount, 2) as percent_released,
  least(s.funded_amount, trunc(s.total_amount * a.elapsed_s / a.duration_s, 6))::numeric as accrued_amount,
  s.next_release_at,
  case when s.next_release_at is not null
    then ceil(greatest(extract(epoch from (s.next_release_at - statement_timestamp())), 0))::integer
  end as seconds_until_next_release,
  s.start_time, s.end_time
from :schema.streams s
join :schema.tasks k on k.id = s.task_id
join :schema.workers w on w.id = s.worker_id
join :schema.platforms p on p.id = s.platform_id
cross join lateral (
  select d.duration_s,
    least(d.duration_s, greatest(0,
      extract(epoch from coalesce(s.paused_at, statement_timestamp()) - s.start_time - s.paused_for))) as elapsed_s
  from (select extract(epoch from (s.end_time - s.start_time - s.paused_for)) as duration_s) as d
) as a
where s.status in ('active', 'paused', 'insolvent');
comment on view :schema.active_streams_view is
  'Streams that are not over, as of the moment of the read. Sort by next_release_at. Amounts are USDC.';
comment on column :schema.active_streams_view.stream_id is 'The stream.';
comment on column :schema.active_streams_view.status is 'active, paused, or insolvent (all that was funded is released).';
comment on column :schema.active_streams_view.task_id is 'The task it pays for.';
comment on column :schema.active_streams_view.task_title is 'Title of the task; null without one.';
comment on column :schema.active_streams_view.worker_id is 'Who is paid.';
comment on column :schema.active_streams_view.worker_name is 'Name of the worker.';
comment on column :schema.active_streams_view.platform_id is 'Who pays.';
comment on column :schema.active_streams_view.platform_name is 'Name of the platform.';
comment on column :schema.active_streams_view.total_amount is 'What it pays in all.';
comment on column :schema.active_streams_view.funded_amount is 'What of it lies or lay in escrow.';
comment on column :schema.active_streams_view.released_amount is 'What is in the worker''s balance already.';
comment on column :schema.active_streams_view.remaining_amount is 'Total less released.';
comment on column :schema.active_streams_view.percent_released is 'Percent of the total that is released.';
comment on column :schema.active_streams_view.accrued_amount is 'What is earned by now, released or not; never more than was funded, and still while paused.';
comment on column :schema.active_streams_view.next_release_at is 'When the next release is due; null unless active.';
comment on column :schema.active_streams_view.seconds_until_next_release is 'Seconds until then, 0 when it is due; null unless active.';
comment on column :schema.active_streams_view.start_time is 'When it began.';
comment on column :schema.active_streams_view.end_time is 'When all has accrued.';
`,
    },
    {
      path: "views/daily_transaction_summary.sql",
      text: `create or replace view :schema.daily_transaction_summary as
select day as transaction_date, asset, tx_type, status, sum(transactions)::bigint as count, sum(amount) as total_amount,
  sum(fees) as total_fees, round(sum(amount) / nullif(sum(transactions), 0), 6) as average_amount
from (
  select day, asset, tx_type, status, transactions, amount, fees from :schema.transaction_days
  union all
  select day, asset, tx_type, status, transactions, amount, fees from :schema.money_deltas
) as part
group by day, asset, tx_type, status
having sum(transactions) <> 0;
comment on view :schema.daily_transaction_summary is
  'Transactions by UTC day, asset, type and status; exact at every read, and read by day in constant time. Sum amounts of one asset only.';
comment on column :schema.daily_transaction_summary.transaction_date is 'UTC day on which the transactions were made; filter by it.';
comment on column :schema.daily_transaction_summary.asset is 'USDC, or the token of transfers seen elsewhere: amounts are in whole units of it.';
comment on column :schema.daily_transaction_summary.tx_type is 'payout, advance, repayment, fee, refund, deposit, withdrawal or transfer.';
comment on column :schema.daily_transaction_summary.status is 'Status the transactions have now.';
comment on column :schema.daily_transaction_summary.count is 'Number of transactions.';
comment on column :schema.daily_transaction_summary.total_amount is 'Sum of the amounts, fees included.';
comment on column :schema.daily_transaction_summary.total_fees is 'Sum of our fees in them.';
comment on column :schema.daily_transaction_summary.average_amount is 'Mean amount, to six decimals.';
`,
    },
    {
      path: "views/daily_work.sql",
      text: `create or replace view :schema.daily_work as
select worker_id, day, sum(tasks)::bigint as tasks, sum(completed)::bigint as completed, sum(late)::bigint as late,
  sum(disputed)::bigint as disputed, sum(finished)::bigint as finished, sum(earned) as earned
from (
  select worker_id, day, tasks, completed, late, disputed, finished, earned from :schema.worker_days
  union all
  select worker_id, created_day, tasks, completed, late, ever_disputed, 0, 0
  from :schema.work_deltas
  where worker_id is not null and created_day is not null
  union all
  select worker_id, completed_day, 0, 0, 0, 0, completed, earned
  from :schema.work_deltas
  where worker_id is not null and completed_day is not null
) as part
group by worker_id, day
having sum(tasks) <> 0 or sum(finished) <> 0;
comment on view :schema.daily_work is
  'Work by worker and UTC day, exact at every read: tasks, completed, late and disputed of the day they were posted; finished and earned of the day they were completed.';
`,
    },
    {
      path: "views/invariant_daily_transactions_equal.sql",
      text: `-- requires: daily_transaction_summary
create or replace view :schema.invariant_daily_transactions_equal as
select null::text as worker_id, coalesce(v.transaction_date, b.day) as day, coalesce(v.tx_type, b.tx_type) as tx_type,
  coalesce(v.status, b.status) as status, v.count as statistics_count, b.count as base_count,
  v.total_amount as statistics_amount, b.amount as base_amount
from :schema.daily_transaction_summary v
full join (
  select (created_at at time zone 'UTC')::date as day, asset, tx_type, status, count(*) as count, sum(amount) as amount,
    sum(fee) as fees
  from :schema.transactions
  group by 1, 2, 3, 4
) as b on b.day = v.transaction_date and b.asset = v.asset and b.tx_type = v.tx_type and b.status = v.status
where (v.count, v.total_amount, v.total_fees) is distinct from (b.count, b.amount, b.fees)
union all
select coalesce(v.worker_id, b.worker_id), null, coalesce(v.tx_type, b.tx_type), 'completed', v.count, b.count,
  v.amount, b.amount
from (
  select worker_id, tx_type, sum(transactions) as count, sum(amount) as amount
  from (
    select worker_id, tx_type, transactions, amount from :schema.worker_transactions
    union all
    select worker_id, tx_type, transactions, amount
    from :schema.money_deltas d
    where status = 'completed' and asset = 'USDC' and exists (select from :schema.workers w where w.id = d.worker_id)
  ) as part
  group by 1, 2
  having sum(transactions) <> 0
) as v
full join (
  select worker_id, tx_type, count(*) as count, sum(amount) as amount
  from :schema.transactions
  where worker_id is not null and status = 'completed' and asset = 'USDC'
  group by 1, 2
) as b on b.worker_id = v.worker_id and b.tx_type = v.tx_type
where (v.count, v.amount) is distinct from (b.count, b.amount);
comment on view :schema.invariant_daily_transactions_equal is
  'Days, or types of a worker''s transactions, whose sums differ from the transactions. Mend: run the function rebuild_statistics() of this schema.';
`,
    },
    {
      path: "views/invariant_platform_statistics_equal_tasks.sql",
      text: `-- requires: platform_totals
create or replace view :schema.invariant_platform_statistics_equal_tasks as
select v.platform_id, v.total_tasks as statistics_tasks, b.tasks as base_tasks, v.total_payouts as statistics_payouts,
  x.amount as base_payouts, v.unique_workers as statistics_workers, b.workers as base_workers
from :schema.platform_totals v
left join (
  select platform_id, count(*) as tasks, count(*) filter (where status = 'pending') as pending,
    count(*) filter (where status = 'active') as active, count(*) filter (where status = 'completed') as completed,
    count(*) filter (where status = 'cancelled') as cancelled, count(*) filter (where status = 'disputed') as disputed,
    count(distinct worker_id) as workers,
    count(distinct worker_id) filter (
      where (created_at at time zone 'UTC')::date > (statement_timestamp() at time zone 'UTC')::date - 7) as workers_7d,
    count(distinct worker_id) filter (
      where (created_at at time zone 'UTC')::date > (statement_timestamp() at time zone 'UTC')::date - 30) as workers_30d,
    round(avg(extract(epoch from completed_at - started_at)) filter (where status = 'completed'), 3) as average_s,
    count(*) filter (where status in ('completed', 'disputed') or (status = 'cancelled' and started_at is not null)) as ended
  from :schema.tasks
  group by platform_id
) as b on b.platform_id = v.platform_id
left join (
  select platform_id, count(*) as payouts, sum(amount) as amount, sum(fee) as fees
  from :schema.transactions
  where tx_type = 'payout' and status = 'completed' and asset = 'USDC'
  group by platform_id
) as x on x.platform_id = v.platform_id
where (v.total_tasks, v.pending_tasks, v.active_tasks, v.completed_tasks, v.cancelled_tasks, v.disputed_tasks,
    v.unique_workers, v.active_workers_7d, v.active_workers_30d, v.average_completion_s, v.completion_rate,
    v.payouts, v.total_payouts, v.total_fees)
  is distinct from (coalesce(b.tasks, 0), coalesce(b.pending, 0), coalesce(b.active, 0), coalesce(b.completed, 0),
    coalesce(b.cancelled, 0), coalesce(b.disputed, 0), coalesce(b.workers, 0), coalesce(b.workers_7d, 0),
    coalesce(b.workers_30d, 0), b.average_s, coalesce(round(100.0 * b.completed / nullif(b.ended, 0), 2), 0),
    coalesce(x.payouts, 0), coalesce(x.amount, 0), coalesce(x.fees, 0));
comment on view :schema.invariant_platform_statistics_equal_tasks is
  'Platforms whose statistics differ from the sums over their tasks and payouts. Mend: run the function rebuild_statistics() of this schema.';
`,
    },
    {
      path: "views/invariant_worker_statistics_equal_tasks.sql",
      text: `-- requires: daily_work, recomputed_worker_days, worker_totals
create or replace view :schema.invariant_worker_statistics_equal_tasks as
select coalesce(v.worker_id, b.worker_id) as worker_id, null::date as day, v.total_tasks as statistics_tasks,
  b.tasks as base_tasks, v.total_earned as statistics_earned, b.earned as base_earned
from :schema.worker_totals v
left join (
  select worker_id, count(*) as tasks, count(*) filter (where status = 'pending') as pending,
    count(*) filter (where status = 'active') as active, count(*) filter (where status = 'completed') as completed,
    count(*) filter (where status = 'cancelled') as cancelled, count(*) filter (where status = 'disputed') as disputed,
    count(*) filter (where was_disputed) as ever_disputed,
    sum(case when status = 'completed' then amount else 0 end) as earned, sum(paid_amount) as paid,
    sum(case when task_type = 'streaming' then paid_amount else 0 end) as released,
    sum(case when status = 'cancelled' then 0 else amount - paid_amount end) as open_amount,
    count(*) filter (where status in ('completed', 'disputed') or (status = 'cancelled' and started_at is not null)) as ended
  from :schema.tasks
  group by worker_id
) as b on b.worker_id = v.worker_id
left join (
  select worker_id, count(*) as ratings, round(avg(rating), 2) as average_rating
  from :schema.reputation_events
  where rating is not null and event_type = 'rating_received'
  group by worker_id
) as r on r.worker_id = v.worker_id
where (v.total_tasks, v.pending_tasks, v.active_tasks, v.completed_tasks, v.cancelled_tasks, v.disputed_tasks,
    v.ever_disputed_tasks, v.total_earned, v.paid, v.released, v.pending_earnings, v.completion_rate, v.ratings,
    v.average_rating)
  is distinct from (coalesce(b.tasks, 0), coalesce(b.pending, 0), coalesce(b.active, 0), coalesce(b.completed, 0),
    coalesce(b.cancelled, 0), coalesce(b.disputed, 0), coalesce(b.ever_disputed, 0), coalesce(b.earned, 0),
    coalesce(b.paid, 0), coalesce(b.released, 0), coalesce(b.open_amount, 0),
    coalesce(round(100.0 * b.completed / nullif(b.ended, 0), 2), 0), coalesce(r.ratings, 0), coalesce(r.average_rating, 0))
union all
select coalesce(d.worker_id, b.worker_id), coalesce(d.day, b.day), d.tasks, b.tasks, d.earned, b.earned
from (select w.* from :schema.daily_work w where exists (select from :schema.workers k where k.id = w.worker_id)) as d
full join :schema.recomputed_worker_days b on b.worker_id = d.worker_id and b.day = d.day
where (d.tasks, d.completed, d.late, d.disputed, d.finished, d.earned)
  is distinct from (b.tasks, b.completed, b.late, b.disputed, b.finished, b.earned);
comment on view :schema.invariant_worker_statistics_equal_tasks is
  'Workers, or days of a worker, whose statistics differ from the sums over their tasks and ratings. Mend: run the function rebuild_statistics() of this schema.';
`,
    },
    {
      path: "views/platform_performance_view.sql",
      text: `-- requires: platform_totals
create or replace view :schema.platform_performance_view as
select platform_id, name, total_tasks, completed_tasks, cancelled_tasks, active_tasks, pending_tasks, disputed_tasks,
  total_payouts, payouts, total_fees, average_payment, unique_workers, active_workers_7d, active_workers_30d,
  average_completion_s, completion_rate
from :schema.platform_totals;
comment on view :schema.platform_performance_view is
  'How a platform performs, a row each; exact at every read, and read by platform_id in constant time. Amounts are USDC, days are UTC days, today included.';
comment on column :schema.platform_performance_view.platform_id is 'The platform; filter by it.';
comment on column :schema.platform_performance_view.name is 'Name of the platform.';
comment on column :schema.platform_performance_view.total_tasks is 'All tasks it posted.';
comment on column :schema.platform_performance_view.completed_tasks is 'Of them, completed.';
comment on column :schema.platform_performance_view.cancelled_tasks is 'Of them, cancelled.';
comment on column :schema.platform_performance_view.active_tasks is 'Of them, begun and not finished.';
comment on column :schema.platform_performance_view.pending_tasks is 'Of them, not begun.';
comment on column :schema.platform_performance_view.disputed_tasks is 'Of them, in dispute now.';
comment on column :schema.platform_performance_view.total_payouts is 'Sum of completed payouts, fees included.';
comment on column :schema.platform_performance_view.payouts is 'Number of completed payouts.';
comment on column :schema.platform_performance_view.total_fees is 'Our fees in them.';
comment on column :schema.platform_performance_view.average_payment is 'Mean of completed payouts, 0 without one.';
comment on column :schema.platform_performance_view.unique_workers is 'Workers who ever had a task of it.';
comment on column :schema.platform_performance_view.active_workers_7d is 'Workers with a task posted in the last 7 days.';
comment on column :schema.platform_performance_view.active_workers_30d is 'Workers with a task posted in the last 30 days.';
comment on column :schema.platform_performance_view.average_completion_s is 'Mean seconds from beginning to completion of completed tasks; null without one.';
comment on column :schema.platform_performance_view.completion_rate is 'Percent: completed of those that were completed, cancelled after they began, or disputed.';
`,
    },
    {
      path: "views/platform_profiles.sql",
      text: `-- requires: platform_totals
create or replace view :schema.platform_profiles as
select p.id, p.name, p.contact_email, p.webhook_url, p.wallet_address, p.fee_bps, t.total_payouts, t.total_tasks,
  t.active_workers_30d as active_workers, p.is_active,
  greatest(0, floor(extract(epoch from statement_timestamp() - p.created_at) / 86400))::integer as account_age_days,
  p.metadata, p.created_at, p.updated_at
from :schema.platforms p
join :schema.platform_totals t on t.platform_id = p.id;
comment on view :schema.platform_profiles is
  'Platforms with statistics and account age as of the moment of the read; the columns of platforms are brought up to date each second. Without the webhook secret.';
`,
    },
    {
      path: "views/platform_totals.sql",
      text: `create or replace view :schema.platform_totals as
select p.id as platform_id, p.name, t.total_tasks, t.completed_tasks, t.cancelled_tasks, t.active_tasks, t.pending_tasks,
  t.disputed_tasks, m.payouts, m.total_payouts, m.total_fees,
  coalesce(round(m.total_payouts / nullif(m.payouts, 0), 6), 0) as average_payment,
  coalesce(s.unique_workers, 0) + w.more_workers as unique_workers,
  a.workers_7d + w.more_workers_7d as active_workers_7d,
  a.workers_30d + w.more_workers_30d as active_workers_30d,
  round(t.seconds / nullif(t.timed_tasks, 0), 3) as average_completion_s,
  coalesce(round(100.0 * t.completed_tasks / nullif(t.completed_tasks + t.abandoned_tasks + t.disputed_tasks, 0), 2), 0)
    as completion_rate
from :schema.platforms p
left join :schema.platform_statistics s on s.platform_id = p.id
cross join lateral (
  select coalesce(s.tasks, 0) + coalesce(sum(d.tasks), 0) as total_tasks,
    coalesce(s.completed, 0) + coalesce(sum(d.completed), 0) as completed_tasks,
    coalesce(s.cancelled, 0) + coalesce(sum(d.cancelled), 0) as cancelled_tasks,
    coalesce(s.abandoned, 0) + coalesce(sum(d.abandoned), 0) as abandoned_tasks,
    coalesce(s.active, 0) + coalesce(sum(d.active), 0) as active_tasks,
    coalesce(s.pending, 0) + coalesce(sum(d.pending), 0) as pending_tasks,
    coalesce(s.disputed, 0) + coalesce(sum(d.disputed), 0) as disputed_tasks,
    coalesce(s.timed, 0) + coalesce(sum(d.timed), 0) as timed_tasks,
    coalesce(s.seconds, 0) + coalesce(sum(d.seconds), 0) as seconds,
    array_agg(d.worker_id) filter (where d.worker_id is not null and d.tasks <> 0) as workers,
    array_agg(d.tasks) filter (where d.worker_id is not null and d.tasks <> 0) as tasks,
    array_agg(d.created_day) filter (where d.worker_id is not null and d.tasks <> 0) as days
  from :schema.work_deltas d
  where d.platform_id = p.id
) as t
cross join lateral (
  select coalesce(s.payouts, 0) + coalesce(sum(d.transactions), 0) as payouts,
    coalesce(s.payout_amount, 0) + coalesce(sum(d.amount), 0) as total_payouts,
    coalesce(s.fees, 0) + coalesce(sum(d.fees), 0) as total_fees
  from :schema.money_deltas d
  where d.platform_id = p.id and d.tx_type = 'payout' and d.status = 'completed' and d.asset = 'USDC'
) as m
cross join lateral (
  select coalesce(sum(d.workers) filter (where d.day > n.today - 7), 0)::bigint as workers_7d,
    coalesce(sum(d.workers), 0)::bigint as workers_30d
  from (select (statement_timestamp() at time zone 'UTC')::date as today) as n
  join :schema.platform_activity d on d.platform_id = p.id and d.day > n.today - 30
) as a
cross join lateral (
  select coalesce(sum((c.new_tasks > 0)::integer - (c.old_tasks > 0)::integer), 0) as more_workers,
    coalesce(sum((c.new_day is not null and c.new_day > n.today - 7)::integer
      - (c.old_day is not null and c.old_day > n.today - 7)::integer), 0) as more_workers_7d,
    coalesce(sum((c.new_day is not null and c.new_day > n.today - 30)::integer
      - (c.old_day is not null and c.old_day > n.today - 30)::integer), 0) as more_workers_30d
  from (select (statement_timestamp() at time zone 'UTC')::date as today) as n
  cross join lateral :schema.changed_platform_workers(p.id, t.workers, t.tasks, t.days) as c
) as w;
comment on view :schema.platform_totals is
  'All statistics of a platform, exact at every read: what is folded and what is not yet. The views of platforms stand on it.';
`,
    },
    {
      path: "views/recomputed_worker_days.sql",
      text: `create or replace view :schema.recomputed_worker_days as
select worker_id, day, sum(tasks)::bigint as tasks, sum(completed)::bigint as completed, sum(late)::bigint as late,
  sum(disputed)::bigint as disputed, sum(finished)::bigint as finished, sum(earned) as earned
from (
  select worker_id, (created_at at time zone 'UTC')::date as day, 1 as tasks, (status = 'completed')::integer as completed,
    (status = 'completed' and due_at is not null and completed_at > due_at)::integer as late,
    was_disputed::integer as disputed, 0 as finished, 0 as earned
  from :schema.tasks
  where worker_id is not null
  union all
  select worker_id, (completed_at at time zone 'UTC')::date, 0, 0, 0, 0, 1, amount
  from :schema.tasks
  where worker_id is not null and status = 'completed'
) as part
group by worker_id, day;
comment on view :schema.recomputed_worker_days is
  'Work by worker and UTC day from all tasks: what daily_work must equal. Slow; for rebuilding and comparing only.';
`,
    },
    {
      path: "views/worker_earnings_view.sql",
      text: `-- requires: worker_totals
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
`,
    },
    {
      path: "views/worker_profiles.sql",
      text: `-- requires: worker_totals
create or replace view :schema.worker_profiles as
select w.id, w.name, w.email, w.wallet_id, w.wallet_address, w.status, w.reputation_score,
  :schema.account_age_days(w) as account_age_days, t.completed_tasks as total_tasks, t.total_earned, t.completion_rate,
  t.average_rating, t.dispute_rate, t.last_active_at, w.metadata, w.created_at, w.updated_at
from :schema.workers w
join :schema.worker_totals t on t.worker_id = w.id;
comment on view :schema.worker_profiles is
  'Workers with statistics and account age as of the moment of the read; the columns of workers are brought up to date each second.';
`,
    },
    {
      path: "views/worker_risk_assessment.sql",
      text: `-- requires: daily_work, worker_totals
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
`,
    },
    {
      path: "views/worker_totals.sql",
      text: `create or replace view :schema.worker_totals as
select w.id as worker_id, w.name, w.reputation_score, w.created_at,
  t.total_tasks, t.completed_tasks, t.active_tasks, t.pending_tasks, t.cancelled_tasks, t.disputed_tasks,
  t.ever_disputed_tasks, t.total_earned, t.paid, t.released, t.pending_earnings, t.ratings,
  coalesce(round(100.0 * t.completed_tasks / nullif(t.completed_tasks + t.abandoned_tasks + t.disputed_tasks, 0), 2), 0)
    as completion_rate,
  coalesce(round(t.stars::numeric / nullif(t.ratings, 0), 2), 0) as average_rating,
  coalesce(round(100.0 * t.ever_disputed_tasks / nullif(t.total_tasks, 0), 2), 0) as dispute_rate,
  greatest(w.last_active_at, t.last_active_at) as last_active_at
from :schema.workers w
left join :schema.worker_statistics s on s.worker_id = w.id
cross join lateral (
  select coalesce(s.tasks, 0) + coalesce(sum(d.tasks), 0) as total_tasks,
    coalesce(s.completed, 0) + coalesce(sum(d.completed), 0) as completed_tasks,
    coalesce(s.active, 0) + coalesce(sum(d.active), 0) as active_tasks,
    coalesce(s.pending, 0) + coalesce(sum(d.pending), 0) as pending_tasks,
    coalesce(s.cancelled, 0) + coalesce(sum(d.cancelled), 0) as cancelled_tasks,
    coalesce(s.abandoned, 0) + coalesce(sum(d.abandoned), 0) as abandoned_tasks,
    coalesce(s.disputed, 0) + coalesce(sum(d.disputed), 0) as disputed_tasks,
    coalesce(s.ever_disputed, 0) + coalesce(sum(d.ever_disputed), 0) as ever_disputed_tasks,
    coalesce(s.ratings, 0) + coalesce(sum(d.ratings), 0) as ratings,
    coalesce(s.stars, 0) + coalesce(sum(d.stars), 0) as stars,
    coalesce(s.earned, 0) + coalesce(sum(d.earned), 0) as total_earned,
    coalesce(s.paid, 0) + coalesce(sum(d.paid), 0) as paid,
    coalesce(s.released, 0) + coalesce(sum(d.released), 0) as released,
    coalesce(s.open_amount, 0) + coalesce(sum(d.open_amount), 0) as pending_earnings,
    greatest(s.last_active_at, max(d.active_at),
      (select max(m.active_at) from :schema.money_deltas m where m.worker_id = w.id)) as last_active_at
  from :schema.work_deltas d
  where d.worker_id = w.id
) as t;
comment on view :schema.worker_totals is
  'All statistics of a worker, exact at every read: what is folded and what is not yet. The views of workers stand on it.';
`,
    },
  ],
};
