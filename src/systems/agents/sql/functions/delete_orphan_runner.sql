create or replace function :schema.delete_orphan_runner() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  new.torn_down_at := case when old.status = 'pending' then clock_timestamp() else old.torn_down_at end;
  new.status := 'deleted';
  return new;
end
$$;
comment on function :schema.delete_orphan_runner() is
  'Trigger of runners: a runner whose user is gone is deleted; the row stays until its machine is torn down.';
