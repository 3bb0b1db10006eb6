create or replace function :schema.ledger_balance_at(p_account bigint, p_at timestamptz) returns numeric
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_now numeric;
  v_side text;
  v_unit numeric;
begin
  -- Who is posting now has taken its time already and is waited for; who posts afterwards takes a later one. So the
  -- answer for a moment that has passed never changes any more.
  perform 1 from :schema.ledger_balances where account_id = p_account order by slot for share;
  select a.normal_side, s.unit into v_side, v_unit
  from :schema.ledger_accounts a join :schema.ledger_assets s on s.id = a.asset_id
  where a.id = p_account;
  select sum(debits - credits) into v_now from :schema.ledger_balances where account_id = p_account;
  -- From today backwards, because people mostly ask for what was lately.
  v_now := v_now - coalesce((
    select sum(case when t.debit_account = p_account then t.amount else -t.amount end)
    from (
      select * from :schema.ledger_transfers where debit_account = p_account
      union all
      select * from :schema.ledger_transfers where credit_account = p_account
    ) as t
    where t.kind in (1, 3) and t.at > p_at
  ), 0);
  return v_now * v_unit * case v_side when 'debit' then 1 else -1 end;
end
$$;
comment on function :schema.ledger_balance_at(bigint, timestamptz) is
  'Balance of an account right after the last posting at or before a moment, in the asset''s own unit; null when there is no such account.';
