create or replace function :schema.post_payouts(
  p_actor_type text, p_actor_id text, p_request_id text, p_tasks text[], p_workers text[], p_amounts numeric[],
  p_metadata jsonb, p_wide boolean
) returns jsonb[]
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_count constant integer := cardinality(p_tasks);
  v_at constant timestamptz(3) := clock_timestamp();
  v_platforms text[];
  v_fees numeric[];
  v_keys text[];
  v_debits text[];
  v_credits text[];
  v_amounts numeric[];
  v_ids bigint[];
  v_payouts jsonb[];
  v_withheld numeric;
begin
  perform :schema.lock_loans(p_workers);
  -- The caller has locked the tasks. Net amounts come first, then fees: place n and place n + count belong together.
  select array_agg(t.platform_id order by g.place), array_agg(f.fee order by g.place),
    array_agg('task ' || t.id || ' pay ' || g.worker order by g.place)
      || array_agg('task ' || t.id || ' fee ' || g.worker order by g.place),
    array_agg('escrow:' || t.platform_id order by g.place) || array_agg('escrow:' || t.platform_id order by g.place),
    array_agg('worker:' || g.worker order by g.place) || array_fill('fees'::text, array[v_count]),
    array_agg(g.amount - f.fee order by g.place) || array_agg(f.fee order by g.place)
  into v_platforms, v_fees, v_keys, v_debits, v_credits, v_amounts
  from unnest(p_tasks, p_workers, p_amounts) with ordinality as g(task, worker, amount, place)
  -- Lateral with a limit: a plan made while the tables were small would walk through all tasks of all platforms.
  cross join lateral (select k.id, k.platform_id from :schema.tasks k where k.id = g.task limit 1) as t
  cross join lateral (select k.fee_bps from :schema.platforms k where k.id = t.platform_id limit 1) as p
  cross join lateral (select round(g.amount * p.fee_bps * 0.0001, 6) as fee) as f;
  v_ids := :schema.move_money(v_keys, v_debits, v_credits, v_amounts, p_tasks[1], p_wide);

  with paid as (
    select g.task, sum(g.amount) as amount from unnest(p_tasks, p_amounts) as g(task, amount) group by g.task
  )
  update :schema.tasks t
  set escrowed_amount = t.escrowed_amount - paid.amount, paid_amount = t.paid_amount + paid.amount,
    paid_at = case when t.escrowed_amount = paid.amount then v_at else t.paid_at end, updated_at = v_at
  from paid where t.id = paid.task;

  with made as (
    insert into :schema.transactions as t (worker_id, platform_id, task_id, tx_type, amount, fee, status, processed_at,
      created_at, updated_at, ledger_transfer_id, metadata)
    select g.worker, g.platform, g.task, 'payout', g.amount, g.fee, 'completed', v_at, v_at, v_at,
      coalesce(v_ids[g.place], v_ids[g.place + v_count]), coalesce(p_metadata, '{}')
    from unnest(p_tasks, p_workers, p_amounts, v_platforms, v_fees)
      with ordinality as g(task, worker, amount, platform, fee, place)
    returning t.*
  )
  select array_agg(:schema.transaction_json(m) || jsonb_build_object('net', trim_scale(m.amount - m.fee)::text)
    order by g.place)
  into v_payouts
  from unnest(p_tasks, p_workers) with ordinality as g(task, worker, place)
  join made m on m.task_id = g.task and m.worker_id = g.worker;

  perform :schema.record_payments(p_actor_type, p_actor_id, p_request_id, v_payouts);
  for v_place in 1..v_count loop
    v_withheld := case when v_amounts[v_place] = 0 then 0 else :schema.withhold_repayment(p_workers[v_place],
      p_tasks[v_place], v_amounts[v_place], 'task ' || p_tasks[v_place] || ' repay ' || p_workers[v_place], p_wide) end;
    v_payouts[v_place] := v_payouts[v_place]
      || jsonb_build_object('withheld', trim_scale(coalesce(v_withheld, 0))::text, 'withdrawal', null);
  end loop;
  return v_payouts;
end
$$;
comment on function :schema.post_payouts(text, text, text, text[], text[], numeric[], jsonb, boolean) is
  'Pays workers from the escrow of tasks that the caller has locked and checked, all or none: entries, payouts, amounts of the tasks, instalments of advances. Answers the payouts with net and withheld, in the order asked.';
