create or replace function :schema.process_payment(
  p_actor_type text, p_actor_id text, p_request_id text, p_account text, p_key text, p_operation text, p_request bytea,
  p_task text, p_worker text, p_rail text, p_least numeric, p_metadata jsonb, p_wide boolean default false
) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_answer jsonb := :schema.begin_once(p_account, p_key, p_operation, p_request);
begin
  if v_answer is not null then return v_answer; end if;
  v_answer := (:schema.pay_tasks(p_actor_type, p_actor_id, p_request_id, array[p_task], p_worker, p_rail, p_least,
    p_metadata, p_wide))[1];
  perform :schema.refuse(v_answer -> 'refusal');
  return :schema.end_once(p_account, p_key, v_answer);
end
$$;
comment on function :schema.process_payment(text, text, text, text, text, text, bytea, text, text, text, numeric, jsonb, boolean) is
  'Pays one completed task from its escrow, once, or raises why not.';
