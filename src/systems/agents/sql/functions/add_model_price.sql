create or replace function :schema.add_model_price(
  p_priced_model_id text,
  p_price jsonb,
  p_earlier text[],
  p_not_before timestamptz,
  p_implausible jsonb
)
returns table (outcome text, price_id text)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_tier text := coalesce(p_price ->> 'service_tier', 'standard');
  v_day_from time := (p_price ->> 'day_from')::time;
  v_day_until time := (p_price ->> 'day_until')::time;
  v_from timestamptz(3) := (p_price ->> 'valid_from')::timestamptz;
  v_until timestamptz(3) := (p_price ->> 'valid_until')::timestamptz;
  v_digest text;
  v_id text;
  v_start timestamptz(3);
  v_next timestamptz(3);
  v_other :schema.model_prices%rowtype;
  v_stored text[];
begin
  -- Two writers of one model's prices take turns; the constraint against overlaps would stop the second otherwise.
  perform from :schema.priced_models as m where m.id = p_priced_model_id for update;

  select md5(string_agg(format('%s>%s=%s', r.kind, coalesce(r.above_tokens, 0), trim_scale(r.unit_price)), ' '
    order by r.kind, r.above_tokens))
  into v_digest
  from jsonb_to_recordset(p_price -> 'rates') as r (kind text, above_tokens bigint, unit_price numeric);

  v_stored := array(
    select p.id
    from :schema.model_prices as p
    where p.priced_model_id = p_priced_model_id
      and p.service_tier = v_tier
      and p.day_from is not distinct from v_day_from
      and p.day_until is not distinct from v_day_until
  );

  v_start := v_from;

  if cardinality(v_stored) > 0 then
    -- What a table says about the past stands as it was loaded first: costs were computed with it.
    if v_stored && p_earlier and p_not_before is not null then
      if v_until <= p_not_before then
        return query select 'known', null::text;
        return;
      end if;
      v_start := greatest(v_from, p_not_before);
    end if;

    -- The same rates hold already: at most their end changes.
    select p.* into v_other
    from :schema.model_prices as p
    where p.id = any (v_stored)
      and p.rates_digest = v_digest
      and tstzrange(p.valid_from, p.valid_until) @> coalesce(v_start, '-infinity');
    if found then
      if v_until < coalesce(v_other.valid_until, 'infinity') then
        update :schema.model_prices as p set valid_until = v_until where p.id = v_other.id;
      end if;
      return query select 'known', v_other.id;
      return;
    end if;

    -- A version that starts at this very moment is replaced, as long as nothing was computed with it.
    select p.* into v_other
    from :schema.model_prices as p
    where p.id = any (v_stored) and p.valid_from is not distinct from v_start;
    if found then
      if exists (select from :schema.costs as c where c.price_id = v_other.id) then
        raise exception using
          errcode = 'GH409',
          constraint = 'price_in_use',
          column = 'validFrom',
          message = format('Price %s starts at the same moment and costs were computed with it.', v_other.id),
          hint = 'Let the new price start later; what was computed stays as it was.';
      end if;
      delete from :schema.model_prices as p where p.id = v_other.id;
    end if;

    select min(p.valid_from) into v_next
    from :schema.model_prices as p
    where p.id = any (v_stored) and p.valid_from > coalesce(v_start, '-infinity');

    select p.* into v_other
    from :schema.model_prices as p
    where p.id = any (v_stored)
      and tstzrange(p.valid_from, p.valid_until) @> coalesce(v_start, '-infinity'::timestamptz);
    if found then
      -- A table gives what follows next; somebody who enters a single price must not leave a gap.
      if p_not_before is null and v_until < coalesce(v_other.valid_until, 'infinity') then
        raise exception using
          errcode = 'GH409',
          constraint = 'price_overlap',
          column = 'validUntil',
          message = format('Price %s holds beyond the end of the new price, which would leave a gap after it.', v_other.id),
          hint = 'Set the price that follows first, then this one; or leave validUntil out.';
      end if;
      update :schema.model_prices as p set valid_until = v_start where p.id = v_other.id;
    end if;
  end if;

  insert into :schema.model_prices as p (
    priced_model_id, service_tier, day_from, day_until, valid_from, valid_until,
    rates_digest, accepted_implausible, note
  )
  values (
    p_priced_model_id, v_tier, v_day_from, v_day_until, v_start, least(v_until, v_next),
    v_digest, p_implausible, p_price ->> 'note'
  )
  returning p.id into v_id;

  insert into :schema.model_price_rates (price_id, kind, above_tokens, unit_price)
  select v_id, r.kind, coalesce(r.above_tokens, 0), trim_scale(r.unit_price)
  from jsonb_to_recordset(p_price -> 'rates') as r (kind text, above_tokens bigint, unit_price numeric);

  return query select 'inserted', v_id;
end
$$;

comment on function :schema.add_model_price(text, jsonb, text[], timestamptz, jsonb) is
  'Adds one version of a price: ends the version that holds at its start and lasts until the next one begins. Where p_earlier names prices that were there before this load, a changed price starts no earlier than p_not_before. Outcome: inserted or known.';
