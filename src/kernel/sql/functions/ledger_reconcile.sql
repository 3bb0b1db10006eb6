create or replace function :schema.ledger_reconcile(
  p_account bigint, p_from timestamptz, p_until timestamptz, p_references text[], p_amounts numeric[]
) returns table (outcome text, reference text, ledger_amount numeric, outside_amount numeric, transfer_ids bigint[])
language sql volatile
set search_path = :schema, pg_temp
as $$
  with ledger as (
    select t.reference, array_agg(t.id order by t.id) as ids,
      sum(case when (t.debit_account = p_account) = (a.normal_side = 'debit') then t.amount else -t.amount end) * s.unit
        as amount
    from (
      select * from :schema.ledger_transfers where debit_account = p_account
      union all
      select * from :schema.ledger_transfers where credit_account = p_account
    ) as t
    join :schema.ledger_accounts a on a.id = p_account
    join :schema.ledger_assets s on s.id = a.asset_id
    where t.kind in (1, 3) and t.at >= p_from and t.at < p_until
    group by t.reference, s.unit
  ), outside as (
    select reference, sum(amount) as amount from unnest(p_references, p_amounts) as o(reference, amount) group by reference
  )
  select case
      when o.reference is null then 'missing_outside'
      when l.ids is null then 'missing_in_ledger'
      when l.amount = o.amount then 'matched'
      else 'different'
    end, coalesce(l.reference, o.reference), l.amount, o.amount, l.ids
  from ledger l full join outside o on o.reference = l.reference
  order by 2 nulls last;
$$;
comment on function :schema.ledger_reconcile(bigint, timestamptz, timestamptz, text[], numeric[]) is
  'Compares an account''s postings, summed by reference, with a list from outside. Signs: what raises the balance is positive.';
