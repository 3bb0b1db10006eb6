create or replace function :schema.ledger_check_accounts() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_transfer bigint;
begin
  -- Each look-up is lateral with a limit, so that it is planned as one by key and not as a join of whole tables.
  select n.id into v_transfer
  from added n
  left join lateral (
    select true as found from :schema.ledger_balances b
    where b.account_id = n.debit_account and b.asset_id = n.asset_id and b.slot = n.debit_slot limit 1
  ) as d on true
  left join lateral (
    select true as found from :schema.ledger_balances b
    where b.account_id = n.credit_account and b.asset_id = n.asset_id and b.slot = n.credit_slot limit 1
  ) as c on true
  where d.found is null or c.found is null
  limit 1;
  if found then
    raise exception 'Transfer % is between accounts that are not there, or not of its asset.', v_transfer
      using errcode = 'foreign_key_violation', table = 'ledger_transfers',
        constraint = 'ledger_transfers_accounts_known', hint = 'Post with ledger_post.';
  end if;
  return null;
end
$$;
comment on function :schema.ledger_check_accounts() is
  'Trigger of the journal: both sides of a transfer are balances of its asset. What a foreign key would check row by row, once a statement.';
