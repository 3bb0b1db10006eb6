create or replace function :schema.retention_partitions(p_table text)
returns table (partition_name text, from_at timestamptz, until_at timestamptz, is_default boolean, rows_estimated bigint)
language sql stable
set search_path = :schema, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
  select
    c.relname::text,
    (regexp_match(b.bound, '^FOR VALUES FROM \(''([^'']+)''\)'))[1]::timestamptz,
    (regexp_match(b.bound, ' TO \(''([^'']+)''\)$'))[1]::timestamptz,
    b.bound = 'DEFAULT',
    greatest(c.reltuples, 0)::bigint
  from pg_inherits as i
  join pg_class as c on c.oid = i.inhrelid
  cross join lateral (select pg_get_expr(c.relpartbound, c.oid) as bound) as b
  where i.inhparent = to_regclass(format('%I.%I', current_schema(), p_table))
    and c.relispartition
    and not i.inhdetachpending
  order by 2 nulls last;
$$;
comment on function :schema.retention_partitions(text) is
  'Partitions of a table with their bounds; the bounds of the default partition are null.';
