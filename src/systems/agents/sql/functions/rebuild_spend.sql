create or replace function :schema.rebuild_spend() returns bigint
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_projects bigint;
begin
  -- In the order of a deletion: it comes to the costs with projects and runs locked, and would wait for us for ever.
  perform from :schema.projects order by id for key share;
  perform from :schema.agents order by id for key share;
  -- Whoever writes or folds waits: what came in between would be counted twice, or not at all.
  lock table :schema.costs, :schema.spend_deltas, :schema.spend_daily, :schema.agent_spend_daily, :schema.project_spend
    in share row exclusive mode;
  delete from :schema.spend_deltas;
  delete from :schema.spend_daily;
  delete from :schema.agent_spend_daily;
  delete from :schema.project_spend;
  insert into :schema.spend_daily
    (project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)
  select project_id, ("timestamp" at time zone 'UTC')::date, provider, model,
    coalesce(sum(amount), 0), count(*), count(*) filter (where amount is null),
    coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0)
  from :schema.costs
  group by 1, 2, 3, 4;
  insert into :schema.agent_spend_daily
    (agent_id, day, project_id, amount, calls, unpriced_calls, input_tokens, output_tokens)
  select agent_id, ("timestamp" at time zone 'UTC')::date, min(project_id),
    coalesce(sum(amount), 0), count(*), count(*) filter (where amount is null),
    coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0)
  from :schema.costs
  where agent_id is not null
  group by 1, 2;
  insert into :schema.project_spend (project_id, amount, calls, unpriced_calls, input_tokens, output_tokens)
  select project_id, sum(amount), sum(calls), sum(unpriced_calls), sum(input_tokens), sum(output_tokens)
  from :schema.spend_daily
  group by 1;
  get diagnostics v_projects = row_count;
  return v_projects;
end
$$;
comment on function :schema.rebuild_spend() is
  'Makes the spend rollups anew from the costs and returns how many projects have any; writers of costs wait meanwhile.';
