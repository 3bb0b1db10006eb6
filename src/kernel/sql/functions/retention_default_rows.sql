create or replace function :schema.retention_default_rows(p_table text) returns bigint
language plpgsql stable
set search_path = :schema, pg_temp
as $$
declare
  v_partition text;
  v_count bigint := 0;
begin
  select part.partition_name into v_partition
  from :schema.retention_partitions(p_table) as part
  where part.is_default;

  if found then
    execute format('select count(*) from (select from %I.%I limit 10000) as strays', current_schema(), v_partition)
    into v_count;
  end if;

  return v_count;
end
$$;

comment on function :schema.retention_default_rows(text) is
  'Rows that fell into the default partition because theirs was missing, counted up to 10,000.';
