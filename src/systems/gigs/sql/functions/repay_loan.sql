create or replace function :schema.repay_loan(
  p_actor_kind text, p_actor_id text, p_request_id text, p_loan text, p_worker text, p_task text, p_amount numeric,
  p_installments integer, p_key text, p_wide boolean
) returns :schema.loans
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_loan :schema.loans;
  v_ids bigint[];
begin
  select * into v_loan from :schema.loans where id = p_loan for no key update;
  if v_loan.status not in ('disbursed', 'repaying', 'defaulted', 'written_off')
    or v_loan.total_due - v_loan.amount_repaid < p_amount then
    raise exception 'Advance % was changed meanwhile.', p_loan using errcode = '40001', hint = 'Try again.';
  end if;
  v_ids := :schema.move_money(array[p_key], array['worker:' || p_worker],
    -- What was written off is owed no longer to the books: it makes the loss smaller.
    array[case when v_loan.status = 'written_off' then 'losses' else 'advance:' || p_worker end],
    array[p_amount], p_loan, p_wide);
  update :schema.loans set amount_repaid = amount_repaid + p_amount,
    installments_paid = installments_paid + p_installments,
    status = case when amount_repaid + p_amount = total_due then 'repaid' when status in ('defaulted', 'written_off') then status
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
      'recovered', v_loan.written_off_at is not null, 'remaining', trim_scale(v_loan.total_due - v_loan.amount_repaid)::text), array[p_worker]);
  if v_loan.status = 'repaid' then
    perform :schema.record_action(p_actor_kind, p_actor_id, p_request_id, 'repaid', 'loan', p_loan,
      jsonb_build_object('workerId', p_worker, 'totalDue', trim_scale(v_loan.total_due)::text,
        'onTime', v_loan.repaid_at <= v_loan.repayment_due), array[p_worker]);
  end if;
  return v_loan;
end
$$;
comment on function :schema.repay_loan(text, text, text, text, text, text, numeric, integer, text, boolean) is
  'Moves an amount from a worker''s balance to its advance, or to the losses when that was written off, and writes it down; the last unit makes the loan repaid. Raises a serialization failure when the loan was changed meanwhile: call again.';
