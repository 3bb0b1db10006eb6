create or replace view :schema.daily_agent_spend as
select agent_id, project_id, day,
  sum(amount) as amount, sum(calls)::bigint as calls, sum(unpriced_calls)::bigint as unpriced_calls,
  sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens
from (
  select agent_id, project_id, day, amount, calls, unpriced_calls, input_tokens, output_tokens
  from :schema.agent_spend_daily
  union all
  select agent_id, project_id, day, amount, calls, unpriced_calls, input_tokens, output_tokens
  from :schema.spend_deltas
  where agent_id is not null
) as part
group by agent_id, project_id, day;
comment on view :schema.daily_agent_spend is 'Spend by run and UTC day, exact at every read.';
