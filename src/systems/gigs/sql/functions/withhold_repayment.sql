create or replace function :schema.withhold_repayment(
  p_worker text, p_task text, p_paid numeric, p_key text, p_wide boolean default false
) returns numeric
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_loan :schema.loans;
  v_key text := p_key || ' repayment';
  v_amount numeric;
  v_taken numeric;
begin
  select * into v_loan from :schema.loans
  where worker_id = p_worker and status in ('disbursed', 'repaying', 'defaulted', 'written_off')
  order by created_at, id limit 1 for no key update;
  if not found then return 0; end if;
  select amount into v_amount from :schema.transactions where rail = 'ledger' and rail_reference = v_key;
  if found then return v_amount; end if;
  -- A task repays one instalment, in however many releases and payouts it is paid.
  select coalesce(sum(t.amount), 0) into v_taken
  from :schema.transactions t
  where t.task_id = p_task and t.loan_id = v_loan.id and t.tx_type = 'repayment';
  -- Rounded up: five instalments are never less than the whole, and the last takes only what is left.
  v_amount := least(
    ceil(v_loan.total_due * 1000000 / v_loan.installments) / 1000000 - v_taken, p_paid,
    v_loan.total_due - v_loan.amount_repaid
  );
  if v_amount <= 0 then return 0; end if;
  perform :schema.repay_loan('system', null, null, v_loan.id, p_worker, p_task, v_amount,
    case when v_taken = 0 then 1 else 0 end, v_key, p_wide);
  return v_amount;
end
$$;
comment on function :schema.withhold_repayment(text, text, numeric, text, boolean) is
  'Takes the instalment of an open advance out of what a worker was just paid (never more than p_paid), once for its key, and one instalment in all from one task; returns how much. Call it after the payment was posted, in the same transaction.';
