create or replace function :schema.ledger_post(
  p_keys text[], p_kinds smallint[], p_debits bigint[], p_credits bigint[], p_amounts numeric[], p_holds bigint[],
  p_hold_s integer[], p_links integer[], p_references text[], p_metadata jsonb[], p_wide boolean default false
) returns table (place integer, outcome text, id bigint, at timestamptz, account_id bigint, available numeric)
language plpgsql
-- A plan made for these arrays' lengths would be made anew at every call; one made while the tables were small would
-- read them whole for ever. Every join below is by a key, and lateral with a limit, so that it is planned as one.
set search_path = :schema, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_count constant integer := coalesce(cardinality(p_keys), 0);
  v_seed constant integer := floor(random() * 1000000);
  v_at timestamptz;
  -- By place in the call.
  v_outcomes text[];
  v_ids bigint[];
  v_ats timestamptz[];
  v_firsts integer[];
  v_keys uuid[];
  v_debits bigint[];
  v_credits bigint[];
  v_assets smallint[];
  v_debit_slots smallint[];
  v_credit_slots smallint[];
  v_amounts numeric[];
  v_held numeric[];
  v_debit_raises boolean[];
  v_credit_raises boolean[];
  v_debit_parts smallint[];
  v_credit_parts smallint[];
  v_debit_least numeric[];
  v_credit_least numeric[];
  v_debit_most numeric[];
  v_credit_most numeric[];
  v_decision record;
  v_short bigint[];
  v_left numeric[];
  -- By cell, which is a slot of an account, or a whole account when wide: what it may still spend (low) and what it
  -- may come to (high).
  v_cells bigint[];
  v_low numeric[];
  v_high numeric[];
  v_cell_slots smallint[];
  v_new_ids bigint[];
  v_next integer := 0;
