create or replace view :schema.spend_parts as
select project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens
from :schema.spend_daily
union all
select project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens
from :schema.spend_deltas d
where exists (select from :schema.projects p where p.id = d.project_id);
comment on view :schema.spend_parts is
  'Folded rows of spend and what is not folded yet, side by side: sum them by whatever is asked. What a deleted project left to fold is left out.';
