create or replace function :schema.default_overdue_loans(p_penalty integer, p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_loan :schema.loans;
  v_count integer := 0;
begin
  for v_loan in
    select * from :schema.loans
    where status in ('disbursed', 'repaying') and repayment_due < statement_timestamp()
    order by repayment_due, id
    limit p_limit
    for no key update skip locked
  loop
    update :schema.loans set status = 'defaulted', defaulted_at = clock_timestamp(), updated_at = clock_timestamp()
    where id = v_loan.id;
    insert into :schema.reputation_events (worker_id, event_type, requested_delta, delta, previous_score, new_score,
      reason, related_id)
    values (v_loan.worker_id, 'penalty', p_penalty, 0, 0, 0, 'Advance not repaid in time', v_loan.id);
    perform :schema.record_action('system', null, null, 'defaulted', 'loan', v_loan.id,
      jsonb_build_object('workerId', v_loan.worker_id, 'penalty', p_penalty,
        'remaining', trim_scale(v_loan.total_due - v_loan.amount_repaid)::text), array[v_loan.worker_id]);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function :schema.default_overdue_loans(integer, integer) is
  'Makes loans whose due date has passed defaulted, with a penalty in reputation, at most p_limit of them; returns how many.';
