create or replace function :schema.write_off_loan(
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
  select * into v_loan from :schema.loans where id = p_loan for no key update;
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
  perform :schema.move_money(array['loan ' || p_loan || ' write-off'], array['losses'],
    array['advance:' || v_loan.worker_id], array[v_due], p_loan, p_wide);
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
