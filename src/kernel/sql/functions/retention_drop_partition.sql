create or replace function :schema.retention_drop_partition(p_name text)
returns table (outcome text, partition_name text, more boolean)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_policy :schema.retention_policies%rowtype;
  v_started timestamptz := clock_timestamp();
begin
  -- Whoever else is at this policy goes on alone.
  select p.* into v_policy
  from :schema.retention_policies as p
  where p.name = p_name
    and p.enabled
    and p.kind = 'partitions'
  for no key update skip locked;

  if not found then
    return query select 'busy', null::text, false;
    return;
  end if;

  select part.partition_name, count(*) over () > 1 into partition_name, more
  from :schema.retention_partitions(v_policy.table_name) as part
  where part.until_at <= v_started - v_policy.keep
  order by part.until_at
  limit 1;

  if partition_name is not null then
    execute format('drop table %I.%I', current_schema(), partition_name);
  end if;

  more := coalesce(more, false);
  update :schema.retention_policies as p
  set last_run_at = clock_timestamp(),
      last_gone = case when partition_name is null then 0 else 1 end,
      total_gone = p.total_gone + case when partition_name is null then 0 else 1 end,
      last_ms = extract(epoch from clock_timestamp() - v_started) * 1000,
      next_run_at = case when more then p.next_run_at else clock_timestamp() + p.every end
  where p.name = p_name;

  outcome := case when partition_name is null then 'nothing' else 'dropped' end;
  return next;
end
$$;

comment on function :schema.retention_drop_partition(text) is
  'Drops the oldest partition that lies wholly before what the policy keeps; call it with a short lock_timeout, since it waits for every reader of the table. Outcome: dropped, nothing, busy.';
