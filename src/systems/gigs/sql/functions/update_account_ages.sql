create or replace function :schema.update_account_ages() returns bigint
language sql stable
set search_path = :schema, pg_temp
as $$
  select count(*) from :schema.workers w where :schema.account_age_days(w) >= 0;
$$;
comment on function :schema.update_account_ages() is
  'Kept for those who run it daily: ages are computed at every read and need no update. Returns how many workers have one.';
