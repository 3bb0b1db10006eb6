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
      path: "functions/cancel_stream.sql",
      text: `create or replace function :schema.cancel_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_id text, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_stream :schema.streams;
begin
  if v_answer is not null then return v_answer; end if;
  v_stream := :schema.lock_stream(p_id);
  if v_stream.status in ('completed', 'cancelled') then
    raise exception 'Stream % is %.', p_id, v_stream.status
      using errcode = 'GH409', constraint = 'stream_ended', column = 'streamId', hint = 'Read it: it has ended before.';
  end if;
  perform :schema.halt_streams(p_actor_type, p_actor_id, p_request_id, v_stream.task_id, p_id, 'cancelled', p_wide);
  select * into v_stream from :schema.streams s where s.id = p_id;
  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, clock_timestamp()));
end
$$;
comment on function :schema.cancel_stream(text, text, text, text, text, text, bytea, text, boolean) is
  'Pays what has accrued and ends the stream; what else it was funded with is free escrow of its task again. One of which all was paid by that is completed instead.';
`,
    },
    {
      path: "functions/create_stream.sql",
      text: `create or replace function :schema.create_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_total :schema.usdc, p_start timestamptz, p_end timestamptz, p_duration_s integer, p_interval_s integer,
  p_contract text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_task :schema.tasks;
  v_stream :schema.streams;
  v_duration_s numeric;
  v_promised numeric;
  v_free numeric;
begin
  if v_answer is not null then return v_answer; end if;
  select * into v_task from :schema.tasks t where t.id = p_task for no key update;
  if not found then
    raise exception 'There is no task %.', p_task
      using errcode = 'GH404', constraint = 'task_not_found', column = 'taskId', hint = 'List the tasks of the platform.';
  end if;
  if v_task.task_type <> 'streaming' then
    raise exception 'Task % is of type %, and only streaming tasks have streams.', p_task, v_task.task_type
      using errcode = 'GH409', constraint = 'task_not_streaming', column = 'taskId', hint = 'Post a task of type streaming.';
  end if;
  if v_task.status <> 'active' then
    raise exception 'Task % is %, not active.', p_task, v_task.status
      using errcode = 'GH409', constraint = 'task_not_active', column = 'taskId',
        hint = 'A stream begins while its task is active.';
  end if;
  v_stream.start_time := coalesce(p_start, date_trunc('milliseconds', clock_timestamp()));
  v_stream.end_time := coalesce(p_end, v_stream.start_time + make_interval(secs => p_duration_s));
  v_duration_s := extract(epoch from (v_stream.end_time - v_stream.start_time));
  if v_duration_s <= 0 or v_duration_s > 30 * 86400 then
    raise exception 'A stream of % seconds is refused.', trim_scale(v_duration_s)
      using errcode = 'GH400', constraint = 'stream_duration',
        column = case when p_end is null then 'durationS' else 'endTime' end,
        hint = 'A stream lasts up to 30 days.';
  end if;
  if p_interval_s < 60 or p_interval_s > v_duration_s then
    raise exception 'Releases every % seconds do not fit a stream of % seconds.', p_interval_s, trim_scale(v_duration_s)
      using errcode = 'GH400', constraint = 'stream_interval', column = 'releaseIntervalS',
        hint = 'The interval is 60 seconds or more, and not longer than the stream.';
  end if;
  v_stream.total_amount := coalesce(p_total, v_task.amount);
  -- Streams that have ended count with what they paid, which is in paid_amount.
  select coalesce(sum(s.remaining_amount), 0) into v_promised
  from :schema.streams s where s.task_id = p_task and s.status in ('active', 'paused', 'insolvent');
  if v_stream.total_amount > v_task.amount - v_task.paid_amount - v_promised then
    raise exception 'A stream of % is more than what task % has left.', trim_scale(v_stream.total_amount), p_task
      using errcode = 'GH409', constraint = 'above_task_amount', column = 'totalAmount',
        detail = jsonb_build_object('left', trim_scale(v_task.amount - v_task.paid_amount - v_promised)::text)::text,
        hint = 'All streams of a task together pay its amount at most.';
  end if;
  v_free := v_task.escrowed_amount - :schema.promised_escrow(p_task);
  v_stream.funded_amount := least(v_stream.total_amount, v_free);
  insert into :schema.streams (task_id, platform_id, worker_id, contract_address, start_time, end_time, total_amount,
    funded_amount, release_interval, fee_bps, status, next_release_at)
  select p_task, v_task.platform_id, v_task.worker_id, p_contract, v_stream.start_time, v_stream.end_time,
    v_stream.total_amount, v_stream.funded_amount, p_interval_s, p.fee_bps,
    case when v_stream.funded_amount > 0 then 'active' else 'insolvent' end,
    case when v_stream.funded_amount > 0 then v_stream.end_time end
  from :schema.platforms p where p.id = v_task.platform_id
  returning * into v_stream;
  update :schema.streams s set next_release_at = :schema.stream_next_release_at(s, s.start_time)
  where s.id = v_stream.id and s.status = 'active';
  select * into v_stream from :schema.streams s where s.id = v_stream.id;
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'created', 'stream', v_stream.id,
    jsonb_build_object('taskId', p_task, 'total', trim_scale(v_stream.total_amount)::text,
      'funded', trim_scale(v_stream.funded_amount)::text, 'startTime', v_stream.start_time, 'endTime', v_stream.end_time,
      'releaseIntervalS', p_interval_s),
    array[v_stream.worker_id, v_stream.platform_id]);
  if v_stream.status = 'insolvent' then
    perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'insolvent', 'stream', v_stream.id,
      jsonb_build_object('taskId', p_task, 'total', trim_scale(v_stream.total_amount)::text, 'released', '0'),
      array[v_stream.worker_id, v_stream.platform_id]);
  end if;
  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, clock_timestamp()));
end
$$;
comment on function :schema.create_stream(
  text, text, text, text, text, text, bytea, text, :schema.usdc, timestamptz, timestamptz, integer, integer, text) is
  'Begins a stream for an active streaming task, funded from what of the task''s escrow no other stream was promised: with less than its total it will run out, with nothing it waits for money.';
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
      path: "functions/halt_streams.sql",
      text: `create or replace function :schema.halt_streams(
  p_actor_type text, p_actor_id text, p_request_id text, p_task text, p_stream text, p_status text, p_wide boolean
) returns numeric
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_ids text[];
  v_released numeric;
  v_stream record;
begin
  assert p_status in ('paused', 'cancelled'), 'streams are halted by a pause or for good';
  v_ids := array(
    select s.id from :schema.streams s
    where s.task_id = p_task and s.id = coalesce(p_stream, s.id)
      and s.status in ('active', 'insolvent', case when p_status = 'cancelled' then 'paused' end)
    order by s.id for no key update
  );
  select coalesce(sum(r.amount), 0) into v_released
  from :schema.release_streams(p_actor_type, p_actor_id, p_request_id, v_ids, null, v_now, p_wide) as r;
  for v_stream in
    update :schema.streams s
    set status = p_status, next_release_at = null,
      -- One that ran out of money has earned nothing since.
      paused_at = case when p_status = 'paused' then least(v_now, :schema.stream_runs_out_at(s)) end,
      cancelled_at = case when p_status = 'cancelled' then v_now end, updated_at = v_now
    where s.id = any (v_ids) and s.status in ('active', 'insolvent', 'paused')
    returning s.id, s.task_id, s.worker_id, s.platform_id, s.released_amount, s.funded_amount
  loop
    perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, p_status, 'stream', v_stream.id,
      jsonb_build_object('taskId', v_stream.task_id, 'released', trim_scale(v_stream.released_amount)::text,
        'unreleased', trim_scale(v_stream.funded_amount - v_stream.released_amount)::text),
      array[v_stream.worker_id, v_stream.platform_id]);
  end loop;
  return v_released;
