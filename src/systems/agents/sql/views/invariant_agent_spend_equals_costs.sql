-- requires: daily_agent_spend
create or replace view :schema.invariant_agent_spend_equals_costs as
select coalesce(c.agent_id, s.agent_id) as agent_id, coalesce(c.day, s.day) as day,
  c.amount as costs_amount, s.amount as spend_amount, c.calls as costs_calls, s.calls as spend_calls
from (
  select agent_id, ("timestamp" at time zone 'UTC')::date as day,
    coalesce(sum(amount), 0) as amount, count(*) as calls, count(*) filter (where amount is null) as unpriced_calls,
    coalesce(sum(input_tokens), 0) as input_tokens, coalesce(sum(output_tokens), 0) as output_tokens
  from :schema.costs
  where agent_id is not null
  group by 1, 2
) as c
full join :schema.daily_agent_spend s on s.agent_id = c.agent_id and s.day = c.day
where (c.amount, c.calls, c.unpriced_calls, c.input_tokens, c.output_tokens)
  is distinct from (s.amount, s.calls, s.unpriced_calls, s.input_tokens, s.output_tokens);
comment on view :schema.invariant_agent_spend_equals_costs is
  'Days of a run whose rollup differs from the sum of its costs. Mend: run the function rebuild_spend() of this schema.';
