create or replace function :schema.request_advance(
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
  v_fee := round(p_amount * p_fee_bps * 0.0001, 6);
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
