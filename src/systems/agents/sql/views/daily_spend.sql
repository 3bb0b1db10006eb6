-- requires: spend_parts
create or replace view :schema.daily_spend as
select project_id, day, provider, model,
  sum(amount) as amount, sum(calls)::bigint as calls, sum(unpriced_calls)::bigint as unpriced_calls,
  sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens
from :schema.spend_parts
group by project_id, day, provider, model
having sum(calls) <> 0 or sum(amount) <> 0;
comment on view :schema.daily_spend is
  'Spend by project, UTC day, provider and model, exact at every read. unpriced_calls are in calls and not in amount.';
