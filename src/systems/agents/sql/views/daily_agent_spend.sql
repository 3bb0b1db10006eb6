create or replace view :schema.daily_agent_spend as
select agent_id, project_id, day,
  sum(amount) as amount, sum(calls)::bigint as calls, sum(unpriced_calls)::bigint as unpriced_calls,
  sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens
from (
  select agent_id, project_id, day, amount, calls, unpriced_calls, input_tokens, output_tokens
  from :schema.agent_spend_daily
  union all
  select agent_id, project_id, day, amount, calls, unpriced_calls, input_tokens, output_tokens
  from :schema.spend_deltas d
  where exists (select from :schema.agents a where a.id = d.agent_id)
) as part
group by agent_id, project_id, day
having sum(calls) <> 0 or sum(amount) <> 0;
comment on view :schema.daily_agent_spend is 'Spend by run and UTC day, exact at every read.';
