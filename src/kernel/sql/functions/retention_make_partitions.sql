create or replace function :schema.retention_make_partitions(p_name text) returns integer
language plpgsql
set search_path = :schema, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
declare
  v_policy :schema.retention_policies%rowtype;
  v_default text;
  v_first timestamptz;
  v_start timestamptz;
  v_end timestamptz;
  v_child text;
  v_made integer := 0;
begin
  -- Whoever else is at this policy goes on alone.
  select p.* into v_policy
  from :schema.retention_policies as p
  where p.name = p_name
    and p.enabled
    and p.kind = 'partitions'
  for no key update skip locked;

  if not found then
    return -1;
  end if;

  select part.partition_name into v_default
  from :schema.retention_partitions(v_policy.table_name) as part
  where part.is_default;

  v_first := date_trunc(v_policy.step, clock_timestamp());

  for v_start in execute format(
    'select at from generate_series($1, $2, $3) as ahead (at)%s order by 1',
    case when v_default is null then '' else format(
      -- Days for which no partition was there in time: their rows wait in the default partition.
      ' union select distinct date_trunc($4, %1$I) from (select %1$I from %2$I.%3$I limit 100000) as strays',
      v_policy.time_column, current_schema(), v_default
    ) end
  )
  using v_first, v_first + v_policy.steps_ahead * ('1 ' || v_policy.step)::interval, ('1 ' || v_policy.step)::interval,
    v_policy.step
  loop
    v_end := v_start + ('1 ' || v_policy.step)::interval;

    continue when exists (
      select from :schema.retention_partitions(v_policy.table_name) as part
      where part.from_at < v_end and part.until_at > v_start
    );

    v_child := v_policy.table_name || to_char(v_start, case v_policy.step when 'day' then '"_p"YYYYMMDD' else '"_p"YYYYMM' end);

    if v_default is not null then
      -- Writers wait at the parent, in front of the choice of a partition: one that had chosen the default one and
      -- then waited there would fail once its range belongs to another. Attaching takes the second lock anyway.
      execute format('lock table only %I.%I in share row exclusive mode', current_schema(), v_policy.table_name);
      execute format('lock table %I.%I in access exclusive mode', current_schema(), v_default);
    end if;

    execute format(
      'create table %1$I.%2$I (like %1$I.%3$I including defaults including constraints including storage)',
      current_schema(), v_child, v_policy.table_name
    );

    if v_default is not null then
      execute format(
        'with strays as (delete from %1$I.%2$I where %3$I >= $1 and %3$I < $2 returning *) insert into %1$I.%4$I select * from strays',
        current_schema(), v_default, v_policy.time_column, v_child
      )
      using v_start, v_end;
    end if;

    execute format(
      'alter table %1$I.%2$I attach partition %1$I.%3$I for values from (%4$L) to (%5$L)',
      current_schema(), v_policy.table_name, v_child, v_start, v_end
    );
    v_made := v_made + 1;
  end loop;

  return v_made;
end
$$;

comment on function :schema.retention_make_partitions(text) is
  'Makes the partitions that a policy wants ready, and those of rows that had to go into the default partition, with these rows in them. Returns how many; -1: another session is at it.';
