-- requires: retention_status
create or replace view :schema.retention_alarms as
select
  name,
  'runway' as alarm,
  format('Partitions of %s are ready for %s more days, fewer than %s.', table_name, days_ahead, alarm_days) as problem
from :schema.retention_status
where enabled
  and kind = 'partitions'
  and days_ahead < alarm_days
union all
select
  name,
  'default_rows',
  format('%s rows of %s are in its default partition, because theirs was not there in time.', default_rows, table_name)
from :schema.retention_status
where default_rows > 0
union all
select
  name,
  'late',
  format('%s was to be cleaned up at %s and was not.', table_name, next_run_at)
from :schema.retention_status
where enabled
  and next_run_at < now() - interval '1 day';

comment on view :schema.retention_alarms is
  'Rows mean that something is wrong: partitions run out, rows lie in a default partition, or a policy has not run for a day. Run guildhall retention run, and see that a process with background tasks is up.';
