alter table :schema.costs
  alter column amount type numeric,
  alter column model type text,
  alter column provider type text,
  alter column input_tokens type bigint,
  alter column output_tokens type bigint,
  alter column service_tier type text,
  alter column pricing type text,
  add constraint costs_amount_check check (amount >= 0 and amount < 1e15),
  add constraint costs_model_check check (model <> ''),
  add constraint costs_provider_check check (provider <> ''),
  add constraint costs_input_tokens_check check (input_tokens between 0 and 9007199254740991),
  add constraint costs_output_tokens_check check (output_tokens between 0 and 9007199254740991),
  add constraint costs_service_tier_check check (service_tier in ('standard', 'batch', 'flex', 'priority')),
  add constraint costs_pricing_check check (pricing in ('given', 'computed', 'unpriced'));
drop domain :schema.cost_pricing;
drop domain :schema.service_tier;
drop domain :schema.model_label;
drop domain :schema.token_count;
drop domain :schema.usd_amount;
