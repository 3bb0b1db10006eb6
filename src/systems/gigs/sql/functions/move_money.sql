create or replace function :schema.move_money(
  p_keys text[], p_debits text[], p_credits text[], p_amounts numeric[], p_reference text, p_wide boolean default false
) returns bigint[]
language plpgsql
-- Planned once, perhaps while the tables were small, and ledger_post_plain has its plans from here: as in ledger_post.
set search_path = :schema, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_ids bigint[];
  v_refused record;
  v_keys text[];
  v_debits bigint[];
  v_credits bigint[];
  v_amounts numeric[];
  v_places integer[];
  v_new_ids bigint[];
begin
  -- What is zero is left out: a fee of nothing is no entry.
  select array_agg(m.key order by m.place), array_agg(d.id order by m.place), array_agg(c.id order by m.place),
    array_agg(m.amount order by m.place), array_agg(m.place::integer order by m.place)
  into v_keys, v_debits, v_credits, v_amounts, v_places
  from unnest(p_keys, p_debits, p_credits, p_amounts) with ordinality as m(key, debit, credit, amount, place)
  left join lateral (select a.id from :schema.ledger_accounts a where a.code = m.debit limit 1) as d on true
  left join lateral (select a.id from :schema.ledger_accounts a where a.code = m.credit limit 1) as c on true
  where m.amount <> 0;
  v_ids := array_fill(null::bigint, array[cardinality(p_keys)]);
  if v_keys is null then return v_ids; end if;
  if not p_wide and 0 < all (v_amounts) and 1e60 > all (v_amounts) then
    -- What nothing speaks against, which is nearly all, needs no judging.
    select array_agg(r.id order by r.place) into v_new_ids
    from :schema.ledger_post_plain(v_keys, v_debits, v_credits, v_amounts, array_fill(p_reference, array[cardinality(v_keys)]),
      array_fill(null::jsonb, array[cardinality(v_keys)])) as r;
    if v_new_ids is not null then
      for v_place in 1 .. cardinality(v_places) loop
        v_ids[v_places[v_place]] := v_new_ids[v_place];
      end loop;
      return v_ids;
    end if;
  end if;
  -- One link number for all: they are posted together or not at all.
  for v_refused in
    select r.place, r.outcome, r.id, r.available, r.account_id
    from :schema.ledger_post(
      v_keys, array_fill(1::smallint, array[cardinality(v_keys)]), v_debits, v_credits, v_amounts,
      array_fill(null::bigint, array[cardinality(v_keys)]), array_fill(null::integer, array[cardinality(v_keys)]),
      case when cardinality(v_keys) > 1 then array_fill(1, array[cardinality(v_keys)])
        else array[null::integer] end,
      array_fill(p_reference, array[cardinality(v_keys)]), array_fill(null::jsonb, array[cardinality(v_keys)]), p_wide
    ) as r
    order by r.outcome in ('posted', 'exists', 'linked'), r.place
  loop
    if v_refused.outcome not in ('posted', 'exists') then
      raise exception 'Moving % USDC from % to % is refused: %.', p_amounts[v_places[v_refused.place]],
        p_debits[v_places[v_refused.place]], p_credits[v_places[v_refused.place]], replace(v_refused.outcome, '_', ' ')
        using errcode = case when v_refused.outcome in ('insufficient', 'limit') then 'GH429' else 'GH409' end,
          constraint = case v_refused.outcome when 'insufficient' then 'insufficient_funds'
            else 'ledger_' || v_refused.outcome end,
          detail = jsonb_build_object(
            'account', coalesce((select a.code from :schema.ledger_accounts a where a.id = v_refused.account_id),
              p_debits[v_places[v_refused.place]]),
            'available', trim_scale(v_refused.available)::text)::text,
          hint = case v_refused.outcome when 'insufficient' then 'Pay in first.' else 'Look at guildhall ledger statement.' end;
    end if;
    v_ids[v_places[v_refused.place]] := v_refused.id;
  end loop;
  return v_ids;
end
$$;
comment on function :schema.move_money(text[], text[], text[], numeric[], text, boolean) is
  'Posts transfers of USDC between accounts named by code, together or not at all, each once for its key; returns their ids, null for amounts of zero. Raises insufficient_funds, or ledger_ and the outcome.';
