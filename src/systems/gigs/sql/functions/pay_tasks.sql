create or replace function :schema.pay_tasks(
  p_actor_type text, p_actor_id text, p_request_id text, p_tasks text[], p_worker text, p_rail text, p_least numeric,
  p_metadata jsonb, p_wide boolean default false
) returns jsonb[]
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answers jsonb[] := array_fill(null::jsonb, array[cardinality(p_tasks)]);
  v_row record;
  v_last text;
  v_refusal jsonb;
  v_places integer[] := '{}';
  v_tasks text[] := '{}';
  v_workers text[] := '{}';
  v_wallets text[] := '{}';
  v_amounts numeric[] := '{}';
  v_payouts jsonb[];
  v_left numeric;
begin
  perform from :schema.tasks where id = any (p_tasks) order by id for no key update;
  for v_row in
    select g.place::integer as place, g.id as asked, t as task, w.wallet_address
    from unnest(p_tasks) with ordinality as g(id, place)
    left join :schema.tasks t on t.id = g.id
    left join :schema.workers w on w.id = t.worker_id
    order by g.id, g.place
  loop
    v_refusal := :schema.payment_refusal(v_row.task, v_row.asked, p_worker);
    if v_refusal is null and v_row.asked = v_last then
      v_refusal := jsonb_build_object('state', 'GH409', 'message', 'Task already paid', 'reason', 'task_already_paid',
        'details', jsonb_build_object('taskId', v_row.asked), 'hint', 'It is twice in the list.');
    end if;
    if v_refusal is null and (v_row.task).escrowed_amount < (v_row.task).amount - (v_row.task).paid_amount then
      v_refusal := jsonb_build_object('state', 'GH429', 'reason', 'insufficient_escrow',
        'message', format('Of the %s USDC that task %s costs only %s are in escrow.',
          trim_scale((v_row.task).amount - (v_row.task).paid_amount), v_row.asked,
          trim_scale((v_row.task).escrowed_amount)),
        'details', jsonb_build_object('taskId', v_row.asked, 'available', trim_scale((v_row.task).escrowed_amount)::text),
        'hint', 'Fund it first.');
    end if;
    if v_refusal is null and p_rail <> 'ledger' and v_row.wallet_address is null then
      v_refusal := :schema.wallet_refusal((v_row.task).worker_id);
    end if;
    v_last := v_row.asked;
    if v_refusal is not null then
      v_answers[v_row.place] := jsonb_build_object('refusal', v_refusal);
    else
      v_places := v_places || v_row.place;
      v_tasks := v_tasks || v_row.asked;
      v_workers := v_workers || (v_row.task).worker_id;
      v_wallets := v_wallets || v_row.wallet_address;
      v_amounts := v_amounts || ((v_row.task).amount - (v_row.task).paid_amount)::numeric;
    end if;
  end loop;
  if cardinality(v_tasks) = 0 then return v_answers; end if;

  v_payouts := :schema.post_payouts(p_actor_type, p_actor_id, p_request_id, v_tasks, v_workers, v_amounts, p_metadata,
    p_wide);
  for v_place in 1..cardinality(v_tasks) loop
    v_left := (v_payouts[v_place] ->> 'net')::numeric - (v_payouts[v_place] ->> 'withheld')::numeric;
    if p_rail <> 'ledger' and v_left >= p_least then
      v_payouts[v_place] := v_payouts[v_place] || jsonb_build_object('withdrawal', :schema.start_withdrawal(
        p_actor_type, p_actor_id, p_request_id, v_workers[v_place], v_tasks[v_place], v_left, v_wallets[v_place], p_rail,
        p_wide));
    end if;
    v_answers[v_places[v_place]] := v_payouts[v_place];
  end loop;
  return v_answers;
end
$$;
comment on function :schema.pay_tasks(text, text, text, text[], text, text, numeric, jsonb, boolean) is
  'Pays completed tasks from their escrow, set by set: answers in order {payout} or {refusal}. Over a rail the net amount goes on to the worker''s wallet when it is not below p_least.';
