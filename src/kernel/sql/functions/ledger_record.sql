create or replace function :schema.ledger_record(
  p_at timestamptz, p_outcomes text[], p_kinds smallint[], p_keys uuid[], p_debits bigint[], p_credits bigint[],
  p_assets smallint[], p_debit_slots smallint[], p_credit_slots smallint[], p_amounts numeric[], p_held numeric[],
  p_holds bigint[], p_hold_s integer[], p_references text[], p_metadata jsonb[]
) returns bigint[]
language plpgsql
as $$
-- There is no search_path setting: every name below says its schema, and ledger_post has made the others.
declare
  v_ids bigint[];
begin
  with accepted as materialized (
    select nextval(':schema.ledger_transfers_id_seq') as id, t.*
    from unnest(p_outcomes, p_kinds, p_keys, p_debits, p_credits, p_assets, p_debit_slots, p_credit_slots, p_amounts,
        p_held, p_holds, p_hold_s, p_references, p_metadata)
      with ordinality as t(outcome, kind, key, debit, credit, asset, debit_slot, credit_slot, amount,
        held, hold, hold_s, reference, metadata, place)
    where t.outcome = 'new'
  ), posted as (
    insert into :schema.ledger_transfers (id, at, debit_account, credit_account, key, asset_id, debit_slot, credit_slot,
      kind, amount, hold_id, expires_at, reference, metadata)
    overriding system value
    select id, p_at, debit, credit, key, asset, debit_slot, credit_slot, kind, amount, hold,
      p_at + make_interval(secs => hold_s), reference, metadata
    from accepted
    order by place
  ), opened as (
    insert into :schema.ledger_holds (hold_id, debit_account, credit_account, asset_id, debit_slot, credit_slot, amount,
      expires_at)
    select id, debit, credit, asset, debit_slot, credit_slot, amount, p_at + make_interval(secs => hold_s)
    from accepted where kind = 2
  ), ended as (
    delete from :schema.ledger_holds where hold_id in (select hold from accepted where kind > 2)
  ), sums as (
    select l.account, l.asset, l.slot, sum(l.debits) as debits, sum(l.credits) as credits,
      sum(l.held_debits) as held_debits, sum(l.held_credits) as held_credits
    from accepted a
    cross join lateral (
      select case when a.kind in (1, 3) then a.amount else 0 end as moved,
        case when a.kind = 2 then a.amount when a.kind > 2 then -a.held else 0 end as holding
    ) as m
    cross join lateral (values
      (a.debit, a.asset, a.debit_slot, m.moved, 0, m.holding, 0), (a.credit, a.asset, a.credit_slot, 0, m.moved, 0, m.holding)
    ) as l(account, asset, slot, debits, credits, held_debits, held_credits)
    group by 1, 2, 3
  ), balanced as (
    update :schema.ledger_balances b
    set debits = b.debits + s.debits, credits = b.credits + s.credits, held_debits = b.held_debits + s.held_debits,
      held_credits = b.held_credits + s.held_credits, last_at = p_at
    from sums s
    where b.account_id = s.account and b.asset_id = s.asset and b.slot = s.slot
  )
  select array_agg(id order by place) into v_ids from accepted;
  return v_ids;
end
$$;
comment on function :schema.ledger_record(
  timestamptz, text[], smallint[], uuid[], bigint[], bigint[], smallint[], smallint[], smallint[], numeric[], numeric[],
  bigint[], integer[], text[], jsonb[]) is
  'Writes what ledger_post has decided: transfers, holds and balances in one statement; returns the ids in the order of the call.';
