create or replace view :schema.daily_spend as
select project_id, day, provider, model,
  sum(amount) as amount, sum(calls)::bigint as calls, sum(unpriced_calls)::bigint as unpriced_calls,
  sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens
from (
  select project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens
  from :schema.spend_daily
  union all
  select project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens
  from :schema.spend_deltas
) as part
group by project_id, day, provider, model;
comment on view :schema.daily_spend is
  'Spend by project, UTC day, provider and model: folded rows plus what is not folded yet, so it is exact at every read. unpriced_calls are in calls and not in amount.';
