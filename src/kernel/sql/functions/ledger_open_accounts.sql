create or replace function :schema.ledger_open_accounts(
  p_codes text[], p_assets text[], p_sides text[], p_mins numeric[], p_maxs numeric[], p_slots smallint[], p_metadata jsonb[]
) returns table (place integer, outcome text, id bigint)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
begin
  with input as (
    select t.*, s.id as asset_id, t.least * s.factor as min_balance, t.most * s.factor as max_balance
    from unnest(p_codes, p_assets, p_sides, p_mins, p_maxs, p_slots, p_metadata)
      with ordinality as t(code, asset, side, least, most, slots, metadata, place)
    join :schema.ledger_assets s on s.code = t.asset
  ), made as (
    insert into :schema.ledger_accounts (code, asset_id, normal_side, min_balance, max_balance, slots, metadata)
    select code, asset_id, side, min_balance, max_balance, slots, metadata from input
    order by place
    on conflict (code) do nothing
    returning id, asset_id, slots
  )
  insert into :schema.ledger_balances (account_id, asset_id, slot)
  select m.id, m.asset_id, s.slot from made m cross join lateral generate_series(0, m.slots - 1) as s(slot);
  return query
    select t.place::integer,
      case
        when s.id is null then 'asset_unknown'
        when a.asset_id = s.id and a.normal_side = t.side
          and a.min_balance is not distinct from t.least * s.factor
          and a.max_balance is not distinct from t.most * s.factor
        then 'open'
        else 'different'
      end,
      a.id
    from unnest(p_codes, p_assets, p_sides, p_mins, p_maxs)
      with ordinality as t(code, asset, side, least, most, place)
    left join :schema.ledger_assets s on s.code = t.asset
    left join :schema.ledger_accounts a on a.code = t.code
    order by t.place;
end
$$;
comment on function :schema.ledger_open_accounts(text[], text[], text[], numeric[], numeric[], smallint[], jsonb[]) is
  'Opens accounts by their codes; those that are there already are left as they are, and told apart when they differ.';
