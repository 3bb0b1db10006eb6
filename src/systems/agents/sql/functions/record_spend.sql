create or replace function :schema.record_spend() returns trigger
language plpgsql
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each cost a fiftieth.
declare
  v_projects text[];
  v_budgeted boolean;
begin
  -- One delta a group, whatever the statement's size. A project that is being deleted takes its rollups with it,
  -- so its costs leave no delta.
  if tg_op = 'INSERT' then
    -- A single cost is the hot path: one statement, no grouping, and a probe by key for budgets.
    insert into :schema.spend_deltas
      (project_id, agent_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)
    select project_id, agent_id, ("timestamp" at time zone 'UTC')::date, provider, model,
      coalesce(amount, 0), 1, case when amount is null then 1 else 0 end,
      coalesce(input_tokens, 0), coalesce(output_tokens, 0)
    from new_costs
    -- No second row. To count them would cost a tenth of all this.
    where (select true from new_costs offset 1 limit 1) is null
    returning array[project_id], exists (select from :schema.budgets b where b.project_id = spend_deltas.project_id)
    into v_projects, v_budgeted;
    if found and not v_budgeted then
      return null;
    end if;
    if v_projects is null then
      insert into :schema.spend_deltas
        (project_id, agent_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)
      select project_id, agent_id, ("timestamp" at time zone 'UTC')::date, provider, model,
        coalesce(sum(amount), 0), count(*), count(*) filter (where amount is null),
        coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0)
      from new_costs
      group by 1, 2, 3, 4, 5;
      v_projects := array(select distinct project_id from new_costs);
    end if;
  elsif tg_op = 'DELETE' then
    insert into :schema.spend_deltas
      (project_id, agent_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)
    select o.project_id, a.id, (o."timestamp" at time zone 'UTC')::date, o.provider, o.model,
      -coalesce(sum(o.amount), 0), -count(*), -count(*) filter (where o.amount is null),
      -coalesce(sum(o.input_tokens), 0), -coalesce(sum(o.output_tokens), 0)
    from old_costs o
    join :schema.projects p on p.id = o.project_id
    left join :schema.agents a on a.id = o.agent_id
    group by 1, 2, 3, 4, 5;
    return null;
  else
    with changed as (
      insert into :schema.spend_deltas
        (project_id, agent_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens)
      select c.project_id, a.id, (c."timestamp" at time zone 'UTC')::date, c.provider, c.model,
        coalesce(sum(c.sign * c.amount), 0), sum(c.sign), coalesce(sum(c.sign) filter (where c.amount is null), 0),
        coalesce(sum(c.sign * c.input_tokens), 0), coalesce(sum(c.sign * c.output_tokens), 0)
      from (select -1 as sign, o.* from old_costs o union all select 1, n.* from new_costs n) as c
      join :schema.projects p on p.id = c.project_id
      left join :schema.agents a on a.id = c.agent_id
      group by 1, 2, 3, 4, 5
      having coalesce(sum(c.sign * c.amount), 0) <> 0 or sum(c.sign) <> 0
        or coalesce(sum(c.sign) filter (where c.amount is null), 0) <> 0
        or coalesce(sum(c.sign * c.input_tokens), 0) <> 0 or coalesce(sum(c.sign * c.output_tokens), 0) <> 0
      returning project_id
    )
    select array_agg(distinct project_id) into v_projects from changed;
  end if;
  if exists (select from :schema.budgets where project_id = any (v_projects)) then
    perform :schema.check_budgets(v_projects);
  end if;
  return null;
end
$$;
comment on function :schema.record_spend() is
  'Statement trigger of costs: appends what the statement added or took away, and writes the alerts it caused.';
