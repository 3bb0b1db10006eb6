create or replace view :schema.invariant_streams_within_escrow as
select t.id as task_id, t.escrowed_amount, s.promised
from (
  select task_id, sum(funded_amount - released_amount) as promised
  from :schema.streams where status in ('active', 'paused', 'insolvent') group by task_id
) as s
join :schema.tasks t on t.id = s.task_id
where s.promised > t.escrowed_amount;
comment on view :schema.invariant_streams_within_escrow is
  'Tasks whose streams were promised more than lies in escrow for them. Mend: find in the audit trail who took it, and pay it in again.';
