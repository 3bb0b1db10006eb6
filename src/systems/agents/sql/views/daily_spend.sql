create or replace view :schema.daily_spend as
select project_id, day, provider, model,
  sum(amount) as amount, sum(calls)::bigint as calls, sum(unpriced_calls)::bigint as unpriced_calls,
  sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens
from (
  select project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens
  from :schema.spend_daily
  union all
  select project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens
  from :schema.spend_deltas d
  where exists (select from :schema.projects p where p.id = d.project_id)
) as part
group by project_id, day, provider, model
having sum(calls) <> 0 or sum(amount) <> 0;
comment on view :schema.daily_spend is
  'Spend by project, UTC day, provider and model: folded rows plus what is not folded yet, so it is exact at every read. What a deleted project left to fold is left out. unpriced_calls are in calls and not in amount.';
