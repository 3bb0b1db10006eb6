create or replace function :schema.pay_calls(p_calls jsonb) returns jsonb
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
  v_tasks constant text[] := array(select c.task from jsonb_to_recordset(p_calls) as c(task text));
  v_keys text[];
  v_debits text[];
  v_credits text[];
  v_amounts numeric[];
  v_references text[];
  v_ids bigint[];
  v_answers jsonb[];
  v_records jsonb;
begin
  perform :schema.begin_calls(p_calls);
  perform from :schema.tasks t
  where t.id = any (v_tasks)
  order by t.id for no key update;
  -- Into balances only, all of it, and to workers without an open advance.
  perform :schema.must_be_plain(
    count(distinct t.id) = jsonb_array_length(p_calls)
    and bool_and(c.rail = 'ledger' and t.escrowed_amount = t.amount - t.paid_amount
      and :schema.payment_refusal(t, c.task, c.worker) is null
      and not exists (
        select from :schema.loans l
        where l.worker_id = t.worker_id and l.status in ('disbursed', 'repaying', 'defaulted', 'written_off'))))
  from jsonb_to_recordset(p_calls) as c(task text, worker text, rail text)
  cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t;
  select array_agg(e.key order by c.place, e.place) filter (where e.amount > 0),
    array_agg(e.debit order by c.place, e.place) filter (where e.amount > 0),
    array_agg(e.credit order by c.place, e.place) filter (where e.amount > 0),
    array_agg(e.amount order by c.place, e.place) filter (where e.amount > 0),
    array_agg(t.id order by c.place, e.place) filter (where e.amount > 0),
    jsonb_agg(jsonb_build_object('place', c.place, 'action', 'execute_payment', 'event', 'payment.confirmed',
      'type', 'transaction', 'id', c.own_id,
      'metadata', a.amounts || jsonb_build_object('taskId', t.id, 'workerId', t.worker_id),
      'payload', a.amounts || jsonb_build_object('transactionId', c.own_id, 'taskId', t.id, 'workerId', t.worker_id,
        'platformId', t.platform_id),
      'audiences', array[t.worker_id, t.platform_id]) order by c.place) filter (where e.place = 1)
  into v_keys, v_debits, v_credits, v_amounts, v_references, v_records
  from jsonb_to_recordset(p_calls) as c(place integer, task text, own_id text)
  cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t
  cross join lateral (select k.fee_bps from :schema.platforms k where k.id = t.platform_id limit 1) as p
  cross join lateral (select round(t.escrowed_amount * p.fee_bps * 0.0001, 6) as fee) as f
  cross join lateral (select jsonb_build_object('amount', trim_scale(t.escrowed_amount)::text,
    'fee', trim_scale(f.fee)::text, 'net', trim_scale(t.escrowed_amount - f.fee)::text) as amounts) as a
  cross join lateral (values
    (1, 'task ' || t.id || ' pay ' || t.worker_id, 'escrow:' || t.platform_id, 'worker:' || t.worker_id,
      t.escrowed_amount - f.fee),
    (2, 'task ' || t.id || ' fee ' || t.worker_id, 'escrow:' || t.platform_id, 'fees', f.fee)
  ) as e(place, key, debit, credit, amount);
  update :schema.tasks t
  set paid_amount = t.paid_amount + t.escrowed_amount, escrowed_amount = 0, paid_at = v_at, updated_at = v_at
  where t.id = any (v_tasks);
  perform :schema.end_calls(p_calls, v_records, null);
  -- Late, so that the balances are locked for no longer than it takes: others post and pay from the same accounts.
  v_ids := :schema.move_together(v_keys, v_debits, v_credits, v_amounts, v_references);
  -- v_references has the tasks in the order of the calls: a join would compare every payout with every call.
  with made as (
    insert into :schema.transactions as x (id, worker_id, platform_id, task_id, tx_type, amount, fee, status, processed_at,
      created_at, updated_at, ledger_transfer_id, metadata)
    select c.own_id, t.worker_id, t.platform_id, t.id, 'payout', (r.amounts ->> 'amount')::numeric,
      (r.amounts ->> 'fee')::numeric, 'completed', v_at, v_at, v_at, v_ids[array_position(v_references, t.id)],
      c.metadata::jsonb
    from jsonb_to_recordset(p_calls) as c(place integer, task text, metadata text, own_id text)
    cross join lateral (select k.* from :schema.tasks k where k.id = c.task limit 1) as t
    cross join lateral (select v_records -> (c.place - 1) -> 'payload' as amounts) as r
    returning x.*
  )
  select array_agg(:schema.transaction_json(m) || jsonb_build_object(
      'net', trim_scale(m.amount - m.fee)::text, 'withheld', '0', 'withdrawal', null)
    order by array_position(v_references, m.task_id))
  into v_answers
  from made m;
  return :schema.end_calls(p_calls, null, v_answers);
end
$$;
comment on function :schema.pay_calls(jsonb) is
  'process_payment for calls of several callers at once, all or none; what is not plain is refused and made alone.';
