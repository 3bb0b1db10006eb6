-- requires: daily_spend, total_spend
create or replace view :schema.invariant_spend_equals_costs as
select coalesce(c.project_id, s.project_id) as project_id, c.amount as costs_amount, s.amount as spend_amount,
  c.calls as costs_calls, s.calls as spend_calls
from (
  select project_id, coalesce(sum(amount), 0) as amount, count(*) as calls from :schema.costs group by project_id
) as c
full join (select * from :schema.total_spend where calls <> 0 or amount <> 0) as s on s.project_id = c.project_id
where (c.amount is distinct from s.amount or c.calls is distinct from s.calls)
  and exists (select from :schema.projects p where p.id = coalesce(c.project_id, s.project_id));
comment on view :schema.invariant_spend_equals_costs is
  'Projects whose rollup differs from the sum of their costs. Mend: rebuild it with `guildhall verify --rebuild`.';
