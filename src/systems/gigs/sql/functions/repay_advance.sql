create or replace function :schema.repay_advance(
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
  where worker_id = p_worker and status in ('disbursed', 'repaying', 'defaulted', 'written_off')
  order by created_at, id limit 1 for no key update;
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
