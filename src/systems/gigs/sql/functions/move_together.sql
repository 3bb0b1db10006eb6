create or replace function :schema.move_together(
  p_keys text[], p_debits text[], p_credits text[], p_amounts numeric[], p_references text[]
) returns bigint[]
language plpgsql
-- Planned once, perhaps while the tables were small: so every row is looked up by its key, lateral with a limit, or the
-- plan could walk through a table that has grown since.
set search_path = :schema, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_ids bigint[];
  v_count constant integer := cardinality(p_keys);
begin
  select array_agg(r.id order by r.place) into v_ids
  from (
    select array_agg(d.id order by m.place) as debits, array_agg(c.id order by m.place) as credits
    from unnest(p_debits, p_credits) with ordinality as m(debit, credit, place)
    left join lateral (select a.id from :schema.ledger_accounts a where a.code = m.debit limit 1) as d on true
    left join lateral (select a.id from :schema.ledger_accounts a where a.code = m.credit limit 1) as c on true
  ) as a
  cross join lateral :schema.ledger_post(
    p_keys, array_fill(1::smallint, array[v_count]), a.debits, a.credits, p_amounts,
    array_fill(null::bigint, array[v_count]), array_fill(null::integer, array[v_count]),
    array_fill(null::integer, array[v_count]), p_references, array_fill(null::jsonb, array[v_count])
  ) as r
  where r.outcome = 'posted';
  perform :schema.must_be_plain(v_ids is null and v_count = 0 or cardinality(v_ids) = v_count);
  return v_ids;
end
$$;
comment on function :schema.move_together(text[], text[], text[], numeric[], text[]) is
  'Posts new transfers of several calls, each with a reference of its own, all or none; returns their ids in order.';
