create or replace function :schema.retention_check_policy() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_table regclass := to_regclass(format('%I.%I', current_schema(), new.table_name));
  v_column record;
begin
  if v_table is null then
    raise exception using errcode = 'GH404', constraint = 'retention_table_unknown', column = 'tableName',
      message = format('There is no table %s in this schema.', new.table_name);
  end if;

  if exists (
    select from pg_trigger as t
    where t.tgrelid = v_table
      and t.tgfoid = to_regprocedure(format('%I.refuse_change()', current_schema()))
  ) then
    raise exception using errcode = 'GH403', constraint = 'append_only', column = 'tableName',
      message = format('%s is append-only: nothing of it may be cleaned up.', new.table_name),
      hint = 'Export and archive it instead.';
  end if;

  select a.attnum, a.attnotnull, a.atttypid into v_column
  from pg_attribute as a
  where a.attrelid = v_table
    and a.attname = new.time_column
    and not a.attisdropped;

  if v_column.attnum is null or not v_column.attnotnull or v_column.atttypid <> 'timestamptz'::regtype then
    raise exception using errcode = 'GH400', constraint = 'retention_time_column', column = 'timeColumn',
      message = format('%s.%s is not a column of time that is always set.', new.table_name, new.time_column),
      hint = 'Name a column of the type timestamptz that is not null.';
  end if;

  if new.kind = 'rows' and not exists (
    select from pg_index as x
    where x.indrelid = v_table and x.indkey[0] = v_column.attnum and x.indisvalid and x.indpred is null
  ) then
    raise exception using errcode = 'GH400', constraint = 'retention_index_missing', column = 'timeColumn',
      message = format('No index of %s begins with %s.', new.table_name, new.time_column),
      hint = 'Add one: a clean-up must not read the whole table for each batch.';
  end if;

  if new.kind = 'read_events' and (new.table_name, new.time_column) is distinct from ('outbox', 'at') then
    raise exception using errcode = 'GH400', constraint = 'retention_kind', column = 'kind',
      message = 'The kind read_events is for the outbox.';
  end if;

  if new.kind = 'partitions' and not exists (
    select from pg_partitioned_table as p
    where p.partrelid = v_table and p.partstrat = 'r' and p.partnatts = 1 and p.partattrs[0] = v_column.attnum
  ) then
    raise exception using errcode = 'GH400', constraint = 'retention_not_partitioned', column = 'tableName',
      message = format('%s is not partitioned by range of %s.', new.table_name, new.time_column);
  end if;

  return new;
end
$$;

comment on function :schema.retention_check_policy() is
  'Trigger of retention_policies: the table is there and not append-only, and its time column is indexed or is the key of its partitions.';
