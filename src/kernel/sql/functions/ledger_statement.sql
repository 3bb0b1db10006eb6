create or replace function :schema.ledger_statement(
  p_account bigint, p_from timestamptz, p_until timestamptz, p_after_at timestamptz, p_after_id bigint,
  p_after_balance numeric, p_limit integer
) returns table (
  id bigint, at timestamptz, kind smallint, side text, other_account text, amount numeric, balance numeric,
  hold_id bigint, reference text, metadata jsonb
)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_opening numeric := p_after_balance;
  v_side text;
  v_unit numeric;
begin
  perform 1 from :schema.ledger_balances where account_id = p_account order by slot for share;
  select a.normal_side, s.unit into v_side, v_unit
  from :schema.ledger_accounts a join :schema.ledger_assets s on s.id = a.asset_id
  where a.id = p_account;
  if v_opening is null then
    v_opening := :schema.ledger_balance_at(p_account, p_from - interval '1 microsecond');
  end if;
  return query
    with moved as (
      select t.*, 'debit' as on_side, t.credit_account as other,
        case v_side when 'debit' then t.amount else -t.amount end * v_unit as change
      from :schema.ledger_transfers t
      where t.debit_account = p_account and t.kind in (1, 3) and t.at >= p_from and t.at < p_until
        and (p_after_id is null or (t.at, t.id) > (p_after_at, p_after_id))
      union all
      select t.*, 'credit', t.debit_account, case v_side when 'credit' then t.amount else -t.amount end * v_unit
      from :schema.ledger_transfers t
      where t.credit_account = p_account and t.kind in (1, 3) and t.at >= p_from and t.at < p_until
        and (p_after_id is null or (t.at, t.id) > (p_after_at, p_after_id))
    ), page as (
      select * from moved order by moved.at, moved.id limit p_limit
    )
    select p.id, p.at, p.kind, p.on_side, a.code, p.amount * v_unit,
      v_opening + sum(p.change) over (order by p.at, p.id), p.hold_id, p.reference, p.metadata
    from page p join :schema.ledger_accounts a on a.id = p.other
    order by p.at, p.id;
end
$$;
comment on function :schema.ledger_statement(bigint, timestamptz, timestamptz, timestamptz, bigint, numeric, integer) is
  'Postings of an account from p_from up to before p_until, oldest first, each with the balance after it. Goes on after (p_after_at, p_after_id), where the balance was p_after_balance.';