begin
  if not p_wide and 1 = all (p_kinds) and 0 < all (p_amounts) and 1e60 > all (p_amounts) then
    return query select * from :schema.ledger_post_plain(p_keys, p_debits, p_credits, p_amounts, p_references, p_metadata);
    if found then return; end if;
  end if;
  -- Balances are locked in the order of ids, always: callers then wait in a line and not in a circle.
  if not p_wide and cardinality(array_remove(p_holds, null)) = 0 then
    -- The same as below for what most calls are: one slot an account, no hold that ends. A third of the work.
    select array_agg(c.cell), array_agg(c.low), array_agg(c.high), array_agg(c.slots), max(c.last_at)
    into v_cells, v_low, v_high, v_cell_slots, v_at
    from (
      select a.id * 64 + b.slot as cell, b.last_at, a.slots,
        case when a.normal_side = 'debit' then b.debits - b.credits - b.held_credits
          else b.credits - b.debits - b.held_debits end + b.shift as low,
        case when a.normal_side = 'debit' then b.debits - b.credits + b.held_debits
          else b.credits - b.debits + b.held_credits end + b.shift as high
      from (select unnest(p_debits) union select unnest(p_credits) order by 1) as named(id)
      cross join lateral (select * from :schema.ledger_accounts a where a.id = named.id limit 1) as a
      cross join lateral (
        select * from :schema.ledger_balances b
        where b.account_id = a.id and b.asset_id = a.asset_id and b.slot = v_seed % a.slots
        for no key update
      ) as b
    ) as c;
  else
    with wanted as (
      select a.id, s.slot::smallint as slot
      from (select unnest(p_debits) union select unnest(p_credits)) as named(id)
      cross join lateral (select * from :schema.ledger_accounts a where a.id = named.id limit 1) as a
      cross join lateral generate_series(
        case when p_wide then 0 else v_seed % a.slots end, case when p_wide then a.slots - 1 else v_seed % a.slots end
      ) as s(slot)
      union
      select h.debit_account, h.debit_slot from :schema.ledger_holds h where h.hold_id = any (p_holds)
      union
      select h.credit_account, h.credit_slot from :schema.ledger_holds h where h.hold_id = any (p_holds)
    ), locked as (
      select w.id * 64 + case when p_wide then 0 else w.slot end as cell, b.last_at,
        case when a.normal_side = 'debit' then b.debits - b.credits - b.held_credits
          else b.credits - b.debits - b.held_debits end + b.shift as low,
        case when a.normal_side = 'debit' then b.debits - b.credits + b.held_debits
          else b.credits - b.debits + b.held_credits end + b.shift as high,
        a.slots
      from (select w.id, w.slot from wanted w order by w.id, w.slot) as w
      cross join lateral (select * from :schema.ledger_accounts a where a.id = w.id limit 1) as a
      cross join lateral (
        select * from :schema.ledger_balances b
        where b.account_id = w.id and b.asset_id = a.asset_id and b.slot = w.slot
        for no key update
      ) as b
    )
    select array_agg(c.cell), array_agg(c.low), array_agg(c.high), array_agg(c.slots), max(c.last_at)
    into v_cells, v_low, v_high, v_cell_slots, v_at
    from (
      select cell, sum(low) as low, sum(high) as high, min(slots) as slots, max(last_at) as last_at
      from locked group by cell
    ) as c;
  end if;
  -- After the locks: who posts to one of these accounts later is later in time as well.
  v_at := greatest(clock_timestamp(), v_at + interval '1 microsecond');

  with valued as materialized (
    select t.*, h.hold_id as open_hold, h.amount as held, h.expires_at,
      d.id as debit_id, c.id as credit_id, d.asset_id, c.asset_id as credit_asset,
      coalesce(d.closed_at, c.closed_at) is not null as closed,
      coalesce(h.debit_slot, v_seed % d.slots)::smallint as debit_slot,
      coalesce(h.credit_slot, v_seed % c.slots)::smallint as credit_slot,
      d.normal_side = 'debit' as debit_raises, c.normal_side = 'credit' as credit_raises,
      d.slots as debit_parts, c.slots as credit_parts,
      -- Limits as they are now that the balances are locked. What is held coming in is not spread evenly over slots, so
      -- only who holds them all can tell whether there is room.
      case when p_wide then d.min_balance else ceil(d.min_balance / d.slots) end as debit_least,
      case when p_wide then c.min_balance else ceil(c.min_balance / c.slots) end as credit_least,
      case when p_wide or d.slots = 1 then d.max_balance when d.max_balance is not null then '-infinity' end as debit_most,
      case when p_wide or c.slots = 1 then c.max_balance when c.max_balance is not null then '-infinity' end as credit_most,
      case when t.kind < 3 or t.given is not null then t.given * s.factor else h.amount end as amount,
      first_value(t.place) over (partition by t.digest order by t.place) as first_place
    from (
      select u.*, encode(substring(sha256(convert_to(u.key, 'UTF8')) from 1 for 16), 'hex')::uuid as digest
      from unnest(p_keys, p_kinds, p_debits, p_credits, p_amounts, p_holds, p_hold_s, p_references, p_metadata)
        with ordinality as u(key, kind, debit, credit, given, hold, hold_s, reference, metadata, place)
    ) as t
    left join lateral (select * from :schema.ledger_holds h where h.hold_id = t.hold limit 1) as h on true
    left join lateral (
      select * from :schema.ledger_accounts d where d.id = coalesce(h.debit_account, t.debit) limit 1) as d on true
    left join lateral (
      select * from :schema.ledger_accounts c where c.id = coalesce(h.credit_account, t.credit) limit 1) as c on true
    left join lateral (select * from :schema.ledger_assets s where s.id = d.asset_id limit 1) as s on true
  ), judged as (
    select v.*, e.id as known_id, e.at as known_at,
      case
        when e.id is not null then case
          when e.kind = v.kind and e.hold_id is not distinct from v.hold
            and (v.kind > 2 or (e.debit_account = v.debit and e.credit_account = v.credit))
            and case
              when v.given is not null
              then v.given = e.amount * (select unit from :schema.ledger_assets k where k.id = e.asset_id)
              when v.kind = 3 then e.amount = (select t.amount from :schema.ledger_transfers t where t.id = e.hold_id)
              else true end
            and e.expires_at is not distinct from e.at + make_interval(secs => v.hold_s)
            and e.reference is not distinct from v.reference and e.metadata is not distinct from v.metadata
          then 'exists' else 'key_reused' end
        when v.first_place < v.place then case
          when (v.kind, v.debit, v.credit, v.given, v.hold, v.hold_s, v.reference, v.metadata) is not distinct from
            (p_kinds[v.first_place], p_debits[v.first_place], p_credits[v.first_place], p_amounts[v.first_place],
              p_holds[v.first_place], p_hold_s[v.first_place], p_references[v.first_place], p_metadata[v.first_place])
          then 'repeat' else 'key_reused' end
        when v.kind > 2 and v.open_hold is null then case
          when exists (select from :schema.ledger_transfers t where t.id = v.hold and t.kind = 2)
          then 'hold_ended' else 'hold_unknown' end
        when v.kind = 3 and v.expires_at <= v_at then 'hold_expired'
        when v.kind = 5 and (v.expires_at is null or v.expires_at > v_at) then 'hold_not_expired'
        when v.debit_id is null then 'debit_unknown'
        when v.credit_id is null then 'credit_unknown'
        when v.debit_id = v.credit_id then 'same_account'
        when v.asset_id <> v.credit_asset then 'asset_mismatch'
        when v.closed and v.kind < 3 then 'account_closed'
        when v.amount is null or not (v.amount > 0 and v.amount < 'infinity') then 'amount_invalid'
        when v.amount <> trunc(v.amount) then 'amount_too_fine'
        when v.amount >= 1e60 then 'amount_too_large'
        when v.kind > 2 and v.amount > v.held then 'amount_exceeds_hold'
        else 'new'
      end as judgement
    from valued v
    left join lateral (select * from :schema.ledger_transfers e where e.key = v.digest limit 1) as e on true
  )
  select array_agg(judgement order by place), array_agg(known_id order by place), array_agg(known_at order by place),
    array_agg(first_place::integer order by place), array_agg(digest order by place), array_agg(debit_id order by place),
    array_agg(credit_id order by place), array_agg(asset_id order by place), array_agg(debit_slot order by place),
    array_agg(credit_slot order by place), array_agg(amount order by place), array_agg(held order by place),
    array_agg(debit_raises order by place), array_agg(credit_raises order by place),
    array_agg(debit_parts order by place), array_agg(credit_parts order by place),
    array_agg(debit_least order by place), array_agg(credit_least order by place),
    array_agg(debit_most order by place), array_agg(credit_most order by place)
  into v_outcomes, v_ids, v_ats, v_firsts, v_keys, v_debits, v_credits, v_assets, v_debit_slots, v_credit_slots,
    v_amounts, v_held, v_debit_raises, v_credit_raises, v_debit_parts, v_credit_parts, v_debit_least, v_credit_least,
    v_debit_most, v_credit_most
  from judged;

  v_decision := :schema.ledger_decide(
    v_outcomes, p_kinds, p_holds, p_links, v_debits, v_credits, v_debit_slots, v_credit_slots, v_debit_raises,
    v_credit_raises, v_amounts, v_held, v_debit_parts, v_credit_parts, v_debit_least, v_credit_least, v_debit_most,
    v_credit_most, v_cells, v_low, v_high, v_cell_slots, p_wide);
  v_outcomes := v_decision.outcomes;
  v_short := v_decision.short_of;
  v_left := v_decision.available;
  -- Other slots of the account may have what this one lacks; only who holds them all can tell.
  if not p_wide and exists (select from :schema.ledger_accounts a where a.id = any (v_short) and a.slots > 1) then
    raise exception 'A slot has too little left.'
      using errcode = 'GH409', constraint = 'ledger_slot_short', hint = 'Call again with p_wide true.';
  end if;
  if 'new' = any (v_outcomes) then
    v_new_ids := :schema.ledger_record(
      v_at, v_outcomes, p_kinds, v_keys, v_debits, v_credits, v_assets, v_debit_slots, v_credit_slots, v_amounts,
      v_held, p_holds, p_hold_s, p_references, p_metadata);
    if p_wide then
      perform :schema.ledger_level_slots(v_debits || v_credits);
    end if;
    for i in 1 .. v_count loop
      if v_outcomes[i] = 'new' then
        v_next := v_next + 1;
        v_outcomes[i] := 'posted';
        v_ids[i] := v_new_ids[v_next];
        v_ats[i] := v_at;
      end if;
    end loop;
  end if;
  return query
    select t.place::integer,
      case when t.outcome <> 'repeat' then t.outcome when v_outcomes[t.first] = 'posted' then 'exists'
        else v_outcomes[t.first] end,
      case when t.outcome = 'repeat' then v_ids[t.first] else t.id end,
      case when t.outcome = 'repeat' then v_ats[t.first] else t.at end,
      t.short_of,
      case when t.short_of is not null then t.available * (
        select s.unit from :schema.ledger_accounts a join :schema.ledger_assets s on s.id = a.asset_id
        where a.id = t.short_of) end
    from unnest(v_outcomes, v_ids, v_ats, v_firsts, v_short, v_left)
      with ordinality as t(outcome, id, at, first, short_of, available, place)
    order by t.place;
end
$$;
comment on function :schema.ledger_post(
  text[], smallint[], bigint[], bigint[], numeric[], bigint[], integer[], integer[], text[], jsonb[], boolean) is
  'Posts a batch in one go: the good ones are kept and the bad ones refused one by one with an outcome each, but neighbours with one link number stand or fall together. Kinds as in ledger_transfers; amounts in the asset''s own unit.';
