-- A range over text makes an exclusion constraint on names possible without the btree_gist extension,
-- which would live outside the instance's schema.
create type :schema.text_range as range (subtype = text, collation = "C");

create table :schema.model_providers (
  id text not null,
  name text not null,
  position integer not null,
  fallback_providers text[] not null default '{}',
  constraint model_providers_pkey primary key (id),
  constraint model_providers_id_check check (id = lower(id) and id <> '')
);
comment on table :schema.model_providers is
  'Who sells model calls. A model that a provider does not price itself is looked up at its fallback providers, in order.';
comment on column :schema.model_providers.position is 'Rules of providers are tried in this order; the first match wins.';

create table :schema.model_provider_rules (
  provider text not null,
  ordinal integer not null,
  subject text not null,
  operator text not null,
  pattern text not null,
  constraint model_provider_rules_pkey primary key (provider, ordinal),
  constraint model_provider_rules_provider_fkey foreign key (provider)
    references :schema.model_providers (id) on delete cascade,
  constraint model_provider_rules_subject_check check (subject in ('provider', 'model')),
  constraint model_provider_rules_operator_check
    check (operator in ('equals', 'starts_with', 'ends_with', 'contains', 'regex'))
);
comment on table :schema.model_provider_rules is
  'How a logged provider name (subject provider), or a model name that came without one (subject model), finds its provider.';

create table :schema.priced_models (
  id text not null default :schema.new_id('mdl'),
  source text not null,
  precedence smallint not null,
  provider text not null,
  model text not null,
  position integer not null,
  constraint priced_models_pkey primary key (id),
  constraint priced_models_model_key unique (source, provider, model),
  constraint priced_models_provider_fkey foreign key (provider) references :schema.model_providers (id),
  constraint priced_models_source_check check (source ~ '^[a-z][a-z0-9_-]{0,40}$'),
  constraint priced_models_precedence_check check (precedence between 0 and 100)
);
comment on table :schema.priced_models is
  'A model as one source prices it. Where several sources price a model, the lowest precedence wins: manual 0, genai 10, litellm 20, builtin 30.';
comment on column :schema.priced_models.position is 'Place in its source; of two rules that match a name, the earlier model wins.';
create index priced_models_provider_idx on :schema.priced_models (provider, model, id);

create table :schema.priced_model_names (
  provider text not null,
  name text not null,
  priced_model_id text not null,
  is_key boolean not null,
  constraint priced_model_names_pkey primary key (provider, name, priced_model_id),
  constraint priced_model_names_priced_model_id_fkey foreign key (priced_model_id)
    references :schema.priced_models (id) on delete cascade,
  constraint priced_model_names_name_check check (name = lower(name) and name <> '')
);
comment on table :schema.priced_model_names is
  'Exact names of a priced model, in lower case; the key is the name its source lists it under, and wins over other names.';
create index priced_model_names_priced_model_id_idx on :schema.priced_model_names (priced_model_id);

create table :schema.priced_model_rules (
  priced_model_id text not null,
  ordinal integer not null,
  provider text not null,
  operator text not null,
  pattern text not null,
  constraint priced_model_rules_pkey primary key (priced_model_id, ordinal),
  constraint priced_model_rules_priced_model_id_fkey foreign key (priced_model_id)
    references :schema.priced_models (id) on delete cascade,
  constraint priced_model_rules_operator_check check (operator in ('starts_with', 'ends_with', 'contains', 'regex'))
);
comment on table :schema.priced_model_rules is 'Further names of a priced model, by pattern, in lower case; any one suffices.';
create index priced_model_rules_provider_idx on :schema.priced_model_rules (provider);

create table :schema.model_prices (
  id text not null default :schema.new_id('mpr'),
  priced_model_id text not null,
  service_tier text not null default 'standard',
  day_from time null,
  day_until time null,
  valid_from timestamptz(3) null,
  valid_until timestamptz(3) null,
  rates_digest text not null,
  accepted_implausible jsonb null,
  note text null,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint model_prices_pkey primary key (id),
  constraint model_prices_priced_model_id_fkey foreign key (priced_model_id) references :schema.priced_models (id),
  constraint model_prices_service_tier_check check (service_tier in ('standard', 'batch', 'flex', 'priority')),
  constraint model_prices_validity_check check (valid_from < valid_until),
  constraint model_prices_day_check
    check ((day_from is null) = (day_until is null) and (day_from is null or day_from < day_until)),
  constraint model_prices_overlap_excl exclude using gist (
    :schema.text_range(
      priced_model_id || ' ' || service_tier || case when day_from is null then '' else ' of day' end,
      priced_model_id || ' ' || service_tier || case when day_from is null then '' else ' of day' end,
      '[]'
    ) with &&,
    int4range(
      coalesce(extract(epoch from day_from)::integer, 0),
      coalesce(extract(epoch from day_until)::integer, 86400)
    ) with &&,
    tstzrange(valid_from, valid_until) with &&
  )
);
comment on table :schema.model_prices is
  'One version of a model''s price. Versions of one model, tier and time of day never overlap; a price for a time of day wins over the price for the whole day.';
comment on column :schema.model_prices.day_from is 'Start of the daily hours in UTC, inclusive; null: all day.';
comment on column :schema.model_prices.day_until is 'End of the daily hours in UTC, exclusive; null: all day.';
comment on column :schema.model_prices.valid_from is 'First moment it holds, inclusive; null: as far back as anyone asks.';
comment on column :schema.model_prices.valid_until is 'First moment it no longer holds; null: until further notice.';
comment on column :schema.model_prices.rates_digest is 'Hash of the rates, so that loading a table twice changes nothing.';
comment on column :schema.model_prices.accepted_implausible is
  'The rates above their limit that somebody accepted explicitly, with the limits of that time; null: none.';
comment on column :schema.model_prices.note is 'Where the price comes from, in words; null: the source says it all.';

create index model_prices_priced_model_id_idx on :schema.model_prices (priced_model_id, service_tier);
create index model_prices_created_at_idx on :schema.model_prices (created_at desc, id desc);

create table :schema.model_price_rates (
  price_id text not null,
  kind text not null,
  above_tokens bigint not null default 0,
  unit_price numeric not null,
  constraint model_price_rates_pkey primary key (price_id, kind, above_tokens),
  constraint model_price_rates_price_id_fkey foreign key (price_id)
    references :schema.model_prices (id) on delete cascade,
  constraint model_price_rates_above_tokens_check check (above_tokens >= 0),
  -- NaN sorts above Infinity, so this refuses both.
  constraint model_price_rates_unit_price_check check (unit_price >= 0 and unit_price < 'infinity')
);
comment on table :schema.model_price_rates is
  'USD for one unit of a kind of usage. A call whose input exceeds above_tokens pays the rate of that step for all of its units of the kind.';

alter table :schema.costs
  add constraint costs_price_id_fkey foreign key (price_id) references :schema.model_prices (id);
create index costs_price_id_idx on :schema.costs (price_id) where price_id is not null;
