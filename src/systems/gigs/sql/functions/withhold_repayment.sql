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
begin
  select * into v_loan from :schema.loans
  where worker_id = p_worker and status in ('disbursed', 'repaying', 'defaulted')
  order by created_at, id limit 1 for no key update;
  if not found then return 0; end if;
  select amount into v_amount from :schema.transactions where rail = 'ledger' and rail_reference = v_key;
  if found then return v_amount; end if;
  -- Rounded up: five instalments are never less than the whole, and the last takes only what is left.
  v_amount := least(
    ceil(v_loan.total_due * 1000000 / v_loan.installments) / 1000000, p_paid, v_loan.total_due - v_loan.amount_repaid
  );
  if v_amount <= 0 then return 0; end if;
  perform :schema.repay_loan('system', null, null, v_loan.id, p_worker, p_task, v_amount, 1, v_key, p_wide);
  return v_amount;
end
$$;
comment on function :schema.withhold_repayment(text, text, numeric, text, boolean) is
  'Takes the instalment of an open advance out of what a worker was just paid, once for its key; returns how much. Call it after the payment was posted, in the same transaction, with the amount that reached the worker.';
