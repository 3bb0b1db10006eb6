create or replace function :schema.retention_due() returns setof text
language sql stable
set search_path = :schema, pg_temp
as $$
  select name
  from :schema.retention_policies
  where enabled
    and next_run_at <= statement_timestamp()
  order by name;
$$;
comment on function :schema.retention_due() is 'Policies whose time has come.';
