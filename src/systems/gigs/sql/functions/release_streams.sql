create or replace function :schema.release_streams(
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
  perform :schema.lock_loans(array(select s.worker_id from :schema.streams s where s.id = any (p_ids)));

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
      -- A fifth of each release, as of the due: pay by the second stays pay, however small the releases are.
      perform :schema.withhold_repayment(v_stream.worker_id, v_stream.task_id,
        floor((v_stream.amount - v_stream.fee) * 1000000 / 5) / 1000000, v_stream.key || ' repayment', p_wide);
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