end
$$;
comment on function :schema.halt_streams(text, text, text, text, text, text, boolean) is
  'Pauses (paused) or ends (cancelled) one stream of a task, or all with null, after paying what has accrued; returns how much that was. The rest stays in the task''s escrow. For callers that have locked the task.';
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
      path: "functions/lock_stream.sql",
      text: `create or replace function :schema.lock_stream(p_id text) returns :schema.streams
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_stream :schema.streams;
begin
  -- The task first, as everywhere; a stream never moves to another.
  perform 1 from :schema.tasks t where t.id = (select s.task_id from :schema.streams s where s.id = p_id)
    for no key update;
  select * into v_stream from :schema.streams s where s.id = p_id for no key update;
  if not found then
    raise exception 'There is no stream %.', p_id
      using errcode = 'GH404', constraint = 'stream_not_found', column = 'streamId', hint = 'List the streams of the task.';
  end if;
  return v_stream;
end
$$;
comment on function :schema.lock_stream(text) is
  'Locks a stream and, before it, its task. Everything that changes a stream holds its task''s lock.';
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
      path: "functions/pause_stream.sql",
      text: `create or replace function :schema.pause_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_id text, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_stream :schema.streams;
begin
  if v_answer is not null then return v_answer; end if;
  v_stream := :schema.lock_stream(p_id);
  if v_stream.status not in ('active', 'insolvent') then
    raise exception 'Stream % is %.', p_id, v_stream.status
      using errcode = 'GH409', constraint = 'stream_not_active', column = 'streamId', hint = 'Only a stream that runs can be paused.';
  end if;
  perform :schema.halt_streams(p_actor_type, p_actor_id, p_request_id, v_stream.task_id, p_id, 'paused', p_wide);
  select * into v_stream from :schema.streams s where s.id = p_id;
  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, clock_timestamp()));
