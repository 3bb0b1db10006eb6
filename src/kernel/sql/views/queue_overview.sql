create or replace view :schema.queue_overview as
select
  s.name as queue,
  s.paused_at,
  coalesce(l.in_line, 0) as in_line,
  coalesce(l.in_work, 0) as in_work,
  coalesce(l.waiting, 0) as waiting,
  coalesce(d.dead, 0) as dead,
  l.oldest_at
from :schema.queue_settings as s
left join (
  select
    j.queue_id,
    count(*) filter (where j.place is not null and j.lease_until is null) as in_line,
    count(*) filter (where j.lease_until is not null) as in_work,
    count(*) filter (where j.place is null) as waiting,
    min(j.run_at) filter (where j.place is not null and j.lease_until is null) as oldest_at
  from :schema.queue_jobs as j
  group by j.queue_id
) as l on l.queue_id = s.id
left join (
  select x.queue_id, count(*) as dead from :schema.queue_dead as x group by x.queue_id
) as d on d.queue_id = s.id;

comment on view :schema.queue_overview is
  'Each queue: jobs in line, in work, waiting for their time and dead, and since when the oldest in line could have run.';
