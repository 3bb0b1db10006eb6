create or replace view :schema.price_book as
select
  p.id,
  m.source,
  m.precedence,
  m.provider,
  m.model,
  p.service_tier,
  p.day_from::text as day_from,
  p.day_until::text as day_until,
  p.valid_from,
  p.valid_until,
  (
    select jsonb_agg(
      jsonb_build_object(
        'kind', r.kind,
        'aboveTokens', r.above_tokens,
        'unitPrice', trim_scale(r.unit_price)::text
      )
      order by r.kind, r.above_tokens
    )
    from :schema.model_price_rates as r
    where r.price_id = p.id
  ) as rates,
  p.accepted_implausible,
  p.note,
  p.created_at,
  p.priced_model_id
from :schema.model_prices as p
join :schema.priced_models as m on m.id = p.priced_model_id;

comment on view :schema.price_book is
  'Every version of every price with its rates (USD per unit, as text). Null validity is unbounded; null hours are the whole day.';
