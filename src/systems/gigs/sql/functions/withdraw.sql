create or replace function :schema.withdraw(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_worker text, p_amount numeric, p_to text, p_rail text, p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_worker :schema.workers;
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
begin
  if v_answer is not null then return v_answer; end if;
  select * into v_worker from :schema.workers where id = p_worker;
  if not found then
    raise exception 'Worker not found' using errcode = 'GH404', constraint = 'worker_not_found', column = 'workerId',
      detail = jsonb_build_object('workerId', p_worker)::text,
      hint = 'listWorkers shows those there are.';
  end if;
  if v_worker.status = 'suspended' then
    raise exception 'Worker % is suspended.', p_worker using errcode = 'GH403', constraint = 'worker_suspended',
      column = 'workerId', hint = 'An administrator can lift the suspension.';
  end if;
  if coalesce(p_to, v_worker.wallet_address) is null then
    perform :schema.refuse(:schema.wallet_refusal(p_worker));
  end if;
  return :schema.end_once(p_account, p_key, :schema.start_withdrawal(p_actor_type, p_actor_id, p_request_id, p_worker,
    null, p_amount, coalesce(p_to, v_worker.wallet_address), p_rail, p_wide));
end
$$;
comment on function :schema.withdraw(text, text, text, text, text, text, bytea, text, numeric, text, text, boolean) is
  'Starts a withdrawal from a worker''s balance to the address given, or to the worker''s wallet.';
