create or replace view :schema.total_spend as
select project_id,
  sum(amount) as amount, sum(calls)::bigint as calls, sum(unpriced_calls)::bigint as unpriced_calls,
  sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens
from (
  select project_id, amount, calls, unpriced_calls, input_tokens, output_tokens from :schema.project_spend
  union all
  select project_id, amount, calls, unpriced_calls, input_tokens, output_tokens from :schema.spend_deltas d
  where exists (select from :schema.projects p where p.id = d.project_id)
) as part
group by project_id
having sum(calls) <> 0 or sum(amount) <> 0;
comment on view :schema.total_spend is 'Spend of each project from its first day, exact at every read; a project without costs has no row.';
