create or replace function :schema.ledger_keep_balances() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  raise exception 'The journal refers to %: % is refused.', tg_table_name, lower(tg_op)
    using errcode = 'foreign_key_violation', constraint = tg_name, hint = 'Close the account instead.';
end
$$;
comment on function :schema.ledger_keep_balances() is
  'Trigger of balances: a row is never taken away or given to another account, since transfers refer to it.';
