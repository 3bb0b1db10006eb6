create or replace function :schema.reserve_budget(
  p_id text,
  p_project_id text,
  p_agent_id text,
  p_amount numeric,
  p_hold interval,
  p_purpose text
) returns setof :schema.budget_reservations
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_budget record;
begin
  -- The update, not a mere lock, is what makes a repeatable-read caller fail and retry instead of reading an old sum.
  update :schema.budgets set reservations_made = reservations_made + 1
  where id in (
    select id from :schema.budgets
    where project_id = p_project_id and kind = 'hard' and (agent_id is null or agent_id = p_agent_id)
    order by id
    for update
  );
  select s.* into v_budget
  from :schema.budget_status s
  where s.project_id = p_project_id and s.kind = 'hard' and (s.agent_id is null or s.agent_id = p_agent_id)
    and s.spent + s.reserved + p_amount > s.limit_amount
  order by s.remaining
  limit 1;
  if found then
    raise exception 'Reserving % USD would pass the % budget of %: % spent, % reserved, limit %.',
      trim_scale(p_amount), v_budget.period, coalesce(v_budget.agent_id, p_project_id),
      trim_scale(v_budget.spent), trim_scale(v_budget.reserved), trim_scale(v_budget.limit_amount)
      using errcode = 'GH429', constraint = 'budget_exceeded', column = 'amount',
        detail = jsonb_build_object(
          'budgetId', v_budget.budget_id, 'limit', trim_scale(v_budget.limit_amount)::text,
          'spent', trim_scale(v_budget.spent)::text, 'reserved', trim_scale(v_budget.reserved)::text,
          'remaining', trim_scale(greatest(v_budget.remaining, 0))::text)::text,
        hint = 'Reserve less, wait for open reservations to settle, or raise the budget.';
  end if;
  return query
    insert into :schema.budget_reservations (id, project_id, agent_id, amount, purpose, expires_at)
    values (p_id, p_project_id, p_agent_id, p_amount, p_purpose, clock_timestamp() + p_hold)
    returning *;
end
$$;
comment on function :schema.reserve_budget(text, text, text, numeric, interval, text) is
  'Sets money aside if every hard budget of the project, and of the run, has room for it; else raises GH429 budget_exceeded.';
