create or replace view :schema.invariant_queue_lease_has_claim as
select j.id, j.token, j.lease_until
from :schema.queue_jobs as j
where j.lease_until is not null
  and not exists (
    select from :schema.queue_claims as c where c.token = j.token and j.id = any (c.job_ids)
  );

comment on view :schema.invariant_queue_lease_has_claim is
  'Jobs in work that no claim knows: nobody would notice that they are lost. Put them back with update queue_jobs set lease_until = null in this schema.';
