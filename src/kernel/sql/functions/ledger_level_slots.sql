create or replace function :schema.ledger_level_slots(p_accounts bigint[]) returns void
language sql volatile
set search_path = :schema, pg_temp
as $$
  with own as (
    select b.account_id, b.slot,
      case when a.normal_side = 'debit' then b.debits - b.credits - b.held_credits
        else b.credits - b.debits - b.held_debits end as free
    from :schema.ledger_balances b
    join :schema.ledger_accounts a on a.id = b.account_id
    where b.account_id = any (p_accounts) and a.slots > 1
  ), shared as (
    select account_id, slot, free, sum(free) over whole as total, count(*) over whole as slots,
      div(sum(free) over whole, count(*) over whole)
        - case when mod(sum(free) over whole, count(*) over whole) < 0 then 1 else 0 end as part
    from own
    window whole as (partition by account_id)
  )
  update :schema.ledger_balances b
  -- The rest goes one by one, so that no two parts differ by more than the smallest unit.
  set shift = s.part + case when s.slot < s.total - s.slots * s.part then 1 else 0 end - s.free
  from shared s
  where b.account_id = s.account_id and b.slot = s.slot;
$$;
comment on function :schema.ledger_level_slots(bigint[]) is
  'Gives every slot of these accounts an equal part of what is free. The caller holds all slots locked.';
