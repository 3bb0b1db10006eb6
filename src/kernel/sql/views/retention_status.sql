create or replace view :schema.retention_status as
select
  p.name,
  p.kind,
  p.table_name,
  p.keep,
  p.batch_size,
  p.enabled,
  p.next_run_at,
  p.last_run_at,
  p.last_gone,
  p.last_ms,
  p.total_gone,
  p.alarm_days,
  parts.partitions,
  parts.covered_until,
  case
    when p.kind = 'partitions'
      then round((extract(epoch from coalesce(parts.covered_until, now()) - now()) / 86400)::numeric, 2)
  end as days_ahead,
  case when p.kind = 'partitions' then :schema.retention_default_rows(p.table_name) else 0 end as default_rows
from :schema.retention_policies as p
left join lateral (
  select count(*) as partitions, max(part.until_at) as covered_until
  from :schema.retention_partitions(p.table_name) as part
  where not part.is_default
) as parts on p.kind = 'partitions';

comment on view :schema.retention_status is
  'Each policy with its last run, and for partitioned tables how far ahead partitions are ready. Public: may be read by anything that watches.';
comment on column :schema.retention_status.last_run_at is 'Null: it has not run yet.';
comment on column :schema.retention_status.alarm_days is 'Null: not partitioned.';
comment on column :schema.retention_status.partitions is 'Null: not partitioned.';
comment on column :schema.retention_status.covered_until is 'End of the last partition; null: there is none, or it is not partitioned.';
comment on column :schema.retention_status.days_ahead is 'Null: not partitioned.';
