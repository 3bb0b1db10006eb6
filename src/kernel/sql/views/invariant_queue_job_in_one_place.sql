create or replace view :schema.invariant_queue_job_in_one_place as
select j.id, 'live and finished' as problem
from :schema.queue_jobs as j
where exists (select from :schema.queue_history as h where h.id = j.id)
union all
select d.id, 'dead and finished'
from :schema.queue_dead as d
where exists (select from :schema.queue_history as h where h.id = d.id)
union all
select d.id, 'dead and live'
from :schema.queue_dead as d
where exists (select from :schema.queue_jobs as j where j.id = d.id);

comment on view :schema.invariant_queue_job_in_one_place is
  'Jobs that are in two places at once: something else than the queue''s functions wrote. Look at both rows and delete the wrong one.';
