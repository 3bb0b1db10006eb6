create or replace view :schema.queue_states as
select
  j.id,
  s.name as queue,
  case when j.lease_until is not null then 'in_work' when j.place is not null then 'in_line' else 'waiting' end as state,
  j.token,
  j.priority,
  j.failures,
  j.losses,
  j.key,
  j.payload,
  j.created_at,
  j.run_at as at,
  null::text as error,
  null::jsonb as result,
  j.progress,
  c.worker
from :schema.queue_jobs as j
join :schema.queue_settings as s on s.id = j.queue_id
left join :schema.queue_claims as c on c.token = j.token and j.lease_until is not null
union all
select
  d.id, s.name, 'dead', d.token, d.priority, d.failures, d.losses, d.key, d.payload, d.created_at, d.died_at, d.error,
  null, null, null
from :schema.queue_dead as d
join :schema.queue_settings as s on s.id = d.queue_id
union all
select
  h.id, s.name, h.outcome, h.token, h.priority, h.failures, h.losses, h.key, h.payload, h.created_at, h.finished_at, null,
  h.result, null, h.worker
from :schema.queue_history as h
join :schema.queue_settings as s on s.id = h.queue_id;

comment on view :schema.queue_states is
  'Every job wherever it is. at: when it may run or could have run, died or was finished, by its state.';