end
$$;
comment on function :schema.pause_stream(text, text, text, text, text, text, bytea, text, boolean) is
  'Pays what has accrued and pauses the stream: paused time earns nothing and moves its end. One of which all was paid by that is completed instead.';
`,
    },
    {
      path: "functions/promised_escrow.sql",
      text: `create or replace function :schema.promised_escrow(p_task text) returns numeric
language sql stable
set search_path = :schema, pg_temp
as $$
  select coalesce(sum(s.funded_amount - s.released_amount), 0)
  from :schema.streams s where s.task_id = p_task and s.status in ('active', 'paused', 'insolvent');
$$;
comment on function :schema.promised_escrow(text) is
  'What of a task''s escrow belongs to its streams; only the rest may be paid or given back otherwise. Call it with the task locked.';
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
      path: "functions/release_due_streams.sql",
      text: `create or replace function :schema.release_due_streams(p_limit integer, p_wide boolean) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_now timestamptz;
  v_ids text[];
  v_id text;
  v_constraint text;
  v_error text;
  v_failed integer := 0;
  v_released numeric := 0;
  v_one numeric;
begin
  -- Their tasks are locked first, and what another process is at is passed over.
  v_ids := array(
    select s.id
    from :schema.streams s join :schema.tasks t on t.id = s.task_id
    where s.status = 'active' and s.next_release_at <= statement_timestamp() and t.status in ('active', 'completed')
    order by s.next_release_at, s.id limit p_limit
    for no key update of t skip locked
  );
  if cardinality(v_ids) = 0 then return jsonb_build_object('streams', 0, 'released', '0', 'failed', 0); end if;
  -- Read again under the locks: between the two statements somebody may have released or ended one.
  v_now := clock_timestamp();
  v_ids := array(
    select s.id from :schema.streams s join :schema.tasks t on t.id = s.task_id
    where s.id = any (v_ids) and s.status = 'active' and s.next_release_at <= v_now
      and t.status in ('active', 'completed')
    order by s.id for no key update of s
  );
  begin
    select coalesce(sum(r.amount), 0) into v_released
    from :schema.release_streams('system', null, null, v_ids, null, v_now, p_wide) as r;
  exception when others then
    get stacked diagnostics v_constraint = constraint_name;
    -- What the caller repeats as a whole.
    if sqlstate like '40%' or v_constraint = 'ledger_slot_short' then raise; end if;
    -- One that cannot be released must not hold up the others: each by itself, that one again in a minute.
    foreach v_id in array v_ids loop
      begin
        select coalesce(sum(r.amount), 0) into v_one
        from :schema.release_streams('system', null, null, array[v_id], null, v_now, p_wide) as r;
        v_released := v_released + v_one;
      exception when others then
        get stacked diagnostics v_constraint = constraint_name, v_error = message_text;
        if sqlstate like '40%' or v_constraint = 'ledger_slot_short' then raise; end if;
        v_failed := v_failed + 1;
        update :schema.streams set next_release_at = v_now + interval '1 minute', updated_at = v_now where id = v_id;
        perform :schema.record_action('system', null, null, 'release_failed', 'stream', v_id,
          jsonb_build_object('error', v_error, 'constraint', v_constraint));
      end;
    end loop;
  end;
  return jsonb_build_object('streams', cardinality(v_ids), 'released', trim_scale(v_released)::text, 'failed', v_failed);
end
$$;
comment on function :schema.release_due_streams(integer, boolean) is
  'Releases the streams that are due, soonest first, up to so many: safe from any number of processes at once. Tells how many it took, how much was released and how many were refused (tried again in a minute, see the audit trail).';
`,
    },
    {
      path: "functions/release_streams.sql",
      text: `create or replace function :schema.release_streams(
  p_actor_type text, p_actor_id text, p_request_id text, p_ids text[], p_most numeric, p_at timestamptz, p_wide boolean
) returns setof :schema.transactions
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_due record;
  v_posted bigint[];
  v_stream record;
begin
  -- Loans before the ledger, as everywhere: withhold_repayment changes them after the posting.
  perform 1 from :schema.loans l
  where l.status in ('disbursed', 'repaying', 'defaulted')
    and l.worker_id in (select s.worker_id from :schema.streams s where s.id = any (p_ids))
  order by l.id for no key update;

  -- The fee of a release is what the fee of all that is released grows by: the fees add up to the fee of the total.
  -- Times 0.0001 is exact; a division by 10000 would be rounded before it is rounded.
  select coalesce(array_agg(d.id order by d.id), '{}') as ids, array_agg(d.amount order by d.id) as amounts,
    array_agg(d.fee order by d.id) as fees, array_agg(d.key order by d.id) as keys,
    array_agg('escrow:' || d.platform_id order by d.id) as escrows,
    array_agg('worker:' || d.worker_id order by d.id) as workers, count(*)::integer as n
  into v_due
  from (
    select s.id, s.platform_id, s.worker_id, a.amount,
      round((s.released_amount + a.amount) * s.fee_bps * 0.0001, 6) - round(s.released_amount * s.fee_bps * 0.0001, 6) as fee,
      -- What was released before names the state: a release of one state can be posted once only.
      'stream ' || s.id || ' ' || trim_scale(s.released_amount) as key
    from :schema.streams s
    cross join lateral (select least(:schema.stream_accrued(s, p_at) - s.released_amount, p_most) as amount) as a
    where s.id = any (p_ids) and s.status in ('active', 'paused', 'insolvent') and a.amount > 0
  ) as d;

  if v_due.n > 0 then
    v_posted := :schema.move_money(
      v_due.keys || array(select k || ' fee' from unnest(v_due.keys) with ordinality as u(k, place) order by u.place),
      v_due.escrows || v_due.escrows, v_due.workers || array_fill('fees'::text, array[v_due.n]),
      array(select a - f from unnest(v_due.amounts, v_due.fees) with ordinality as u(a, f, place) order by u.place)
        || v_due.fees,
      'stream release', p_wide);
    return query
      insert into :schema.transactions (worker_id, platform_id, task_id, stream_id, tx_type, amount, fee, status,
        ledger_transfer_id, processed_at)
      select s.worker_id, s.platform_id, s.task_id, s.id, 'payout', u.amount, u.fee, 'completed',
        coalesce(v_posted[u.place], v_posted[v_due.n + u.place]), p_at
      from unnest(v_due.ids, v_due.amounts, v_due.fees) with ordinality as u(id, amount, fee, place)
      join :schema.streams s on s.id = u.id
      order by u.place
      returning *;
    update :schema.tasks t
    set escrowed_amount = t.escrowed_amount - r.amount, paid_amount = t.paid_amount + r.amount,
      paid_at = case when t.paid_amount + r.amount = t.amount then p_at else t.paid_at end, updated_at = p_at
    from (
      select s.task_id, sum(u.amount) as amount
      from unnest(v_due.ids, v_due.amounts) as u(id, amount) join :schema.streams s on s.id = u.id
      group by s.task_id
    ) as r
    where t.id = r.task_id;
  end if;

  -- The trigger streams_amounts completes those of which all is released.
  for v_stream in
    update :schema.streams s
    set released_amount = s.released_amount + n.amount,
      last_released_at = case when n.amount > 0 then p_at else s.last_released_at end,
      status = case when n.spent then 'insolvent' else s.status end,
      next_release_at = case when s.status = 'active' and not n.spent then :schema.stream_next_release_at(s, p_at) end,
      updated_at = p_at
    from (
      select o.id, o.status, coalesce(u.amount, 0) as amount, coalesce(u.fee, 0) as fee, u.key,
        o.status = 'active' and o.funded_amount < o.total_amount
          and o.released_amount + coalesce(u.amount, 0) = o.funded_amount as spent
      from :schema.streams o
      left join unnest(v_due.ids, v_due.amounts, v_due.fees, v_due.keys) as u(id, amount, fee, key) on u.id = o.id
      where o.id = any (p_ids) and o.status in ('active', 'paused', 'insolvent')
    ) as n
    where s.id = n.id
    returning s.id, s.task_id, s.worker_id, s.platform_id, s.total_amount, s.released_amount, s.remaining_amount, s.status,
      n.status as old_status, n.amount, n.fee, n.key
  loop
    if v_stream.amount > 0 then
      perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'released', 'stream', v_stream.id,
        jsonb_build_object('taskId', v_stream.task_id, 'amount', trim_scale(v_stream.amount)::text,
          'fee', trim_scale(v_stream.fee)::text, 'released', trim_scale(v_stream.released_amount)::text,
          'remaining', trim_scale(v_stream.remaining_amount)::text),
        array[v_stream.worker_id, v_stream.platform_id]);
      perform :schema.withhold_repayment(v_stream.worker_id, v_stream.task_id, v_stream.amount - v_stream.fee,
        v_stream.key || ' repayment', p_wide);
    end if;
    if v_stream.status in ('completed', 'insolvent') and v_stream.status <> v_stream.old_status then
      perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, v_stream.status, 'stream', v_stream.id,
        jsonb_build_object('taskId', v_stream.task_id, 'total', trim_scale(v_stream.total_amount)::text,
          'released', trim_scale(v_stream.released_amount)::text),
        array[v_stream.worker_id, v_stream.platform_id]);
    end if;
  end loop;
end
$$;
comment on function :schema.release_streams(text, text, text, text[], numeric, timestamptz, boolean) is
  'Pays the workers of these streams what had accrued at the moment and was not released, p_most of each at most, and returns the payouts. For callers that have locked the streams and their tasks.';
`,
    },
    {
      path: "functions/resume_stream.sql",
      text: `create or replace function :schema.resume_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_id text
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_stream :schema.streams;
  v_task_status text;
  v_now timestamptz;
  v_pause interval;
begin
  if v_answer is not null then return v_answer; end if;
  v_stream := :schema.lock_stream(p_id);
  if v_stream.status <> 'paused' then
    raise exception 'Stream % is %, not paused.', p_id, v_stream.status
      using errcode = 'GH409', constraint = 'stream_not_paused', column = 'streamId',
        hint = 'Only a paused stream can go on.';
  end if;
  select t.status into v_task_status from :schema.tasks t where t.id = v_stream.task_id;
  if v_task_status not in ('active', 'completed') then
    raise exception 'Task % is %, so its streams stay paused.', v_stream.task_id, v_task_status
      using errcode = 'GH409', constraint = 'task_not_active', column = 'streamId', hint = 'Look at the task first.';
  end if;
  v_now := clock_timestamp();
  -- A pause before the start costs no time.
  v_pause := make_interval(secs => greatest(0,
    extract(epoch from v_now - greatest(v_stream.paused_at, v_stream.start_time)))::double precision);
  v_stream.status := 'active';
  v_stream.paused_at := null;
  v_stream.paused_for := v_stream.paused_for + v_pause;
  v_stream.end_time := v_stream.end_time + v_pause;
  update :schema.streams s
  set status = 'active', paused_at = null, paused_for = v_stream.paused_for, end_time = v_stream.end_time,
    next_release_at = :schema.stream_next_release_at(v_stream, v_now), updated_at = v_now
  where s.id = p_id returning * into v_stream;
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'resumed', 'stream', p_id,
    jsonb_build_object('taskId', v_stream.task_id, 'endTime', v_stream.end_time,
      'pausedS', extract(epoch from v_pause)),
    array[v_stream.worker_id, v_stream.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, v_now));
end
$$;
comment on function :schema.resume_stream(text, text, text, text, text, text, bytea, text) is
  'Lets a paused stream go on; its end and its releases move by the length of the pause.';
`,
    },
    {
      path: "functions/stream_accrued.sql",
      text: `-- requires: stream_duration_s, stream_elapsed_s
create or replace function :schema.stream_accrued(p_stream :schema.streams, p_at timestamptz) returns numeric
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  -- div() and the multiplication by 0.000001 are exact; a division of numerics would be rounded.
  select case
    when p_stream.status in ('completed', 'cancelled') then p_stream.released_amount
    when :schema.stream_elapsed_s(p_stream, p_at) >= :schema.stream_duration_s(p_stream) then p_stream.funded_amount
    else least(p_stream.funded_amount, 0.000001 * div(
      p_stream.total_amount * 1000000 * floor(:schema.stream_elapsed_s(p_stream, p_at)),
      :schema.stream_duration_s(p_stream)))
  end;
$$;
comment on function :schema.stream_accrued(:schema.streams, timestamptz) is
  'What a stream has earned until a moment: floor(total × whole seconds run ÷ duration) in smallest units, all of it at the end, never more than is funded. stream_accrued(s, moment) for a row s of streams.';
`,
    },
    {
      path: "functions/stream_duration_s.sql",
      text: `create or replace function :schema.stream_duration_s(p_stream :schema.streams) returns numeric
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select extract(epoch from (p_stream.end_time - p_stream.start_time)) - extract(epoch from (p_stream.paused_for));
$$;
comment on function :schema.stream_duration_s(:schema.streams) is
  'Seconds in which all of a stream accrues, pauses left out.';
`,
    },
    {
      path: "functions/stream_elapsed_s.sql",
      text: `create or replace function :schema.stream_elapsed_s(p_stream :schema.streams, p_at timestamptz) returns numeric
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select greatest(0, extract(epoch from least(p_at, p_stream.paused_at) - p_stream.start_time)
    - extract(epoch from (p_stream.paused_for)));
$$;
comment on function :schema.stream_elapsed_s(:schema.streams, timestamptz) is
  'Seconds that a stream has run until a moment, exact to the microsecond, pauses left out.';
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
      path: "functions/stream_next_release_at.sql",
      text: `-- requires: stream_duration_s, stream_elapsed_s, stream_runs_out_at
create or replace function :schema.stream_next_release_at(p_stream :schema.streams, p_at timestamptz) returns timestamptz
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select least(
    p_stream.end_time,
    :schema.stream_runs_out_at(p_stream),
    p_stream.end_time - make_interval(secs => (:schema.stream_duration_s(p_stream) - p_stream.release_interval
      * (floor(:schema.stream_elapsed_s(p_stream, p_at) / p_stream.release_interval) + 1))::double precision)
  );
$$;
comment on function :schema.stream_next_release_at(:schema.streams, timestamptz) is
  'The next moment after this one at which the time that a stream has run is a multiple of its interval, or its end, or when its money runs out. Pauses and withdrawals do not shift that grid.';
`,
    },
    {
      path: "functions/stream_progress.sql",
      text: `-- requires: stream_json, stream_duration_s, stream_accrued, stream_runs_out_at
create or replace function :schema.stream_progress(p_stream :schema.streams, p_at timestamptz) returns jsonb
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  select :schema.stream_json(p_stream) || jsonb_build_object(
    'accrued', trim_scale(:schema.stream_accrued(p_stream, p_at))::text,
    'releasable', trim_scale(:schema.stream_accrued(p_stream, p_at) - p_stream.released_amount)::text,
    'percent_released', trim_scale(0.01 * div(p_stream.released_amount * 10000, p_stream.total_amount))::text,
    'amount_per_release', trim_scale(0.000001 * div(
      p_stream.total_amount * 1000000 * p_stream.release_interval, :schema.stream_duration_s(p_stream)))::text,
    'runs_out_at', :schema.stream_runs_out_at(p_stream) + w.waited,
    'estimated_completion_at', case
      when p_stream.status = 'completed' then p_stream.completed_at
      when p_stream.status in ('active', 'paused') and p_stream.funded_amount = p_stream.total_amount
      then p_stream.end_time + w.waited end
  )
  from (select case when p_stream.paused_at is null then interval '0'
    else make_interval(secs => greatest(0,
      extract(epoch from p_at - greatest(p_stream.paused_at, p_stream.start_time)))::double precision)
  end as waited) as w;
$$;
comment on function :schema.stream_progress(:schema.streams, timestamptz) is
  'A stream as functions answer it, with what has accrued, what can be taken, when it runs out (null: it does not) and when it is complete (null: unknown while it lacks money, or never); of a paused one as if it went on now.';
`,
    },
    {
      path: "functions/stream_runs_out_at.sql",
      text: `-- requires: stream_duration_s
create or replace function :schema.stream_runs_out_at(p_stream :schema.streams) returns timestamptz
language sql stable parallel safe
as $$
  -- There is no search_path setting: it would keep the function from being inlined, and no name is searched for.
  -- The first whole second at which as much has accrued as is funded.
  select case
    when p_stream.funded_amount < p_stream.total_amount and p_stream.status in ('active', 'paused', 'insolvent')
    then p_stream.end_time - make_interval(secs => greatest(0, :schema.stream_duration_s(p_stream) - div(
      -- Whole numbers, rounded up: a is funded, b is the total, (a × duration + b - 1) div b.
      p_stream.funded_amount * 1000000 * :schema.stream_duration_s(p_stream) * 1000000
        + p_stream.total_amount * 1000000 * 1000000 - 1,
      p_stream.total_amount * 1000000 * 1000000))::double precision)
  end;
$$;
comment on function :schema.stream_runs_out_at(:schema.streams) is
  'When the money of a stream that is not funded in full is used up, were it not paused any more; null for others.';
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
      path: "functions/top_up_stream.sql",
      text: `create or replace function :schema.top_up_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_id text, p_amount :schema.usdc, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_stream :schema.streams;
  v_task :schema.tasks;
  v_now timestamptz;
  v_new numeric;
  v_ran_out timestamptz;
  v_late interval := '0';
begin
  if v_answer is not null then return v_answer; end if;
  v_stream := :schema.lock_stream(p_id);
  select * into v_task from :schema.tasks t where t.id = v_stream.task_id;
  v_now := clock_timestamp();
  if v_stream.status in ('completed', 'cancelled') then
    raise exception 'Stream % is %.', p_id, v_stream.status
      using errcode = 'GH409', constraint = 'stream_ended', column = 'streamId', hint = 'Begin another stream.';
  end if;
  if v_task.status not in ('active', 'completed') then
    raise exception 'Task % is %, so its streams take no money.', v_task.id, v_task.status
      using errcode = 'GH409', constraint = 'task_not_active', column = 'streamId', hint = 'Look at the task first.';
  end if;
  if p_amount > v_stream.total_amount - v_stream.funded_amount then
    raise exception 'Stream % lacks less than %.', p_id, trim_scale(p_amount)
      using errcode = 'GH409', constraint = 'above_stream_total', column = 'amount',
        detail = jsonb_build_object(
          'lacking', trim_scale(v_stream.total_amount - v_stream.funded_amount)::text)::text,
        hint = 'A stream is funded up to its total.';
  end if;
  -- What lies in escrow and is promised to no stream is used before the platform's funds.
  v_new := greatest(0, p_amount - (v_task.escrowed_amount - :schema.promised_escrow(v_task.id)));
  perform :schema.move_money(
    array['stream ' || p_id || ' top-up ' || trim_scale(v_stream.funded_amount)],
    array['platform:' || v_stream.platform_id], array['escrow:' || v_stream.platform_id], array[v_new],
    'stream top-up', p_wide);
  update :schema.tasks t set escrowed_amount = t.escrowed_amount + v_new, updated_at = v_now where t.id = v_task.id;
  -- Without money nothing accrues, noticed or not: the time since it ran out counts as a pause.
  v_ran_out := :schema.stream_runs_out_at(v_stream);
  if v_stream.status <> 'paused' and v_ran_out < v_now then
    v_late := make_interval(secs => extract(epoch from v_now - v_ran_out)::double precision);
  end if;
  v_stream.funded_amount := v_stream.funded_amount + p_amount;
  v_stream.paused_for := v_stream.paused_for + v_late;
  v_stream.end_time := v_stream.end_time + v_late;
  if v_stream.status = 'insolvent' then v_stream.status := 'active'; end if;
  update :schema.streams s
  set funded_amount = v_stream.funded_amount, paused_for = v_stream.paused_for, end_time = v_stream.end_time,
    status = v_stream.status,
    next_release_at = case when v_stream.status = 'active' then case
      when s.next_release_at <= v_now then s.next_release_at
      else :schema.stream_next_release_at(v_stream, v_now) end end,
    updated_at = v_now
  where s.id = p_id returning * into v_stream;
  perform :schema.record_action(p_actor_type, p_actor_id, p_request_id, 'topped_up', 'stream', p_id,
    jsonb_build_object('taskId', v_stream.task_id, 'amount', trim_scale(p_amount)::text,
      'funded', trim_scale(v_stream.funded_amount)::text, 'fromPlatform', trim_scale(v_new)::text),
    array[v_stream.worker_id, v_stream.platform_id]);
  return :schema.end_once(p_account, p_key, :schema.stream_progress(v_stream, v_now));
end
$$;
comment on function :schema.top_up_stream(
  text, text, text, text, text, text, bytea, text, :schema.usdc, boolean) is
  'Adds money to a stream, from free escrow of its task and then from the platform''s funds, up to its total. One that ran out goes on from now.';
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
      path: "functions/withdraw_from_stream.sql",
      text: `create or replace function :schema.withdraw_from_stream(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_id text, p_amount :schema.usdc, p_wide boolean
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
  v_stream :schema.streams;
  v_task_status text;
  v_payout :schema.transactions;
  v_now timestamptz;
  v_releasable numeric;
begin
  if v_answer is not null then return v_answer; end if;
  v_stream := :schema.lock_stream(p_id);
  v_now := clock_timestamp();
  v_releasable := :schema.stream_accrued(v_stream, v_now) - v_stream.released_amount;
  if v_releasable <= 0 then
    raise exception 'Nothing to release: stream % is %, and all that has accrued is paid.', p_id, v_stream.status
      using errcode = 'GH409', constraint = 'nothing_to_release', column = 'streamId',
        hint = 'Pay accrues by the second while a stream is active.';
  end if;
  if p_amount > v_releasable then
    raise exception 'Only % of stream % has accrued and is not paid.', trim_scale(v_releasable), p_id
      using errcode = 'GH409', constraint = 'above_releasable', column = 'amount',
        detail = jsonb_build_object('releasable', trim_scale(v_releasable)::text)::text,
        hint = 'Leave out the amount to take all there is.';
  end if;
  select t.status into v_task_status from :schema.tasks t where t.id = v_stream.task_id;
  if v_task_status not in ('active', 'completed') then
    raise exception 'Task % is %, so its streams pay nothing.', v_stream.task_id, v_task_status
      using errcode = 'GH409', constraint = 'task_not_active', column = 'streamId', hint = 'Look at the task first.';
  end if;
  select * into v_payout
  from :schema.release_streams(p_actor_type, p_actor_id, p_request_id, array[p_id], p_amount, v_now, p_wide) as r;
  select * into v_stream from :schema.streams s where s.id = p_id;
  return :schema.end_once(p_account, p_key, jsonb_build_object(
    'stream', :schema.stream_progress(v_stream, v_now), 'transaction', :schema.transaction_json(v_payout)));
end
$$;
comment on function :schema.withdraw_from_stream(
  text, text, text, text, text, text, bytea, text, :schema.usdc, boolean) is
  'Pays the worker what has accrued and is not released, or so much of it, without waiting for the interval.';
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
      path: "migrations/0005_add_stream_fees.down.sql",
      text: `alter table :schema.streams drop column fee_bps;
`,
    },
    {
      path: "migrations/0005_add_stream_fees.up.sql",
      text: `alter table :schema.streams
  add column fee_bps integer not null default 200,
  add constraint streams_fee_bps_check check (fee_bps between 0 and 10000);
comment on column :schema.streams.fee_bps is
  'The platform''s fee when the stream was made, hundredths of a percent: all releases of a stream are charged alike.';
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
      path: "views/invariant_stream_releases_equal_transactions.sql",
      text: `create or replace view :schema.invariant_stream_releases_equal_transactions as
select s.id as stream_id, s.released_amount, coalesce(p.amount, 0) as paid, p.fee,
  round(s.released_amount * s.fee_bps * 0.0001, 6) as fee_of_released
from :schema.streams s
left join (
  select stream_id, sum(amount) as amount, sum(fee) as fee
  from :schema.transactions where stream_id is not null and tx_type = 'payout' and status = 'completed'
  group by stream_id
) as p on p.stream_id = s.id
where s.released_amount <> coalesce(p.amount, 0)
  or coalesce(p.fee, 0) <> round(s.released_amount * s.fee_bps * 0.0001, 6);
comment on view :schema.invariant_stream_releases_equal_transactions is
  'Streams whose released amount, or the fee of it, is not the sum of their payouts. Mend: compare with the ledger, whose keys begin with "stream " and the id.';
`,
    },
    {
      path: "views/invariant_streams_within_escrow.sql",
      text: `create or replace view :schema.invariant_streams_within_escrow as
select t.id as task_id, t.escrowed_amount, s.promised
from (
  select task_id, sum(funded_amount - released_amount) as promised
  from :schema.streams where status in ('active', 'paused', 'insolvent') group by task_id
) as s
join :schema.tasks t on t.id = s.task_id
where s.promised > t.escrowed_amount;
comment on view :schema.invariant_streams_within_escrow is
  'Tasks whose streams were promised more than lies in escrow for them. Mend: find in the audit trail who took it, and pay it in again.';
`,
    },
  ],
};
