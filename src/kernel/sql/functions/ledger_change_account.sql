create or replace function :schema.ledger_change_account(
  p_code text, p_min numeric, p_max numeric, p_slots smallint, p_closed boolean
) returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_account record;
  v_free numeric;
  v_full numeric;
begin
  select a.*, s.factor into v_account
  from :schema.ledger_accounts a join :schema.ledger_assets s on s.id = a.asset_id
  where a.code = p_code
  for no key update of a;
  if not found then return 'unknown'; end if;
  perform 1 from :schema.ledger_balances where account_id = v_account.id order by slot for no key update;
  select
    sum(case v_account.normal_side when 'debit' then debits - credits - held_credits else credits - debits - held_debits end),
    sum(case v_account.normal_side when 'debit' then debits - credits + held_debits else credits - debits + held_credits end)
  into v_free, v_full
  from :schema.ledger_balances where account_id = v_account.id;
  if v_free < p_min * v_account.factor or v_full > p_max * v_account.factor then return 'outside'; end if;
  if p_closed and (v_free <> 0 or v_full <> 0) then return 'not_empty'; end if;
  if p_slots < v_account.slots then return 'fewer_slots'; end if;
  update :schema.ledger_accounts
  set min_balance = p_min * v_account.factor, max_balance = p_max * v_account.factor,
    slots = coalesce(p_slots, slots),
    closed_at = case when p_closed then coalesce(closed_at, clock_timestamp()) end
  where id = v_account.id;
  insert into :schema.ledger_balances (account_id, asset_id, slot)
  select v_account.id, v_account.asset_id, s.slot
  from generate_series(v_account.slots, coalesce(p_slots, v_account.slots) - 1) as s(slot);
  -- Each slot keeps its part of the limits by itself, which holds only from equal parts on.
  perform :schema.ledger_level_slots(array[v_account.id]);
  return 'changed';
end
$$;
comment on function :schema.ledger_change_account(text, numeric, numeric, smallint, boolean) is
  'Sets limits, slots (never fewer) and whether an account is closed; refused where the balance does not allow it.';
