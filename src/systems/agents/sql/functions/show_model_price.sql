create or replace function :schema.show_model_price(p_id text)
returns table (
  id text,
  source text,
  provider text,
  model text,
  service_tier text,
  day_from text,
  day_until text,
  valid_from timestamptz,
  valid_until timestamptz,
  rates jsonb,
  accepted_implausible jsonb,
  note text,
  created_at timestamptz
)
language sql
-- Volatile, although it only reads: it then sees what the very statement that calls it has written.
volatile
rows 1
set search_path = :schema, pg_temp
as $$
  select
    b.id, b.source, b.provider, b.model, b.service_tier, b.day_from, b.day_until, b.valid_from, b.valid_until,
    b.rates, b.accepted_implausible, b.note, b.created_at
  from :schema.price_book as b
  where b.id = p_id
$$;

comment on function :schema.show_model_price(text) is 'One row of price_book, also within the statement that made it.';
