-- The server reads a table's checks again for every statement; those of a domain it reads once a session. For a single
-- cost seven checks were a sixth of the work.
create domain :schema.usd_amount as numeric
  constraint usd_amount_check check (value >= 0 and value < 1e15);
create domain :schema.token_count as bigint
  constraint token_count_check check (value between 0 and 9007199254740991);
create domain :schema.model_label as text
  constraint model_label_check check (value <> '');
create domain :schema.service_tier as text
  constraint service_tier_check check (value in ('standard', 'batch', 'flex', 'priority'));
create domain :schema.cost_pricing as text
  constraint cost_pricing_check check (value in ('given', 'computed', 'unpriced'));

-- One statement, so that the table is rewritten once.
alter table :schema.costs
  drop constraint costs_amount_check,
  drop constraint costs_model_check,
  drop constraint costs_provider_check,
  drop constraint costs_input_tokens_check,
  drop constraint costs_output_tokens_check,
  drop constraint costs_service_tier_check,
  drop constraint costs_pricing_check,
  alter column amount type :schema.usd_amount,
  alter column model type :schema.model_label,
  alter column provider type :schema.model_label,
  alter column input_tokens type :schema.token_count,
  alter column output_tokens type :schema.token_count,
  alter column service_tier type :schema.service_tier,
  alter column pricing type :schema.cost_pricing;
