create or replace view :schema.invariant_computed_costs_have_prices as
select c.id, c.pricing, c.price_id
from :schema.costs as c
where (c.pricing = 'computed') <> (c.price_id is not null);

comment on view :schema.invariant_computed_costs_have_prices is
  'Costs said to be computed without a price, or with a price although they were not.';
