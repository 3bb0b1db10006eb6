create or replace function :schema.record_work(p_calls jsonb) returns jsonb
language plpgsql
-- Planned once, perhaps while the tables were small: so every row is looked up by its key, lateral with a limit, or the
-- plan could walk through a table that has grown since.
set search_path = :schema, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at constant timestamptz(3) := clock_timestamp();
  v_count constant integer := jsonb_array_length(p_calls);
  v_alone constant boolean := v_count = 1;
  v_workers constant text[] := array(select c.worker_id from jsonb_to_recordset(p_calls) as c(worker_id text));
  v_made integer;
  v_bad record;
  v_keys text[];
  v_debits text[];
  v_credits text[];
  v_amounts numeric[];
  v_tasks text[];
  v_ids bigint[];
  v_points jsonb;
  v_answers jsonb[];
  v_records jsonb;
  v_withheld numeric := 0;
  v_owes boolean;
begin
  if v_alone then
    select array[:schema.begin_once(c.account, c.key, c.operation, decode(c.request, 'hex'))] into v_answers
    from jsonb_to_recordset(p_calls) as c(account text, key text, operation text, request text);
    if v_answers[1] is not null then return to_jsonb(v_answers); end if;
  else
    perform :schema.begin_calls(p_calls);
  end if;
  perform :schema.check_parties(c.actor_kind, c.actor_id, c.platform_id, c.worker_id)
  from jsonb_to_recordset(p_calls) as c(actor_kind text, actor_id text, platform_id text, worker_id text);
  if v_alone then
    -- As lock_loans does, which does not say whether there are any.
    perform from :schema.loans l
    where l.worker_id = any (v_workers) and l.status in ('disbursed', 'repaying', 'defaulted', 'written_off')
    order by l.id for no key update;
    v_owes := found;
  else
    -- Who owes an instalment is paid alone.
    perform :schema.must_be_plain(not exists (
      select from :schema.loans l
      where l.worker_id = any (v_workers) and l.status in ('disbursed', 'repaying', 'defaulted', 'written_off')));
  end if;

  insert into :schema.tasks (id, platform_id, worker_id, external_id, amount, title, description, metadata, status,
    verification_data, completion_proof, paid_amount, started_at, completed_at, paid_at, created_at, updated_at)
  select c.id, c.platform_id, c.worker_id, c.external_id, c.amount, c.title, c.description, c.metadata::jsonb, 'completed',
    c.verification::jsonb, c.proof, c.amount, least(c.started_at, c.completed_at, v_at),
    -- A platform's clock may be a little ahead of ours.
    least(c.completed_at, v_at), v_at, v_at, v_at
  from jsonb_to_recordset(p_calls) as c(id text, platform_id text, worker_id text, external_id text, amount numeric,
    title text, description text, metadata text, verification text, proof text, started_at timestamptz,
    completed_at timestamptz)
  order by c.platform_id, c.external_id
  on conflict (platform_id, external_id) do nothing;
  get diagnostics v_made = row_count;
  if v_alone and v_made = 0 then
    select t.id, t.external_id, t.platform_id into v_bad
    from jsonb_to_recordset(p_calls) as c(platform_id text, external_id text)
    cross join lateral (
      select k.id, k.external_id, k.platform_id from :schema.tasks k
      where k.platform_id = c.platform_id and k.external_id = c.external_id limit 1
    ) as t;
    raise exception 'Platform % posted task "%" before.', v_bad.platform_id, v_bad.external_id
      using errcode = 'GH409', constraint = 'external_id_reused', column = 'externalId',
        detail = jsonb_build_object('id', v_bad.id)::text,
        hint = 'Complete and pay that task, or use an id of its own for each task.';
  end if;
  perform :schema.must_be_plain(v_made = v_count);

  with given as (
    insert into :schema.reputation_events (id, worker_id, task_id, event_type, requested_delta, reason)
    select c.event_id, c.worker_id, c.id, 'task_completed', c.delta, 'Completed "' || left(coalesce(c.title, c.id), 200) || '"'
    from jsonb_to_recordset(p_calls) as c(id text, worker_id text, title text, delta integer, event_id text)
    order by c.worker_id, c.id
    returning task_id, new_score - previous_score as delta, new_score
  )
  select jsonb_object_agg(g.task_id, jsonb_build_object('reputation_delta', g.delta, 'reputation_score', g.new_score))
  into v_points
  from given g;

  -- From the platform's funds at once: nothing of it has to wait in escrow.
  select array_agg(e.key order by c.place, e.place) filter (where e.amount > 0),
    array_agg('platform:' || c.platform_id order by c.place, e.place) filter (where e.amount > 0),
    array_agg(e.credit order by c.place, e.place) filter (where e.amount > 0),
    array_agg(e.amount order by c.place, e.place) filter (where e.amount > 0),
    array_agg(c.id order by c.place, e.place) filter (where e.amount > 0),
    jsonb_agg(e.record || jsonb_build_object('place', c.place, 'audiences', array[c.worker_id, c.platform_id])
      order by c.place, e.place) filter (where e.record is not null)
  into v_keys, v_debits, v_credits, v_amounts, v_tasks, v_records
  from jsonb_to_recordset(p_calls) as c(place integer, id text, audit_id text, payout_id text, platform_id text,
    worker_id text, amount numeric)
  cross join lateral (select k.fee_bps from :schema.platforms k where k.id = c.platform_id limit 1) as p
  cross join lateral (select round(c.amount * p.fee_bps * 0.0001, 6) as fee) as f
  cross join lateral (select jsonb_build_object('amount', trim_scale(c.amount)::text, 'fee', trim_scale(f.fee)::text,
    'net', trim_scale(c.amount - f.fee)::text) as amounts) as a
  cross join lateral (values
    (1, 'task ' || c.id || ' pay ' || c.worker_id, 'worker:' || c.worker_id, c.amount - f.fee, null::jsonb),
    (2, 'task ' || c.id || ' fee ' || c.worker_id, 'fees', f.fee, null),
    (3, null, null, null, jsonb_build_object('audit_id', c.audit_id, 'action', 'create_task', 'event', 'task.created',
      'type', 'task', 'id', c.id,
      'metadata', jsonb_build_object('task_type', 'fixed', 'amount', a.amounts -> 'amount', 'recorded', true))),
    (4, null, null, null, jsonb_build_object('audit_id', c.audit_id || 'b', 'action', 'complete_task',
      'event', 'task.completed', 'type', 'task', 'id', c.id,
      'metadata', v_points -> c.id || jsonb_build_object('amount', a.amounts -> 'amount'))),
    (5, null, null, null, jsonb_build_object('audit_id', c.audit_id || 'c', 'action', 'execute_payment',
      'event', 'payment.confirmed', 'type', 'transaction', 'id', c.payout_id,
      'metadata', a.amounts || jsonb_build_object('taskId', c.id, 'workerId', c.worker_id),
      'payload', a.amounts || jsonb_build_object('transactionId', c.payout_id, 'taskId', c.id, 'workerId', c.worker_id,
        'platformId', c.platform_id)))
  ) as e(place, key, credit, amount, record);
  perform :schema.end_calls(p_calls, v_records, null);

  -- Late, so that the balances are locked for no longer than it takes: others record from the same accounts.
  if v_alone then
    v_ids := :schema.move_money(v_keys, v_debits, v_credits, v_amounts, v_tasks[1]);
    if v_owes then
      v_withheld := :schema.withhold_repayment(v_workers[1], v_tasks[1],
        coalesce((select sum(u.amount) from unnest(v_credits, v_amounts) as u(credit, amount) where u.credit <> 'fees'), 0),
        'task ' || v_tasks[1] || ' repay ' || v_workers[1]);
    end if;
  else
    v_ids := :schema.move_together(v_keys, v_debits, v_credits, v_amounts, v_tasks);
  end if;

  -- v_tasks has the tasks in the order of the calls, and v_records three of each: a join would compare all with all.
  with made as (
    insert into :schema.transactions as x (id, worker_id, platform_id, task_id, tx_type, amount, fee, status, processed_at,
      created_at, updated_at, ledger_transfer_id)
    select c.payout_id, c.worker_id, c.platform_id, c.id, 'payout', c.amount,
      (v_records -> (c.place * 3 - 1) -> 'payload' ->> 'fee')::numeric, 'completed', v_at, v_at, v_at,
      v_ids[array_position(v_tasks, c.id)]
    from jsonb_to_recordset(p_calls) as c(place integer, id text, worker_id text, platform_id text, payout_id text,
      amount numeric)
    returning x.*
  )
  select array_agg(jsonb_build_object(
      'task', t.task || (v_points -> m.task_id),
      'payment', :schema.transaction_json(m) || jsonb_build_object('net', trim_scale(m.amount - m.fee)::text,
        'withheld', trim_scale(v_withheld)::text, 'withdrawal', null)) order by array_position(v_tasks, m.task_id))
  into v_answers
  from made m
  cross join lateral (select :schema.task_json(k) as task from :schema.tasks k where k.id = m.task_id limit 1) as t;
  return :schema.end_calls(p_calls, null, v_answers);
end
$$;
comment on function :schema.record_work(jsonb) is
  'Work that is done already: posts, completes and pays each task of the calls, all or none, from the platform''s funds. One call alone is told what is the matter with it, and repays an advance; several must be plain.';
