create or replace function :schema.fold_spend(p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_moved integer;
  v_projects text[];
begin
  with moved as materialized (
    -- Of two that fold at once the second waits for the first and then finds these rows gone; locking them
    -- beforehand to step aside would write each row twice.
    -- By place in the table, which is as good as any order: there is no index by age, and all are folded in the end.
    delete from :schema.spend_deltas
    where ctid = any (array(select ctid from :schema.spend_deltas limit p_limit))
    returning *
  ), kept_projects as materialized (
    -- The lock waits for whoever deletes one: what is gone is left out, and no rollup is written for it.
    select id from :schema.projects where id in (select project_id from moved) order by id for key share
  ), kept_agents as materialized (
    select id from :schema.agents where id in (select agent_id from moved) order by id for key share
  ), by_day as (
    insert into :schema.spend_daily as t
    select m.project_id, m.day, m.provider, m.model, sum(m.amount), sum(m.calls), sum(m.unpriced_calls),
      sum(m.input_tokens), sum(m.output_tokens)
    from moved m join kept_projects p on p.id = m.project_id
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (project_id, day, provider, model) do update set
      amount = t.amount + excluded.amount, calls = t.calls + excluded.calls,
      unpriced_calls = t.unpriced_calls + excluded.unpriced_calls,
      input_tokens = t.input_tokens + excluded.input_tokens, output_tokens = t.output_tokens + excluded.output_tokens
  ), by_agent as (
    insert into :schema.agent_spend_daily as t
    select m.agent_id, m.day, min(m.project_id), sum(m.amount), sum(m.calls), sum(m.unpriced_calls),
      sum(m.input_tokens), sum(m.output_tokens)
    from moved m join kept_agents a on a.id = m.agent_id
    group by 1, 2
    order by 1, 2
    on conflict (agent_id, day) do update set
      amount = t.amount + excluded.amount, calls = t.calls + excluded.calls,
      unpriced_calls = t.unpriced_calls + excluded.unpriced_calls,
      input_tokens = t.input_tokens + excluded.input_tokens, output_tokens = t.output_tokens + excluded.output_tokens
  ), by_project as (
    insert into :schema.project_spend as t
    select m.project_id, sum(m.amount), sum(m.calls), sum(m.unpriced_calls),
      sum(m.input_tokens), sum(m.output_tokens)
    from moved m join kept_projects p on p.id = m.project_id
    group by 1
    order by 1
    on conflict (project_id) do update set
      amount = t.amount + excluded.amount, calls = t.calls + excluded.calls,
      unpriced_calls = t.unpriced_calls + excluded.unpriced_calls,
      input_tokens = t.input_tokens + excluded.input_tokens, output_tokens = t.output_tokens + excluded.output_tokens
  ), told as (
    -- One event a project and fold: an event for each of ten million calls would help nobody.
    insert into :schema.outbox (type, subject, audience, payload)
    select 'spend.changed', p.id, p.user_id, jsonb_build_object(
      'calls', sum(m.calls), 'amount', trim_scale(sum(m.amount))::text, 'unpricedCalls', sum(m.unpriced_calls))
    from moved m
    join kept_projects k on k.id = m.project_id
    join :schema.projects p on p.id = k.id
    group by p.id, p.user_id
  )
  select count(*)::integer, array_agg(distinct project_id) into v_moved, v_projects from moved;
  -- Two costs that commit at the same moment do not see each other; here both are seen.
  if exists (select from :schema.budgets where project_id = any (v_projects)) then
    perform :schema.check_budgets(v_projects);
  end if;
  return v_moved;
end
$$;
comment on function :schema.fold_spend(integer) is
  'Moves up to p_limit deltas into the rollups; returns how many. Safe to run from several processes at once.';
