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
  select floor(extract(epoch from statement_timestamp() - p_worker.created_at) / 86400)::integer;
$$;
comment on function :schema.account_age_days(:schema.workers) is
  'Whole days since the worker registered, right at every read: account_age_days(w) for a row w of workers.';
`,
    },
    {
      path: "functions/default_overdue_loans.sql",
      text: `create or replace function :schema.default_overdue_loans(p_penalty integer, p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_loan :schema.loans;
  v_count integer := 0;
begin
  for v_loan in
    select * from :schema.loans
    where status in ('disbursed', 'repaying') and repayment_due < statement_timestamp()
    order by repayment_due, id
    limit p_limit
    for no key update skip locked
  loop
    update :schema.loans set status = 'defaulted', defaulted_at = clock_timestamp(), updated_at = clock_timestamp()
    where id = v_loan.id;
    insert into :schema.reputation_events (worker_id, event_type, requested_delta, delta, previous_score, new_score,
      reason, related_id)
    values (v_loan.worker_id, 'penalty', p_penalty, 0, 0, 0, 'Advance not repaid in time', v_loan.id);
    perform :schema.record_action('system', null, null, 'defaulted', 'loan', v_loan.id,
      jsonb_build_object('workerId', v_loan.worker_id, 'penalty', p_penalty,
        'remaining', trim_scale(v_loan.total_due - v_loan.amount_repaid)::text), array[v_loan.worker_id]);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function :schema.default_overdue_loans(integer, integer) is
  'Makes loans whose due date has passed defaulted, with a penalty in reputation, at most p_limit of them; returns how many.';
`,
    },
    {
      path: "functions/earnings_history.sql",
      text: `create or replace function :schema.earnings_history(p_worker text) returns jsonb
language sql stable
set search_path = :schema, pg_temp
as $$
  with days as (
    select (statement_timestamp() at time zone 'UTC')::date as today
  ), paid as (
    select (x.processed_at at time zone 'UTC')::date as day, sum(x.amount - x.fee) as earned
    from :schema.transactions x
    where x.worker_id = p_worker and x.tx_type = 'payout' and x.status = 'completed' and x.asset = 'USDC'
    group by 1
  )
  select jsonb_build_object(
    'last_day', d.today - 1,
    'first_earning_day', (select min(day) from paid),
    'daily_sums', (
      select jsonb_agg(trim_scale(coalesce(p.earned, 0))::text order by g.n desc)
      from generate_series(1, 30) as g(n) left join paid p on p.day = d.today - g.n
    )
  )
  from days d;
$$;
comment on function :schema.earnings_history(text) is
  'Payouts after fees by day (UTC) of the 30 whole days before today, oldest first, as decimal text; first_earning_day is null for who never earned.';
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
    ('loans', 'defaulted', 'repaid'), ('loans', 'defaulted', 'written_off'),
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
    select r.place, r.outcome, r.id, r.available, r.account_id
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
          detail = jsonb_build_object(
            'account', coalesce((select a.code from :schema.ledger_accounts a where a.id = v_refused.account_id),
              p_debits[v_places[v_refused.place]]),
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
      path: "functions/repay_advance.sql",
      text: `create or replace function :schema.repay_advance(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_worker text, p_amount numeric, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb;
  v_loan :schema.loans;
begin
  v_answer := :schema.begin_once(p_account, p_key, p_operation, p_request);
  if v_answer is not null then return v_answer; end if;
  select * into v_loan from :schema.loans
  where worker_id = p_worker and status in ('disbursed', 'repaying', 'defaulted')
  order by created_at, id limit 1;
  if not found then
    raise exception 'Worker % has no advance to repay.', p_worker
      using errcode = 'GH404', constraint = 'no_open_loan', column = 'workerId', hint = 'listLoans shows all of them.';
  elsif p_amount > v_loan.total_due - v_loan.amount_repaid then
    raise exception 'Of advance % only % USDC are left to repay.', v_loan.id,
      trim_scale(v_loan.total_due - v_loan.amount_repaid)
      using errcode = 'GH409', constraint = 'amount_exceeds_due', column = 'amount',
        detail = jsonb_build_object('due', trim_scale(v_loan.total_due - v_loan.amount_repaid)::text)::text,
        hint = 'Pay no more than is left.';
  end if;
  v_loan := :schema.repay_loan(p_actor_kind, p_actor_id, p_request_id, v_loan.id, p_worker, null, p_amount, 0,
    'loan ' || v_loan.id || ' by hand ' || :schema.new_id('rpy'), p_wide);
  return :schema.end_once(p_account, p_key, :schema.loan_json(v_loan));
end
$$;
comment on function :schema.repay_advance(text, text, text, text, text, text, bytea, text, numeric, boolean) is
  'Repays a part of a worker''s advance from its balance, once for its key. Raises no_open_loan, amount_exceeds_due, insufficient_funds.';
`,
    },
    {
      path: "functions/repay_loan.sql",
      text: `create or replace function :schema.repay_loan(
  p_actor_kind text, p_actor_id text, p_request_id text, p_loan text, p_worker text, p_task text, p_amount numeric,
  p_installments integer, p_key text, p_wide boolean
) returns :schema.loans
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_loan :schema.loans;
  v_ids bigint[];
  v_detail text;
begin
  -- The books before the loan: who pays a worker has locked its balance already when it comes here.
  begin
    v_ids := :schema.move_money(array[p_key], array['worker:' || p_worker], array['advance:' || p_worker],
      array[p_amount], p_loan, p_wide);
  exception when sqlstate 'GH429' then
    get stacked diagnostics v_detail = pg_exception_detail;
    if v_detail::jsonb ->> 'account' = 'advance:' || p_worker then
      raise exception 'Advance % was changed meanwhile.', p_loan using errcode = '40001', hint = 'Try again.';
    end if;
    raise;
  end;
  select * into v_loan from :schema.loans where id = p_loan for no key update;
  if v_loan.status not in ('disbursed', 'repaying', 'defaulted') or v_loan.total_due - v_loan.amount_repaid < p_amount then
    raise exception 'Advance % was changed meanwhile.', p_loan using errcode = '40001', hint = 'Try again.';
  end if;
  update :schema.loans set amount_repaid = amount_repaid + p_amount,
    installments_paid = installments_paid + p_installments,
    status = case when amount_repaid + p_amount = total_due then 'repaid' when status = 'defaulted' then status
      else 'repaying' end,
    repaid_at = case when amount_repaid + p_amount = total_due then clock_timestamp() end,
    updated_at = clock_timestamp()
  where id = p_loan
  returning * into v_loan;
  -- Of one key one row: a second one is refused by transactions_rail_reference_key.
  insert into :schema.transactions (worker_id, task_id, loan_id, tx_type, amount, status, rail_reference,
    ledger_transfer_id, processed_at)
  values (p_worker, p_task, p_loan, 'repayment', p_amount, 'completed', p_key, v_ids[1], clock_timestamp());
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'repayment', 'loan', p_loan,
    jsonb_build_object('workerId', p_worker, 'taskId', p_task, 'amount', trim_scale(p_amount)::text,
      'remaining', trim_scale(v_loan.total_due - v_loan.amount_repaid)::text), array[p_worker]);
  if v_loan.status = 'repaid' then
    perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'repaid', 'loan', p_loan,
      jsonb_build_object('workerId', p_worker, 'totalDue', trim_scale(v_loan.total_due)::text,
        'onTime', v_loan.repaid_at <= v_loan.repayment_due), array[p_worker]);
  end if;
  return v_loan;
end
$$;
comment on function :schema.repay_loan(text, text, text, text, text, text, numeric, integer, text, boolean) is
  'Moves an amount from a worker''s balance to its advance and writes it down; the last unit makes the loan repaid. Raises a serialization failure when the loan was changed meanwhile: call again.';
`,
    },
    {
      path: "functions/request_advance.sql",
      text: `create or replace function :schema.request_advance(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_worker text, p_amount numeric, p_limit numeric, p_fee_bps integer, p_risk_score integer, p_predicted numeric,
  p_reasons text[], p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb;
  v_loan :schema.loans;
  v_fee numeric;
  v_now timestamptz;
  v_ids bigint[];
  v_told jsonb;
begin
  v_answer := :schema.begin_once(p_account, p_key, p_operation, p_request);
  if v_answer is not null then return v_answer; end if;
  if 'open_loan' = any (p_reasons) then
    raise exception 'Worker % has an advance that is not repaid.', p_worker
      using errcode = 'GH409', constraint = 'active_loan_exists', column = 'workerId',
        hint = 'Repay it first.';
  elsif cardinality(p_reasons) > 0 then
    raise exception 'Worker % cannot have an advance now.', p_worker
      using errcode = 'GH409', constraint = 'not_eligible', column = 'workerId',
        detail = jsonb_build_object('reasons', p_reasons)::text,
        hint = 'checkAdvanceEligibility says what is missing.';
  elsif p_amount > p_limit then
    raise exception 'An advance of % USDC is more than the limit of % USDC.', p_amount, trim_scale(p_limit)
      using errcode = 'GH429', constraint = 'amount_exceeds_limit', column = 'amount',
        detail = jsonb_build_object('limit', trim_scale(p_limit)::text)::text,
        hint = 'Ask for no more than the limit.';
  end if;
  v_fee := round(p_amount * p_fee_bps / 10000, 6);
  v_now := clock_timestamp();
  -- Waits for another request of the worker that is under way. Of two at once one finds the other's row.
  insert into :schema.loans (worker_id, amount, fee, fee_bps, total_due, status, risk_score, predicted_earnings,
    installments, disbursed_at, repayment_due)
  values (p_worker, p_amount, v_fee, p_fee_bps, p_amount + v_fee, 'disbursed', p_risk_score, p_predicted,
    5, v_now, v_now + interval '30 days')
  on conflict (worker_id) where status in ('pending', 'approved', 'disbursed', 'repaying') do nothing
  returning * into v_loan;
  -- After the insert, which waits for a loan that is defaulting: the index does not know those.
  if v_loan.id is null or exists (
    select from :schema.loans where worker_id = p_worker and status in ('defaulted', 'written_off')
  ) then
    raise exception 'Worker % has an advance that is not repaid.', p_worker
      using errcode = 'GH409', constraint = 'active_loan_exists', column = 'workerId',
        hint = 'Repay it first.';
  end if;
  v_ids := :schema.move_money(
    array['loan ' || v_loan.id || ' disbursement', 'loan ' || v_loan.id || ' fee'],
    array['advance:' || p_worker, 'advance:' || p_worker], array['worker:' || p_worker, 'advance-fees'],
    array[p_amount, v_fee], v_loan.id, p_wide
  );
  insert into :schema.transactions (worker_id, loan_id, tx_type, amount, status, ledger_transfer_id, processed_at, metadata)
  values (p_worker, v_loan.id, 'advance', p_amount, 'completed', v_ids[1], clock_timestamp(),
    jsonb_build_object('feeOwed', trim_scale(v_fee)::text));
  v_told := jsonb_build_object('workerId', p_worker, 'amount', trim_scale(p_amount)::text,
    'fee', trim_scale(v_fee)::text, 'totalDue', trim_scale(v_loan.total_due)::text, 'riskScore', p_risk_score);
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'request_advance', 'loan', v_loan.id, v_told,
    array[p_worker]);
  perform :schema.record_action('system', null, p_request_id, 'approve_loan', 'loan', v_loan.id, v_told, array[p_worker]);
  perform :schema.record_action('system', null, p_request_id, 'disburse_loan', 'loan', v_loan.id, v_told, array[p_worker]);
  return :schema.end_once(p_account, p_key, :schema.loan_json(v_loan));
end
$$;
comment on function :schema.request_advance(
  text, text, text, text, text, text, bytea, text, numeric, numeric, integer, integer, numeric, text[], boolean
) is
  'Approves and pays out an advance whose eligibility was read just before (p_reasons: why not), once for its key. Raises active_loan_exists, not_eligible, amount_exceeds_limit.';
`,
    },
    {
      path: "functions/risk_fee_bps.sql",
      text: `create or replace function :schema.risk_fee_bps(p_score integer) returns integer
language sql immutable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select case when p_score >= 800 then 200 when p_score >= 600 then 350 else 500 end;
$$;
comment on function :schema.risk_fee_bps(integer) is 'Fee of an advance for a risk score, hundredths of a percent.';
`,
    },
    {
      path: "functions/risk_inputs.sql",
      text: `create or replace function :schema.risk_inputs(p_worker text) returns table (
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
`,
    },
    {
      path: "functions/risk_max_advance.sql",
      text: `create or replace function :schema.risk_max_advance(p_score integer, p_recent_earnings numeric) returns numeric
language sql immutable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select least(500, trunc(p_recent_earnings * (5000 + 3 * p_score) / 10000, 6));
$$;
comment on function :schema.risk_max_advance(integer, numeric) is
  'The most a worker may be advanced: earnings of 30 days times (0.5 + score / 1000 * 0.3), rounded down, 500 at most.';
`,
    },
    {
      path: "functions/risk_score.sql",
      text: `create or replace function :schema.risk_score(
  p_reputation_score integer, p_account_age_days integer, p_completed_tasks bigint,
  p_completion_rate double precision, p_on_time_rate double precision, p_average_rating double precision,
  p_disputes bigint, p_loans_due bigint, p_loans_on_time bigint,
  p_weekly_deviation double precision, p_recent_earnings numeric
) returns integer
language sql immutable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  -- The same double arithmetic in the same order as riskScore in risk.ts, so that both give the same number.
  select greatest(0, least(1000, floor(
    p_reputation_score::double precision / 1000 * 300
    + least(p_account_age_days::double precision / 90, 1) * 150
    + least(p_completed_tasks::double precision / 50, 1) * 250
    + (p_completion_rate * 0.4 + p_on_time_rate * 0.4 + p_average_rating / 5 * 0.2) * 200
    + (100 - least(20 * p_disputes, 100))
    + case
        when p_loans_due > 0 and p_loans_on_time = p_loans_due then 50
        when p_loans_on_time * 5 < p_loans_due * 4 then -50
        else 0
      end
    + case
        when p_weekly_deviation < 50 and p_recent_earnings > 100 then 30
        when p_weekly_deviation > 150 then -30
        else 0
      end
    + 0.5
  )))::integer;
$$;
comment on function :schema.risk_score(
  integer, integer, bigint, double precision, double precision, double precision, bigint, bigint, bigint,
  double precision, numeric
) is 'Risk score of a worker, 0 to 1000, from what risk_inputs gives; rates are from 0 to 1. riskScore in TypeScript gives the same number and says why.';
`,
    },
    {
      path: "functions/set_verification.sql",
      text: `create or replace function :schema.set_verification(
  p_actor_kind text, p_actor_id text, p_request_id text, p_task text, p_status text, p_by text, p_data jsonb
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_task :schema.tasks;
  v_before text;
begin
  select * into v_task from :schema.tasks where id = p_task for no key update;
  if not found then
    raise exception 'Task % not found.', p_task
      using errcode = 'GH404', constraint = 'task_not_found', column = 'taskId';
  elsif v_task.status = 'cancelled' then
    raise exception 'Task % is cancelled.', p_task
      using errcode = 'GH409', constraint = 'task_cancelled', column = 'taskId';
  elsif p_by = 'auto' and v_task.verification_status <> 'pending' then
    raise exception 'Task % is % already.', p_task, v_task.verification_status
      using errcode = 'GH409', constraint = 'already_verified', column = 'taskId',
        detail = jsonb_build_object('verificationStatus', v_task.verification_status)::text,
        hint = 'A second look is for reviewTask: trying evidence until it passes is no verification.';
  elsif p_status = 'rejected' and v_task.paid_amount > 0 then
    raise exception 'Task % is paid already.', p_task
      using errcode = 'GH409', constraint = 'already_paid', column = 'taskId', hint = 'Open a dispute.';
  end if;
  v_before := v_task.verification_status;
  update :schema.tasks set verification_status = p_status, verified_by = p_by,
    verification_data = coalesce(verification_data, '{}')
      || case p_by when 'auto' then p_data else jsonb_build_object('review', p_data) end,
    updated_at = clock_timestamp()
  where id = p_task returning * into v_task;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id,
    case p_by when 'auto' then 'verify_task' else 'review_task' end, 'task', p_task,
    case p_by when 'auto' then p_data -> 'verification' else p_data end,
    array_remove(array[v_task.platform_id, v_task.worker_id], null),
    jsonb_build_object('verificationStatus', v_before), jsonb_build_object('verificationStatus', p_status));
  return :schema.task_json(v_task);
end
$$;
comment on function :schema.set_verification(text, text, text, text, text, text, jsonb) is
  'Stores the verdict on a task. An automatic one is given once, while it is pending; a manual one (p_by) may overrule, but never reject what is paid.';
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
      path: "functions/withhold_repayment.sql",
      text: `create or replace function :schema.withhold_repayment(
  p_worker text, p_task text, p_paid numeric, p_key text, p_wide boolean default false
) returns numeric
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_loan :schema.loans;
  v_key text := p_key || ' repayment';
  v_amount numeric;
begin
  select * into v_loan from :schema.loans
  where worker_id = p_worker and status in ('disbursed', 'repaying', 'defaulted')
  order by created_at, id limit 1;
  if not found then return 0; end if;
  select amount into v_amount from :schema.transactions where rail = 'ledger' and rail_reference = v_key;
  if found then return v_amount; end if;
  -- Rounded up: five instalments are never less than the whole, and the last takes only what is left.
  v_amount := least(
    ceil(v_loan.total_due * 1000000 / v_loan.installments) / 1000000, p_paid, v_loan.total_due - v_loan.amount_repaid
  );
  if v_amount <= 0 then return 0; end if;
  perform :schema.repay_loan('system', null, null, v_loan.id, p_worker, p_task, v_amount, 1, v_key, p_wide);
  return v_amount;
end
$$;
comment on function :schema.withhold_repayment(text, text, numeric, text, boolean) is
  'Takes the instalment of an open advance out of what a worker was just paid, once for its key; returns how much. Call it after the payment was posted, in the same transaction, with the amount that reached the worker.';
`,
    },
    {
      path: "functions/write_off_loan.sql",
      text: `create or replace function :schema.write_off_loan(
  p_actor_kind text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_loan text, p_reason text, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb;
  v_loan :schema.loans;
  v_due numeric;
begin
  v_answer := :schema.begin_once(p_account, p_key, p_operation, p_request);
  if v_answer is not null then return v_answer; end if;
  select * into v_loan from :schema.loans where id = p_loan;
  if not found then
    raise exception 'Loan % not found.', p_loan
      using errcode = 'GH404', constraint = 'loan_not_found', column = 'loanId', hint = 'listLoans shows all of them.';
  elsif v_loan.status <> 'defaulted' then
    raise exception 'Loan % is %, not defaulted.', p_loan, v_loan.status
      using errcode = 'GH409', constraint = 'loan_not_defaulted', column = 'loanId',
        detail = jsonb_build_object('status', v_loan.status)::text,
        hint = 'Only what was not repaid in time can be written off.';
  end if;
  v_due := v_loan.total_due - v_loan.amount_repaid;
  -- The books before the loan, as in repay_loan.
  begin
    perform :schema.move_money(array['loan ' || p_loan || ' write-off'], array['losses'],
      array['advance:' || v_loan.worker_id], array[v_due], p_loan, p_wide);
  exception when sqlstate 'GH429' then
    -- Losses have no limit, so less is owed than was read.
    raise exception 'Loan % was changed meanwhile.', p_loan using errcode = '40001', hint = 'Try again.';
  end;
  select * into v_loan from :schema.loans where id = p_loan for no key update;
  if v_loan.status <> 'defaulted' or v_loan.total_due - v_loan.amount_repaid <> v_due then
    raise exception 'Loan % was changed meanwhile.', p_loan using errcode = '40001', hint = 'Try again.';
  end if;
  update :schema.loans set status = 'written_off', written_off_at = clock_timestamp(), updated_at = clock_timestamp()
  where id = p_loan returning * into v_loan;
  perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'written_off', 'loan', p_loan,
    jsonb_build_object('workerId', v_loan.worker_id, 'loss', trim_scale(v_due)::text, 'reason', p_reason),
    array[v_loan.worker_id]);
  return :schema.end_once(p_account, p_key, :schema.loan_json(v_loan));
end
$$;
comment on function :schema.write_off_loan(text, text, text, text, text, text, bytea, text, text, boolean) is
  'Books what is left of a defaulted loan as a loss. Raises loan_not_found, loan_not_defaulted.';
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
      path: "migrations/0005_extend_loans.down.sql",
      text: `alter table :schema.loans
  drop constraint loans_defaulted_at_check,
  drop constraint loans_state_check,
  drop constraint loans_status_check,
  add constraint loans_status_check check (
    status in ('pending', 'approved', 'disbursed', 'repaying', 'repaid', 'defaulted', 'cancelled')
  ),
  add constraint loans_state_check check (
    (status <> 'repaid' or (amount_repaid = total_due and repaid_at is not null))
    and (status <> 'defaulted' or defaulted_at is not null)
    and (disbursed_at is not null) = (status in ('disbursed', 'repaying', 'repaid', 'defaulted'))
  );
alter table :schema.loans drop column written_off_at;
comment on column :schema.loans.status is
  'pending, approved, disbursed (nothing repaid yet), repaying, repaid, defaulted (still repayable), cancelled; guarded by guard_loan_status.';
`,
    },
    {
      path: "migrations/0005_extend_loans.up.sql",
      text: `alter table :schema.loans add column written_off_at timestamptz(3);
comment on column :schema.loans.written_off_at is 'When what was left of it was booked as a loss; null: it was not.';
alter table :schema.loans
  drop constraint loans_status_check,
  drop constraint loans_state_check,
  add constraint loans_status_check check (
    status in ('pending', 'approved', 'disbursed', 'repaying', 'repaid', 'defaulted', 'written_off', 'cancelled')
  ),
  add constraint loans_state_check check (
    (status <> 'repaid' or (amount_repaid = total_due and repaid_at is not null))
    and (status <> 'defaulted' or defaulted_at is not null)
    and (status = 'written_off') = (written_off_at is not null)
    and (disbursed_at is not null) = (status in ('disbursed', 'repaying', 'repaid', 'defaulted', 'written_off'))
  ),
  add constraint loans_defaulted_at_check check (defaulted_at >= repayment_due);
comment on column :schema.loans.status is
  'pending, approved, disbursed (nothing repaid yet), repaying, repaid, defaulted (still repayable), written_off, cancelled; guarded by guard_status.';
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
      path: "triggers/transactions_guard_status.sql",
      text: `create or replace trigger transactions_guard_status
before update of status on :schema.transactions
for each row when (old.status is distinct from new.status) execute function :schema.guard_status();
`,
    },
    {
      path: "views/invariant_loans_equal_books.sql",
      text: `create or replace view :schema.invariant_loans_equal_books as
select coalesce(l.worker_id, b.worker_id) as worker_id, coalesce(l.due, 0) as due, coalesce(b.balance, 0) as balance
from (
  select worker_id, sum(total_due - amount_repaid) as due
  from :schema.loans
  where status in ('disbursed', 'repaying', 'defaulted')
  group by worker_id
) as l
full join (
  select substr(a.code, length('advance:') + 1) as worker_id, a.balance
  from :schema.ledger_account_balances a
  where a.code like 'advance:%'
) as b on b.worker_id = l.worker_id
where coalesce(l.due, 0) <> coalesce(b.balance, 0);
comment on view :schema.invariant_loans_equal_books is
  'Rows mean broken: workers of whom the ledger (advance:ID) says something else than their loans about what they owe.';
comment on column :schema.invariant_loans_equal_books.due is 'What is left of loans that are disbursed, repaying or defaulted.';
comment on column :schema.invariant_loans_equal_books.balance is 'Balance of the account advance:ID.';
`,
    },
  ],
};
