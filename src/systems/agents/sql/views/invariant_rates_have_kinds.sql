-- requires: usage_kinds
create or replace view :schema.invariant_rates_have_kinds as
select r.price_id, r.kind
from :schema.model_price_rates as r
where not exists (select from :schema.usage_kinds as k where k.kind = r.kind);

comment on view :schema.invariant_rates_have_kinds is 'Rates of a kind of usage that nothing counts.';
