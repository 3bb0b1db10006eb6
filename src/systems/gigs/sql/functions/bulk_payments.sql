create or replace function :schema.bulk_payments(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_tasks text[], p_rail text, p_least numeric, p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
begin
  if v_answer is not null then return v_answer; end if;
  v_answer := to_jsonb(:schema.pay_tasks(p_actor_type, p_actor_id, p_request_id, p_tasks, null, p_rail, p_least, null,
    p_wide));
  return :schema.end_once(p_account, p_key, v_answer);
end
$$;
comment on function :schema.bulk_payments(text, text, text, text, text, text, bytea, text[], text, numeric, boolean) is
  'Pays many completed tasks in one statement: those that can be paid are, the others say why not.';
