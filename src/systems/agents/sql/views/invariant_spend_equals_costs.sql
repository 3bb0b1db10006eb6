-- requires: daily_spend
create or replace view :schema.invariant_spend_equals_costs as
select coalesce(c.project_id, s.project_id) as project_id, coalesce(c.day, s.day) as day,
  coalesce(c.provider, s.provider) as provider, coalesce(c.model, s.model) as model,
  c.amount as costs_amount, s.amount as spend_amount, c.calls as costs_calls, s.calls as spend_calls
from (
  select project_id, ("timestamp" at time zone 'UTC')::date as day, provider, model,
    coalesce(sum(amount), 0) as amount, count(*) as calls, count(*) filter (where amount is null) as unpriced_calls,
    coalesce(sum(input_tokens), 0) as input_tokens, coalesce(sum(output_tokens), 0) as output_tokens
  from :schema.costs
  group by 1, 2, 3, 4
) as c
full join :schema.daily_spend s
  on s.project_id = c.project_id and s.day = c.day and s.provider = c.provider and s.model = c.model
where (c.amount, c.calls, c.unpriced_calls, c.input_tokens, c.output_tokens)
  is distinct from (s.amount, s.calls, s.unpriced_calls, s.input_tokens, s.output_tokens);
comment on view :schema.invariant_spend_equals_costs is
  'Days of a project, provider and model whose rollup differs from the sum of their costs. Mend: run the function rebuild_spend() of this schema.';
