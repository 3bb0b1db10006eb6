create or replace function :schema.set_model_prices(
  p_source text,
  p_precedence smallint,
  p_providers jsonb,
  p_models jsonb,
  p_not_before timestamptz,
  p_accept_implausible boolean,
  p_strict boolean
)
returns table (ordinal bigint, price_ordinal bigint, outcome text, price_id text, reason text)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_row record;
  v_bad record;
  v_model_id text;
  v_earlier text[];
begin
  perform :schema.set_model_providers(p_providers);

  for v_row in
    select m.ordinal, m.model
    from jsonb_array_elements(p_models) with ordinality as m (model, ordinal)
    order by m.ordinal
  loop
    v_model_id := null;
    ordinal := v_row.ordinal;

    for v_bad in
      select
        p.ordinal as price_ordinal,
        p.price,
        jsonb_agg(
          jsonb_build_object('kind', i.kind, 'unit_price', i.unit_price::text, 'limit', i.limit_price::text)
        ) filter (where i.kind is not null) as listed,
        (array_agg(i.kind))[1] as kind,
        (array_agg(i.problem))[1] as problem,
        (array_agg(i.reason))[1] as reason
      from jsonb_array_elements(v_row.model -> 'prices') with ordinality as p (price, ordinal)
      left join lateral :schema.implausible_rates(v_row.model, p.price, p_strict) as i on true
      group by p.ordinal, p.price
      order by p.ordinal
    loop
      price_ordinal := v_bad.price_ordinal;

      if v_bad.listed is not null and not p_accept_implausible then
        if p_strict then
          raise exception using
            errcode = 'GH400',
            constraint = 'implausible_price',
            column = 'rates.' || v_bad.kind,
            message = format('The price of %s for %s is not plausible: %s.', v_bad.kind, v_row.model ->> 'model', v_bad.problem),
            hint = v_bad.reason || ' Enter the price of one unit, or set acceptImplausible if it is right.',
            detail = jsonb_build_object('implausible', v_bad.listed)::text;
        end if;
        outcome := 'refused';
        price_id := null;
        reason := format('%s %s: %s. %s', v_row.model ->> 'model', v_bad.kind, v_bad.problem, v_bad.reason);
        return next;
        continue;
      end if;

      if v_model_id is null then
        v_model_id := :schema.put_priced_model(p_source, p_precedence, v_row.model);
        v_earlier := array(select p.id from :schema.model_prices as p where p.priced_model_id = v_model_id);
      end if;
      select a.outcome, a.price_id into outcome, price_id
      from :schema.add_model_price(v_model_id, v_bad.price, v_earlier, p_not_before, v_bad.listed) as a;
      reason := null;
      return next;
    end loop;
  end loop;
end
$$;

comment on function :schema.set_model_prices(text, smallint, jsonb, jsonb, timestamptz, boolean, boolean) is
  'Enters the prices of many models of one source, and their providers. An implausible rate is refused: as an error when strict, else as a row with the reason; when accepted explicitly it is recorded with the price.';
