create or replace function :schema.guard_runner_status() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  if old.status || ' ' || new.status in (
    'pending provisioning', 'pending deleted',
    'provisioning active', 'provisioning error', 'provisioning deleted',
    'active error', 'active stopped', 'active deleted',
    'stopped active', 'stopped deleted',
    'error deleted'
  ) then
    return new;
  end if;
  raise exception 'Runner % is % and cannot become %.', old.id, old.status, new.status
    using errcode = 'GH409', constraint = 'runner_status', column = 'status',
      detail = jsonb_build_object('runnerId', old.id, 'from', old.status, 'to', new.status)::text,
      hint = 'Read the runner again; another call was faster.';
end
$$;
comment on function :schema.guard_runner_status() is
  'Trigger of runners: pending, provisioning, active or error; active and stopped alternate; deleted is the end of each.';
