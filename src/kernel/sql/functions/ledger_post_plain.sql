create or replace function :schema.ledger_post_plain(
  p_keys text[], p_debits bigint[], p_credits bigint[], p_amounts numeric[], p_references text[], p_metadata jsonb[]
) returns table (place integer, outcome text, id bigint, at timestamptz, account_id bigint, available numeric)
language plpgsql
as $$
#variable_conflict use_column
-- There is no search_path setting: every name below says its schema, and the caller, such as ledger_post, has made the
-- others.
declare
  v_seed constant integer := floor(random() * 1000000);
  v_at timestamptz;
  -- By account.
  v_accounts bigint[];
  v_slots smallint[];
  v_low numeric[];
  v_high numeric[];
  v_asset smallint;
  v_other_asset smallint;
  v_factor numeric;
  v_ids bigint[];
begin
  -- Balances are locked in the order of ids, as in ledger_post, by being changed at once. What turns out not to be
  -- plain takes all of it back.
  with moved as (
    update :schema.ledger_balances b
    set debits = b.debits + s.debits, credits = b.credits + s.credits,
      last_at = greatest(clock_timestamp(), b.last_at + interval '1 microsecond')
    from (
      select a.id, a.asset_id, (v_seed % a.slots)::smallint as slot, a.slots, a.normal_side, f.factor,
        l.debits * f.factor as debits, l.credits * f.factor as credits
      from (
        select l.account, coalesce(sum(l.debit), 0) as debits, coalesce(sum(l.credit), 0) as credits
        from (
          select unnest(p_debits), unnest(p_amounts), null::numeric
          union all
          select unnest(p_credits), null, unnest(p_amounts)
        ) as l(account, debit, credit)
        group by l.account
        order by l.account
      ) as l
      cross join lateral (select * from :schema.ledger_accounts a where a.id = l.account limit 1) as a
      cross join lateral (select k.factor from :schema.ledger_assets k where k.id = a.asset_id limit 1) as f
    ) as s
    where b.account_id = s.id and b.asset_id = s.asset_id and b.slot = s.slot
    -- The lowest and highest balance that any order of these transfers could have led through.
    returning b.account_id, b.asset_id, b.last_at, s.slots, s.factor,
      case when s.normal_side = 'debit' then b.debits - s.debits - b.credits - b.held_credits
        else b.credits - s.credits - b.debits - b.held_debits end + b.shift as low,
      case when s.normal_side = 'debit' then b.debits - b.credits + s.credits + b.held_debits
        else b.credits - b.debits + s.debits + b.held_credits end + b.shift as high
  )
  select array_agg(m.account_id), array_agg(m.slots), array_agg(m.low), array_agg(m.high), min(m.asset_id),
    max(m.asset_id), min(m.factor), max(m.last_at)
  into v_accounts, v_slots, v_low, v_high, v_asset, v_other_asset, v_factor, v_at
  from moved m;
  -- After the locks: who posts to one of these accounts later is later in time.
  v_at := greatest(clock_timestamp(), v_at);

  -- Terms as they are now that the balances are locked. One asset only; accounts that are there, open, and far enough
  -- from their limits that no order matters.
  if v_asset <> v_other_asset or not (
    select bool_and(
      a.closed_at is null and a.slots = c.slots
      and (a.min_balance is null or c.low >= ceil(a.min_balance / a.slots))
      and (a.max_balance is null or (a.slots = 1 and c.high <= a.max_balance)))
    from unnest(v_accounts, v_slots, v_low, v_high) as c(account, slots, low, high)
    cross join lateral (select * from :schema.ledger_accounts a where a.id = c.account limit 1) as a
  ) then
    raise exception 'not plain' using errcode = 'GH000';
  end if;

  -- An account that is not there has no slot; the same account twice, an amount that is too fine or a key that was used
  -- violate a constraint of the journal: all of that is judged, and told, by ledger_post.
  with posted as (
    insert into :schema.ledger_transfers (id, at, debit_account, credit_account, key, asset_id, debit_slot, credit_slot,
      kind, amount, reference, metadata)
    overriding system value
    select nextval(':schema.ledger_transfers_id_seq'), v_at, t.debit, t.credit,
      encode(substring(sha256(convert_to(t.key, 'UTF8')) from 1 for 16), 'hex')::uuid, v_asset,
      v_seed % v_slots[array_position(v_accounts, t.debit)], v_seed % v_slots[array_position(v_accounts, t.credit)],
      1, t.amount * v_factor, t.reference, t.metadata
    from unnest(p_keys, p_debits, p_credits, p_amounts, p_references, p_metadata)
      as t(key, debit, credit, amount, reference, metadata)
    returning id
  )
  select array_agg(p.id order by p.id) into v_ids from posted p;
  return query
    select i.place, 'posted'::text, v_ids[i.place], v_at, null::bigint, null::numeric
    from generate_subscripts(v_ids, 1) as i(place);
exception
  when sqlstate 'GH000' or unique_violation or check_violation or not_null_violation then
    return;
end
$$;
comment on function :schema.ledger_post_plain(text[], bigint[], bigint[], numeric[], text[], jsonb[]) is
  'Posts what most calls are, new transfers that nothing speaks against, in half of the time; posts nothing and returns no row when anything else is among them.';
