create or replace function :schema.end_once(p_account text, p_key text, p_answer jsonb) returns jsonb
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  if p_key is not null then
    update :schema.idempotency_keys set answer = p_answer where account = p_account and key = p_key;
  end if;
  return p_answer;
end
$$;
comment on function :schema.end_once(text, text, jsonb) is
  'Stores the answer of work that begin_once let begin, and returns it.';
