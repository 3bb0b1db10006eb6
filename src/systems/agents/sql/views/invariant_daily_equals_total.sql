-- requires: daily_spend, total_spend
create or replace view :schema.invariant_daily_equals_total as
select coalesce(d.project_id, t.project_id) as project_id, d.amount as daily_amount, t.amount as total_amount
from (
  select project_id, sum(amount) as amount, sum(calls) as calls, sum(unpriced_calls) as unpriced_calls,
    sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens
  from :schema.daily_spend
  group by project_id
) as d
full join :schema.total_spend t on t.project_id = d.project_id
where (d.amount, d.calls, d.unpriced_calls, d.input_tokens, d.output_tokens)
  is distinct from (t.amount, t.calls, t.unpriced_calls, t.input_tokens, t.output_tokens);
comment on view :schema.invariant_daily_equals_total is
  'Projects whose daily rollup does not add up to their total. Mend: run the function rebuild_spend() of this schema.';
