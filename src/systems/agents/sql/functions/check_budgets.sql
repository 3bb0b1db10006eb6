create or replace function :schema.check_budgets(p_projects text[]) returns integer
language sql volatile
set search_path = :schema, pg_temp
as $$
  with fresh as (
    insert into :schema.budget_alerts (budget_id, period_start, threshold, spent)
    select s.budget_id, s.period_start, t.threshold, s.spent
    from :schema.budget_status s cross join unnest(s.thresholds) as t(threshold)
    where s.project_id = any (p_projects) and s.spent >= t.threshold * s.limit_amount
    order by 1, 2, 3
    on conflict do nothing
    returning *
  ), told as (
    select f.*, b.project_id, b.agent_id, b.kind, b.period, b.limit_amount, p.name, p.user_id
    from fresh f
    join :schema.budgets b on b.id = f.budget_id
    join :schema.projects p on p.id = b.project_id
  ), shown as (
    insert into :schema.activities (project_id, type, message, metadata)
    select project_id, 'cost_alert',
      format('Costs of %s have reached %s %% of the %s budget: %s of %s USD.',
        name, trim_scale(threshold * 100), period, trim_scale(spent), trim_scale(limit_amount)),
      jsonb_build_object(
        'budgetId', budget_id, 'agentId', agent_id, 'kind', kind, 'period', period, 'periodStart', period_start,
        'threshold', threshold::text, 'limit', trim_scale(limit_amount)::text, 'actual', trim_scale(spent)::text)
    from told
    returning 1
  ), sent as (
    insert into :schema.outbox (type, subject, audience, payload)
    select 'budget.alert', budget_id, user_id, jsonb_build_object(
      'projectId', project_id, 'threshold', threshold::text,
      'limit', trim_scale(limit_amount)::text, 'actual', trim_scale(spent)::text)
    from told
    returning 1
  )
  select (select count(*) from shown)::integer + 0 * (select count(*) from sent)::integer;
$$;
comment on function :schema.check_budgets(text[]) is
  'Writes one cost_alert for each threshold that these projects'' budgets have reached in the running period; returns how many.';
