-- requires: daily_spend, total_spend
create or replace view :schema.invariant_daily_equals_total as
select coalesce(d.project_id, t.project_id) as project_id, d.amount as daily_amount, t.amount as total_amount
from (select project_id, sum(amount) as amount, sum(calls) as calls from :schema.daily_spend group by project_id) as d
full join :schema.total_spend t on t.project_id = d.project_id
where (coalesce(d.amount, 0) <> coalesce(t.amount, 0) or coalesce(d.calls, 0) <> coalesce(t.calls, 0))
  and exists (select from :schema.projects p where p.id = coalesce(d.project_id, t.project_id));
comment on view :schema.invariant_daily_equals_total is
  'Projects whose daily rollup does not add up to their total. Mend: rebuild it with `guildhall verify --rebuild`.';
