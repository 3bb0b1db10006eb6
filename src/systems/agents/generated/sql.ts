/** Generated from sql/ by `npm run generate`; do not edit. */
import type { SqlModule } from '../../../kernel/index.ts';

export const agentsSql: SqlModule = {
  name: 'agents',
  files: [
    {
      path: "functions/add_model_price.sql",
      text: `create or replace function :schema.add_model_price(
  p_priced_model_id text,
  p_price jsonb,
  p_earlier text[],
  p_not_before timestamptz,
  p_implausible jsonb
)
returns table (outcome text, price_id text)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_tier text := coalesce(p_price ->> 'service_tier', 'standard');
  v_day_from time := (p_price ->> 'day_from')::time;
  v_day_until time := (p_price ->> 'day_until')::time;
  v_from timestamptz(3) := (p_price ->> 'valid_from')::timestamptz;
  v_until timestamptz(3) := (p_price ->> 'valid_until')::timestamptz;
  v_digest text;
  v_id text;
  v_start timestamptz(3);
  v_next timestamptz(3);
  v_other :schema.model_prices%rowtype;
  v_stored text[];
begin
  -- Two writers of one model's prices take turns; the constraint against overlaps would stop the second otherwise.
  perform from :schema.priced_models as m where m.id = p_priced_model_id for update;

  select md5(string_agg(format('%s>%s=%s', r.kind, coalesce(r.above_tokens, 0), trim_scale(r.unit_price)), ' '
    order by r.kind, r.above_tokens))
  into v_digest
  from jsonb_to_recordset(p_price -> 'rates') as r (kind text, above_tokens bigint, unit_price numeric);

  v_stored := array(
    select p.id
    from :schema.model_prices as p
    where p.priced_model_id = p_priced_model_id
      and p.service_tier = v_tier
      and p.day_from is not distinct from v_day_from
      and p.day_until is not distinct from v_day_until
  );

  v_start := v_from;

  if cardinality(v_stored) > 0 then
    -- What a table says about the past stands as it was loaded first: costs were computed with it.
    if v_stored && p_earlier and p_not_before is not null then
      if v_until <= p_not_before then
        return query select 'known', null::text;
        return;
      end if;
      v_start := greatest(v_from, p_not_before);
    end if;

    -- The same rates hold already: at most their end changes.
    select p.* into v_other
    from :schema.model_prices as p
    where p.id = any (v_stored)
      and p.rates_digest = v_digest
      and tstzrange(p.valid_from, p.valid_until) @> coalesce(v_start, '-infinity');
    if found then
      if v_until < coalesce(v_other.valid_until, 'infinity') then
        update :schema.model_prices as p set valid_until = v_until where p.id = v_other.id;
      end if;
      return query select 'known', v_other.id;
      return;
    end if;

    -- A version that starts at this very moment is replaced, as long as nothing was computed with it.
    select p.* into v_other
    from :schema.model_prices as p
    where p.id = any (v_stored) and p.valid_from is not distinct from v_start;
    if found then
      if exists (select from :schema.costs as c where c.price_id = v_other.id) then
        raise exception using
          errcode = 'GH409',
          constraint = 'price_in_use',
          column = 'validFrom',
          message = format('Price %s starts at the same moment and costs were computed with it.', v_other.id),
          hint = 'Let the new price start later; what was computed stays as it was.';
      end if;
      delete from :schema.model_prices as p where p.id = v_other.id;
    end if;

    select min(p.valid_from) into v_next
    from :schema.model_prices as p
    where p.id = any (v_stored) and p.valid_from > coalesce(v_start, '-infinity');

    select p.* into v_other
    from :schema.model_prices as p
    where p.id = any (v_stored)
      and tstzrange(p.valid_from, p.valid_until) @> coalesce(v_start, '-infinity'::timestamptz);
    if found then
      -- A table gives what follows next; somebody who enters a single price must not leave a gap.
      if p_not_before is null and v_until < coalesce(v_other.valid_until, 'infinity') then
        raise exception using
          errcode = 'GH409',
          constraint = 'price_overlap',
          column = 'validUntil',
          message = format('Price %s holds beyond the end of the new price, which would leave a gap after it.', v_other.id),
          hint = 'Set the price that follows first, then this one; or leave validUntil out.';
      end if;
      update :schema.model_prices as p set valid_until = v_start where p.id = v_other.id;
    end if;
  end if;

  insert into :schema.model_prices as p (
    priced_model_id, service_tier, day_from, day_until, valid_from, valid_until,
    rates_digest, accepted_implausible, note
  )
  values (
    p_priced_model_id, v_tier, v_day_from, v_day_until, v_start, least(v_until, v_next),
    v_digest, p_implausible, p_price ->> 'note'
  )
  returning p.id into v_id;

  insert into :schema.model_price_rates (price_id, kind, above_tokens, unit_price)
  select v_id, r.kind, coalesce(r.above_tokens, 0), trim_scale(r.unit_price)
  from jsonb_to_recordset(p_price -> 'rates') as r (kind text, above_tokens bigint, unit_price numeric);

  return query select 'inserted', v_id;
end
$$;

comment on function :schema.add_model_price(text, jsonb, text[], timestamptz, jsonb) is
  'Adds one version of a price: ends the version that holds at its start and lasts until the next one begins. Where p_earlier names prices that were there before this load, a changed price starts no earlier than p_not_before. Outcome: inserted or known.';
`,
    },
    {
      path: "functions/check_budgets.sql",
      text: `create or replace function :schema.check_budgets(p_projects text[]) returns integer
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
`,
    },
    {
      path: "functions/delete_orphan_runner.sql",
      text: `create or replace function :schema.delete_orphan_runner() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  new.torn_down_at := case when old.status = 'pending' then clock_timestamp() else old.torn_down_at end;
  new.status := 'deleted';
  return new;
end
$$;
comment on function :schema.delete_orphan_runner() is
  'Trigger of runners: a runner whose user is gone is deleted; the row stays until its machine is torn down.';
`,
    },
    {
      path: "functions/expire_reservations.sql",
      text: `create or replace function :schema.expire_reservations(p_limit integer) returns integer
language sql volatile
set search_path = :schema, pg_temp
as $$
  with expired as (
    update :schema.budget_reservations set state = 'expired', closed_at = clock_timestamp()
    where id in (
      select id from :schema.budget_reservations
      where state = 'open' and expires_at <= clock_timestamp()
      order by expires_at
      limit p_limit
      for update skip locked
    )
    returning 1
  )
  select count(*)::integer from expired;
$$;
comment on function :schema.expire_reservations(integer) is
  'Closes reservations whose time is over, at most p_limit of them; returns how many.';
`,
    },
    {
      path: "functions/find_priced_models.sql",
      text: `create or replace function :schema.find_priced_models(p_provider text, p_model text)
returns table (priced_model_id text, rank bigint, matched_by text)
language plpgsql
stable
parallel safe
rows 2
set search_path = :schema, pg_temp
-- Planning, or compiling, the statement anew would take longer than running it.
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
  v_model text := lower(btrim(coalesce(p_model, '')));
  v_provider text := :schema.find_provider(p_provider, p_model);
  v_prefix text := split_part(v_model, '/', 1);
  v_names text[] := array[v_model];
  v_providers text[];
begin
  if v_model = '' or v_provider is null then
    return;
  end if;

  -- \`deepseek/deepseek-chat\` and \`models/gemini-1.5-pro\` are also looked up without what stands in front,
  -- but \`meta-llama/llama-4-scout\` only whole: there the front part belongs to the model's name.
  if v_prefix <> v_model
    and (v_prefix in ('models', lower(btrim(coalesce(p_provider, '')))) or :schema.find_provider(v_prefix, '') = v_provider)
  then
    v_names := v_names || substr(v_model, length(v_prefix) + 2);
  end if;

  select array[p.id] || p.fallback_providers into v_providers
  from :schema.model_providers as p
  where p.id = v_provider;

  return query
  with found as (
    select
      n.priced_model_id,
      n.provider,
      -- The whole logged name before the name without its front part; the source's own key before further names.
      2 * array_position(v_names, n.name) - n.is_key::integer as class,
      'name ' || n.name as matched_by
    from :schema.priced_model_names as n
    where n.provider = any (v_providers)
      and n.name = any (v_names)
    union all
    select r.priced_model_id, r.provider, 10 + name.place::integer, r.operator || ' ' || r.pattern
    from :schema.priced_model_rules as r
    cross join unnest(v_names) with ordinality as name (name, place)
    where r.provider = any (v_providers)
      and :schema.matches_pattern(name.name, r.operator, r.pattern)
  ),
  best as (
    select distinct on (f.priced_model_id) f.*
    from found as f
    order by f.priced_model_id, f.class, f.matched_by
  )
  select
    b.priced_model_id,
    row_number() over (
      order by array_position(v_providers, b.provider), m.precedence, b.class, m.position, b.priced_model_id
    ),
    b.matched_by
  from best as b
  join :schema.priced_models as m on m.id = b.priced_model_id;
end
$$;

comment on function :schema.find_priced_models(text, text) is
  'The priced models that a logged name may mean, best first: the provider itself before its fallbacks, then the source''s precedence, then exact names before patterns, then the source''s order.';
`,
    },
    {
      path: "functions/find_provider.sql",
      text: `create or replace function :schema.find_provider(p_provider text, p_model text)
returns text
language plpgsql
stable
parallel safe
set search_path = :schema, pg_temp
as $$
declare
  v_provider text := lower(btrim(coalesce(p_provider, '')));
  v_prefix text;
  v_found text;
begin
  if v_provider not in ('', 'unknown', 'litellm') then
    select p.id into v_found from :schema.model_providers as p where p.id = v_provider;
    if v_found is null then
      v_found := :schema.find_provider_by_rule('provider', v_provider);
    end if;
    return v_found;
  end if;

  -- No provider was logged: \`deepseek/deepseek-chat\` names it in front, else the model's name tells.
  if position('/' in p_model) > 0 then
    v_prefix := split_part(lower(btrim(p_model)), '/', 1);
    select p.id into v_found from :schema.model_providers as p where p.id = v_prefix;
    if v_found is null and v_prefix <> '' then
      v_found := :schema.find_provider_by_rule('provider', v_prefix);
    end if;
  end if;
  return coalesce(v_found, :schema.find_provider_by_rule('model', lower(btrim(p_model))));
end
$$;

comment on function :schema.find_provider(text, text) is
  'The provider meant by a logged provider name, or by a model name that came without one; null: none known.';
`,
    },
    {
      path: "functions/find_provider_by_rule.sql",
      text: `create or replace function :schema.find_provider_by_rule(p_subject text, p_text text)
returns text
language plpgsql
stable
parallel safe
set search_path = :schema, pg_temp
as $$
begin
  -- plpgsql, because it keeps its plan from call to call.
  return (
    select r.provider
    from :schema.model_provider_rules as r
    join :schema.model_providers as p on p.id = r.provider
    where r.subject = p_subject
      and :schema.matches_pattern(p_text, r.operator, r.pattern)
    -- An alias spelled out wins over a pattern of whatever provider.
    order by (r.operator = 'equals') desc, p.position, r.ordinal
    limit 1
  );
end
$$;

comment on function :schema.find_provider_by_rule(text, text) is
  'The first provider, in order of position, whose rules match the text; exact names win over patterns; null: none.';
`,
    },
    {
      path: "functions/fold_spend.sql",
      text: `create or replace function :schema.fold_spend(p_limit integer) returns integer
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
`,
    },
    {
      path: "functions/guard_runner_status.sql",
      text: `create or replace function :schema.guard_runner_status() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  if old.status || ' ' || new.status in (
    'pending provisioning', 'pending deleted',
    'provisioning active', 'provisioning error', 'provisioning deleted',
    'active error', 'active stopped', 'active deleted',
    'stopped active', 'stopped deleted',
    'error deleted'
  ) then
    return new;
  end if;
  raise exception 'Runner % is % and cannot become %.', old.id, old.status, new.status
    using errcode = 'GH409', constraint = 'runner_status', column = 'status',
      detail = jsonb_build_object('runnerId', old.id, 'from', old.status, 'to', new.status)::text,
      hint = 'Read the runner again; another call was faster.';
end
$$;
comment on function :schema.guard_runner_status() is
  'Trigger of runners: pending, provisioning, active or error; active and stopped alternate; deleted is the end of each.';
`,
    },
    {
      path: "functions/implausible_rates.sql",
      text: `create or replace function :schema.implausible_rates(p_model jsonb, p_price jsonb, p_compare boolean)
returns table (kind text, unit_price numeric, limit_price numeric, problem text, reason text)
language plpgsql
stable
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
begin
  -- plpgsql, because it keeps its plan from call to call.
  return query
  with rate as (
    select r.kind, coalesce(r.above_tokens, 0) as above_tokens, trim_scale(r.unit_price) as unit_price
    from jsonb_to_recordset(p_price -> 'rates') as r (kind text, above_tokens bigint, unit_price numeric)
  ),
  in_force as (
    select p.id
    from :schema.find_priced_models(p_model ->> 'provider', p_model ->> 'model') as f
    join :schema.model_prices as p on p.priced_model_id = f.priced_model_id
    where p_compare
      and p.service_tier = coalesce(p_price ->> 'service_tier', 'standard')
      and tstzrange(p.valid_from, p.valid_until) @> coalesce((p_price ->> 'valid_from')::timestamptz, now())
    order by f.rank, p.day_from nulls first
    limit 1
  )
  select
    r.kind,
    r.unit_price,
    k.max_unit_price,
    format('%s USD per %s is above the limit of %s', r.unit_price, k.unit, k.max_unit_price),
    k.reason
  from rate as r
  join :schema.usage_kinds as k on k.kind = r.kind
  where r.unit_price > k.max_unit_price
  union all
  -- Prices have moved by a factor of ten in a year, never by a hundred at once: that is a unit mixed up.
  select
    r.kind,
    r.unit_price,
    c.unit_price,
    format('%s USD per %s is over a hundred times off the %s in force', r.unit_price, k.unit, c.unit_price),
    'A price per thousand or per million units is easily taken for a price per unit, and the other way round.'
  from rate as r
  join :schema.usage_kinds as k on k.kind = r.kind and r.unit_price <= k.max_unit_price
  join :schema.model_price_rates as c on c.kind = r.kind and c.above_tokens = r.above_tokens
  join in_force as f on f.id = c.price_id
  where r.unit_price > 0
    and c.unit_price > 0
    and (r.unit_price > 100 * c.unit_price or 100 * r.unit_price < c.unit_price)
  order by 1, 2;
end
$$;

comment on function :schema.implausible_rates(jsonb, jsonb, boolean) is
  'The rates of a price that are above the limit of their kind or, when compared, over a hundred times off the price in force.';
`,
    },
    {
      path: "functions/matches_pattern.sql",
      text: `create or replace function :schema.matches_pattern(p_text text, p_operator text, p_pattern text)
returns boolean
language sql
immutable
parallel safe
as $$
  -- Built-in functions only and no search_path setting, so that the planner can inline it.
  select case p_operator
    when 'equals' then p_text = p_pattern
    when 'starts_with' then starts_with(p_text, p_pattern)
    when 'ends_with' then right(p_text, length(p_pattern)) = p_pattern
    when 'contains' then position(p_pattern in p_text) > 0
    when 'regex' then p_text ~ p_pattern
    else false
  end
$$;

comment on function :schema.matches_pattern(text, text, text) is
  'Whether a lower-case name satisfies one rule: equals, starts_with, ends_with, contains or regex.';
`,
    },
    {
      path: "functions/project_summary.sql",
      text: `create or replace function :schema.project_summary(p_project_id text)
returns table (
  progress integer,
  agent_count integer,
  total_cost numeric,
  unpriced_calls integer,
  last_activity timestamptz(3)
)
language sql stable
set search_path = :schema, pg_temp
as $$
  select
    coalesce(round(100.0 * a.completed / nullif(a.runs, 0)), 0)::integer,
    a.runs::integer,
    coalesce(s.amount, 0),
    coalesce(s.unpriced_calls, 0)::integer,
    (select max(v."timestamp") from :schema.activities v where v.project_id = p_project_id)::timestamptz(3)
  from (
    select count(*) as runs, count(*) filter (where status = 'completed') as completed
    from :schema.agents where project_id = p_project_id
  ) as a
  left join :schema.total_spend s on s.project_id = p_project_id;
$$;
comment on function :schema.project_summary(text) is
  'Progress (completed runs of all runs in percent, 0 without runs), spend and last activity of a project.';
`,
    },
    {
      path: "functions/put_priced_model.sql",
      text: `create or replace function :schema.put_priced_model(p_source text, p_precedence smallint, p_model jsonb)
returns text
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_id text;
  v_provider text := p_model ->> 'provider';
  v_key text := lower(p_model ->> 'model');
begin
  insert into :schema.priced_models as m (source, precedence, provider, model, position)
  values (
    p_source, p_precedence, v_provider, p_model ->> 'model',
    coalesce((p_model ->> 'position')::integer, 0)
  )
  on conflict (source, provider, model) do update
    set precedence = excluded.precedence, position = excluded.position
    where (m.precedence, m.position) <> (excluded.precedence, excluded.position)
  returning m.id into v_id;

  if v_id is null then
    select m.id into v_id
    from :schema.priced_models as m
    where m.source = p_source and m.provider = v_provider and m.model = p_model ->> 'model';
  end if;

  delete from :schema.priced_model_names as n
  where n.priced_model_id = v_id
    and n.name <> v_key
    and not coalesce(p_model -> 'names', '[]') ? n.name;

  insert into :schema.priced_model_names (provider, name, priced_model_id, is_key)
  select v_provider, name.name, v_id, name.name = v_key
  from (
    select v_key as name
    union
    select lower(listed.name) from jsonb_array_elements_text(coalesce(p_model -> 'names', '[]')) as listed (name)
  ) as name
  on conflict do nothing;

  delete from :schema.priced_model_rules as r where r.priced_model_id = v_id;

  insert into :schema.priced_model_rules (priced_model_id, ordinal, provider, operator, pattern)
  select v_id, rule.ordinal, v_provider, rule.value ->> 'operator',
    case when rule.value ->> 'operator' = 'regex' then rule.value ->> 'pattern' else lower(rule.value ->> 'pattern') end
  from jsonb_array_elements(coalesce(p_model -> 'rules', '[]')) with ordinality as rule (value, ordinal);

  return v_id;
end
$$;

comment on function :schema.put_priced_model(text, smallint, jsonb) is
  'Makes sure that a priced model exists, under exactly the names and patterns given, and returns its id.';
`,
    },
    {
      path: "functions/quote_usage.sql",
      text: `create or replace function :schema.quote_usage(
  p_provider text,
  p_model text,
  p_at timestamptz,
  p_usage jsonb,
  p_service_tier text
)
returns table (price_id text, amount numeric, unpriced_kinds text[], reason text)
language plpgsql
stable
parallel safe
rows 1
set search_path = :schema, pg_temp
-- Planning, or compiling, the statement anew would take longer than running it.
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
begin
  -- plpgsql, because it keeps its plan from call to call.
  return query
  select q.price_id, q.amount, q.unpriced_kinds, q.reason
  from :schema.quote_usages(array[p_provider], array[p_model], array[p_at], array[p_usage], array[p_service_tier]) as q;
end
$$;

comment on function :schema.quote_usage(text, text, timestamptz, jsonb, text) is
  'Amount in USD of one call; see quote_usages, which is the one to use for many.';
`,
    },
    {
      path: "functions/quote_usage_lines.sql",
      text: `create or replace function :schema.quote_usage_lines(
  p_providers text[],
  p_models text[],
  p_ats timestamptz[],
  p_usages jsonb[],
  p_service_tiers text[]
)
returns table (
  ordinal bigint,
  price_id text,
  reason text,
  kind text,
  quantity numeric,
  unit_price numeric,
  priced_as text,
  above_tokens bigint,
  amount numeric
)
language plpgsql
stable
parallel safe
set search_path = :schema, pg_temp
-- Planning, or compiling, the statement anew would take longer than running it.
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
begin
  -- plpgsql, because it keeps its plan from call to call.
  return query
  with call as materialized (
    select
      c.ordinal,
      coalesce(c.provider, '') as provider,
      coalesce(c.model, '') as model,
      c.at,
      (c.at at time zone 'UTC')::time as day_time,
      coalesce(nullif(c.service_tier, ''), 'standard') as service_tier,
      coalesce(c.usage, '{}') as usage
    from unnest(p_providers, p_models, p_ats, p_usages, p_service_tiers)
      with ordinality as c (provider, model, at, usage, service_tier, ordinal)
  ),
  -- A statement prices thousands of calls of a few models: names are matched once per distinct name.
  candidate as materialized (
    select n.provider, n.model, f.priced_model_id, f.rank
    from (select distinct c.provider, c.model from call as c) as n
    cross join lateral :schema.find_priced_models(n.provider, n.model) as f
  ),
  priced as materialized (
    select distinct on (c.ordinal) c.ordinal, k.rank, p.id as price_id
    from call as c
    join candidate as k on k.provider = c.provider and k.model = c.model
    left join :schema.model_prices as p
      on p.priced_model_id = k.priced_model_id
      and p.service_tier = c.service_tier
      and (p.valid_from is null or p.valid_from <= c.at)
      and (p.valid_until is null or c.at < p.valid_until)
      and (p.day_from is null or (p.day_from <= c.day_time and c.day_time < p.day_until))
    order by c.ordinal, p.id is null, k.rank, p.day_from nulls last
  ),
  entry as materialized (
    select c.ordinal, e.key as kind, q.quantity
    from call as c
    cross join lateral jsonb_each_text(c.usage) as e
    -- Anything that is no plain quantity stays null: it can be shown and flagged, but not priced.
    cross join lateral (
      select case when e.value ~ '^[0-9]{1,30}(\\.[0-9]{1,30})?$' then e.value::numeric end as quantity
    ) as q
    union all
    -- A price per request holds for a call that does not say how many requests it was.
    select p.ordinal, 'requests', 1
    from priced as p
    join call as c on c.ordinal = p.ordinal
    where not c.usage ? 'requests'
      and exists (
        select from :schema.model_price_rates as r where r.price_id = p.price_id and r.kind = 'requests'
      )
  ),
  context as (
    select e.ordinal, sum(e.quantity) as tokens
    from entry as e
    join :schema.usage_kinds as k on k.kind = e.kind
    where k.side = 'input' and k.unit = 'token'
    group by e.ordinal
  )
  select
    c.ordinal,
    p.price_id,
    case
      when p.ordinal is null then 'unknown_model'
      when p.price_id is null then 'no_price_then'
      -- A quantity that is none must not vanish from the sum either.
      when e.kind is not null
        and (
          e.quantity is null
          or (e.quantity <> 0 and rate.unit_price is null and not coalesce(k.optional, false))
        ) then 'unpriced_kind'
    end,
    e.kind,
    e.quantity,
    rate.unit_price,
    rate.kind,
    rate.above_tokens,
    e.quantity * rate.unit_price
  from call as c
  left join priced as p on p.ordinal = c.ordinal
  left join entry as e on e.ordinal = c.ordinal
  left join :schema.usage_kinds as k on k.kind = e.kind
  left join context as x on x.ordinal = c.ordinal
  left join lateral (
    select r.unit_price, r.kind, r.above_tokens
    from :schema.model_price_rates as r
    where r.price_id = p.price_id
      and r.kind in (e.kind, k.priced_as)
      and (r.above_tokens = 0 or r.above_tokens < x.tokens)
    order by (r.kind = e.kind) desc, r.above_tokens desc
    limit 1
  ) as rate on true;
end
$$;

comment on function :schema.quote_usage_lines(text[], text[], timestamptz[], jsonb[], text[]) is
  'Prices many calls at once, one line per kind of usage; a call without usage has one line without kind. A null amount is an unknown price, and the reason says why; it never means zero.';
`,
    },
    {
      path: "functions/quote_usages.sql",
      text: `create or replace function :schema.quote_usages(
  p_providers text[],
  p_models text[],
  p_ats timestamptz[],
  p_usages jsonb[],
  p_service_tiers text[]
)
returns table (ordinal bigint, price_id text, amount numeric, unpriced_kinds text[], reason text)
language plpgsql
stable
parallel safe
set search_path = :schema, pg_temp
-- Planning, or compiling, the statement anew would take longer than running it.
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
begin
  -- plpgsql, because it keeps its plan from call to call.
  return query
  select
    l.ordinal,
    min(l.price_id),
    case when count(l.reason) = 0 then trim_scale(coalesce(sum(l.amount), 0)) end,
    array_agg(l.kind order by l.kind)
      filter (where l.reason is not null and l.kind is not null and l.quantity is distinct from 0),
    min(l.reason)
  from :schema.quote_usage_lines(p_providers, p_models, p_ats, p_usages, p_service_tiers) as l
  group by l.ordinal;
end
$$;

comment on function :schema.quote_usages(text[], text[], timestamptz[], jsonb[], text[]) is
  'Amount in USD of many calls at once. Amount null: the model is unknown (unknown_model), has no price for that moment and service tier (no_price_then), or a kind that was used has no rate (unpriced_kind).';
`,
    },
    {
      path: "functions/rebuild_spend.sql",
      text: `create or replace function :schema.rebuild_spend() returns bigint
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
`,
    },
    {
      path: "functions/record_spend.sql",
      text: `create or replace function :schema.record_spend() returns trigger
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
`,
    },
    {
      path: "functions/reprice_costs.sql",
      text: `create or replace function :schema.reprice_costs(p_project_id text, p_after text, p_limit integer)
returns table (last_id text, examined bigint, priced bigint)
language sql
set search_path = :schema, pg_temp
as $$
  with batch as materialized (
    select c.id, c.provider, c.model, c."timestamp" as at, c.service_tier,
      coalesce(
        c.usage,
        jsonb_strip_nulls(jsonb_build_object('input', c.input_tokens, 'output', c.output_tokens))
      ) as usage
    from :schema.costs as c
    where c.pricing = 'unpriced'
      and c.id > p_after
      and (p_project_id is null or c.project_id = p_project_id)
    order by c.id
    limit p_limit
    -- In id order, as everything that locks many costs does.
    for update
  ),
  -- One array fixes the order that ties each quote to its cost.
  listed as (
    select
      array_agg(b.id order by b.id) as ids,
      array_agg(b.provider order by b.id) as providers,
      array_agg(b.model order by b.id) as models,
      array_agg(b.at order by b.id) as ats,
      array_agg(b.usage order by b.id) as usages,
      array_agg(b.service_tier order by b.id) as tiers,
      count(*) as examined,
      max(b.id) as last_id
    from batch as b
  ),
  quoted as materialized (
    select l.ids[q.ordinal] as id, q.price_id, q.amount
    from listed as l
    cross join lateral :schema.quote_usages(l.providers, l.models, l.ats, l.usages, l.tiers) as q
    where q.amount is not null
  ),
  changed as (
    update :schema.costs as c
    set amount = q.amount,
      price_id = q.price_id,
      pricing = 'computed',
      unpriced_kinds = null
    from quoted as q
    where c.id = q.id and c.pricing = 'unpriced'
    returning c.id
  )
  select l.last_id, l.examined, (select count(*) from changed)
  from listed as l
$$;

comment on function :schema.reprice_costs(text, text, integer) is
  'Computes the amounts of up to p_limit unpriced costs after the id p_after, where prices have become known since; project null: all projects. Returns the last id looked at (null: none left), how many were looked at, and how many now have an amount.';
`,
    },
    {
      path: "functions/reserve_budget.sql",
      text: `create or replace function :schema.reserve_budget(
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
`,
    },
    {
      path: "functions/set_model_prices.sql",
      text: `create or replace function :schema.set_model_prices(
  p_source text,
  p_precedence smallint,
  p_providers jsonb,
  p_models jsonb,
  p_not_before timestamptz,
  p_accept_implausible boolean,
  p_strict boolean
)
returns table (ordinal bigint, price_ordinal bigint, outcome text, price_id text, reason text)
language plpgsql
set search_path = :schema, pg_temp
as $$
#variable_conflict use_column
declare
  v_row record;
  v_bad record;
  v_model_id text;
  v_earlier text[];
begin
  perform :schema.set_model_providers(p_providers);

  for v_row in
    select m.ordinal, m.model
    from jsonb_array_elements(p_models) with ordinality as m (model, ordinal)
    order by m.ordinal
  loop
    v_model_id := null;
    ordinal := v_row.ordinal;

    for v_bad in
      select
        p.ordinal as price_ordinal,
        p.price,
        jsonb_agg(
          jsonb_build_object('kind', i.kind, 'unit_price', i.unit_price::text, 'limit', i.limit_price::text)
        ) filter (where i.kind is not null) as listed,
        (array_agg(i.kind))[1] as kind,
        (array_agg(i.problem))[1] as problem,
        (array_agg(i.reason))[1] as reason
      from jsonb_array_elements(v_row.model -> 'prices') with ordinality as p (price, ordinal)
      left join lateral :schema.implausible_rates(v_row.model, p.price, p_strict) as i on true
      group by p.ordinal, p.price
      order by p.ordinal
    loop
      price_ordinal := v_bad.price_ordinal;

      if v_bad.listed is not null and not p_accept_implausible then
        if p_strict then
          raise exception using
            errcode = 'GH400',
            constraint = 'implausible_price',
            column = 'rates.' || v_bad.kind,
            message = format('The price of %s for %s is not plausible: %s.', v_bad.kind, v_row.model ->> 'model', v_bad.problem),
            hint = v_bad.reason || ' Enter the price of one unit, or set acceptImplausible if it is right.',
            detail = jsonb_build_object('implausible', v_bad.listed)::text;
        end if;
        outcome := 'refused';
        price_id := null;
        reason := format('%s %s: %s. %s', v_row.model ->> 'model', v_bad.kind, v_bad.problem, v_bad.reason);
        return next;
        continue;
      end if;

      if v_model_id is null then
        v_model_id := :schema.put_priced_model(p_source, p_precedence, v_row.model);
        v_earlier := array(select p.id from :schema.model_prices as p where p.priced_model_id = v_model_id);
      end if;
      select a.outcome, a.price_id into outcome, price_id
      from :schema.add_model_price(v_model_id, v_bad.price, v_earlier, p_not_before, v_bad.listed) as a;
      reason := null;
      return next;
    end loop;
  end loop;
end
$$;

comment on function :schema.set_model_prices(text, smallint, jsonb, jsonb, timestamptz, boolean, boolean) is
  'Enters the prices of many models of one source, and their providers. An implausible rate is refused: as an error when strict, else as a row with the reason; when accepted explicitly it is recorded with the price.';
`,
    },
    {
      path: "functions/set_model_providers.sql",
      text: `create or replace function :schema.set_model_providers(p_providers jsonb)
returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_count integer;
begin
  insert into :schema.model_providers as p (id, name, position, fallback_providers)
  select x.id, x.name, x.position, coalesce(x.fallback_providers, '{}')
  from jsonb_to_recordset(p_providers)
    as x (id text, name text, position integer, fallback_providers text[], complete boolean)
  on conflict (id) do update
    set name = excluded.name,
      position = excluded.position,
      fallback_providers = excluded.fallback_providers
    -- Only a table that describes providers may change them; others merely need them to exist.
    where (p.name, p.position, p.fallback_providers)
        is distinct from (excluded.name, excluded.position, excluded.fallback_providers)
      and exists (
        select
        from jsonb_to_recordset(p_providers) as y (id text, complete boolean)
        where y.id = excluded.id and y.complete
      );

  get diagnostics v_count = row_count;

  with described as (
    select x.id, r.ordinal, r.rule
    from jsonb_to_recordset(p_providers) as x (id text, rules jsonb, complete boolean)
    cross join lateral jsonb_array_elements(x.rules) with ordinality as r (rule, ordinal)
    where x.complete
      or not exists (select from :schema.model_provider_rules as o where o.provider = x.id)
  ),
  stale as (
    delete from :schema.model_provider_rules as o
    where o.provider in (select d.id from described as d)
      and not exists (select from described as d where d.id = o.provider and d.ordinal = o.ordinal)
  )
  insert into :schema.model_provider_rules as o (provider, ordinal, subject, operator, pattern)
  select d.id, d.ordinal, d.rule ->> 'subject', d.rule ->> 'operator', lower(d.rule ->> 'pattern')
  from described as d
  on conflict (provider, ordinal) do update
    set subject = excluded.subject, operator = excluded.operator, pattern = excluded.pattern
    where (o.subject, o.operator, o.pattern) is distinct from (excluded.subject, excluded.operator, excluded.pattern);

  return v_count;
end
$$;

comment on function :schema.set_model_providers(jsonb) is
  'Makes sure that providers exist, with the rules that recognise their names; an entry marked complete replaces what was known of it.';
`,
    },
    {
      path: "functions/show_model_price.sql",
      text: `create or replace function :schema.show_model_price(p_id text)
returns table (
  id text,
  source text,
  provider text,
  model text,
  service_tier text,
  day_from text,
  day_until text,
  valid_from timestamptz,
  valid_until timestamptz,
  rates jsonb,
  accepted_implausible jsonb,
  note text,
  created_at timestamptz
)
language sql
-- Volatile, although it only reads: it then sees what the very statement that calls it has written.
volatile
rows 1
set search_path = :schema, pg_temp
as $$
  select
    b.id, b.source, b.provider, b.model, b.service_tier, b.day_from, b.day_until, b.valid_from, b.valid_until,
    b.rates, b.accepted_implausible, b.note, b.created_at
  from :schema.price_book as b
  where b.id = p_id
$$;

comment on function :schema.show_model_price(text) is 'One row of price_book, also within the statement that made it.';
`,
    },
    {
      path: "migrations/0001_create_core.down.sql",
      text: `drop table :schema.activities;
drop table :schema.costs;
drop table :schema.agent_log_lines;
drop table :schema.agents;
drop table :schema.projects;
drop table :schema.users;
`,
    },
    {
      path: "migrations/0001_create_core.up.sql",
      text: `create table :schema.users (
  id text not null default :schema.new_id('usr'),
  email text not null,
  name text,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint users_pkey primary key (id),
  constraint users_email_key unique (email),
  constraint users_account_fkey foreign key (id, email)
    references :schema.accounts (id, login) on update cascade on delete cascade
);
create index users_created_at_idx on :schema.users (created_at desc, id desc);
comment on table :schema.users is
  'People who own projects. Password, roles and tokens are in accounts, under the same id.';
comment on column :schema.users.name is 'Display name; null when none was given.';

create table :schema.projects (
  id text not null default :schema.new_id('prj'),
  user_id text not null,
  name text not null,
  path text not null,
  settings jsonb,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint projects_pkey primary key (id),
  constraint projects_user_id_fkey foreign key (user_id) references :schema.users (id) on delete cascade,
  constraint projects_name_check check (name <> ''),
  constraint projects_settings_check check (jsonb_typeof(settings) = 'object')
);
create index projects_user_id_idx on :schema.projects (user_id, created_at desc, id desc);
comment on table :schema.projects is 'A code base on which agents work; everything else belongs to one.';
comment on column :schema.projects.settings is 'Settings as an object; null when none were given. Replaced whole.';

create table :schema.agents (
  id text not null default :schema.new_id('agt'),
  project_id text not null,
  status text not null,
  start_time timestamptz(3) not null default clock_timestamp(),
  end_time timestamptz(3),
  error text,
  has_logs boolean not null default false,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint agents_pkey primary key (id),
  constraint agents_id_project_id_key unique (id, project_id),
  constraint agents_project_id_fkey foreign key (project_id) references :schema.projects (id) on delete cascade,
  constraint agents_status_check check (status in ('running', 'completed', 'failed')),
  constraint agents_end_time_check check (end_time >= start_time)
);
create index agents_project_id_idx on :schema.agents (project_id, start_time desc, id desc);
create index agents_status_idx on :schema.agents (status, start_time desc, id desc);
comment on table :schema.agents is 'Runs of AI agents. Any status may follow any other: a finished run can be taken up again.';
comment on column :schema.agents.end_time is 'Null while nobody has said that the run ended.';
comment on column :schema.agents.error is 'Why a run failed; null when it did not.';
comment on column :schema.agents.has_logs is 'Tells a run whose log is empty from one that has none.';

create table :schema.agent_log_lines (
  id bigint generated always as identity,
  agent_id text not null,
  at timestamptz(3) not null default clock_timestamp(),
  line text not null,
  constraint agent_log_lines_pkey primary key (agent_id, id),
  constraint agent_log_lines_agent_id_fkey foreign key (agent_id) references :schema.agents (id) on delete cascade
);
comment on table :schema.agent_log_lines is
  'The log of a run, a row a line, so that several writers append at once without losing any.';

create table :schema.costs (
  id text not null default :schema.new_id('cst'),
  project_id text not null,
  agent_id text,
  amount numeric,
  provider text not null,
  model text not null,
  input_tokens bigint,
  output_tokens bigint,
  usage jsonb,
  service_tier text not null default 'standard',
  pricing text not null default 'given',
  price_id text,
  unpriced_kinds text[],
  import_key text,
  "timestamp" timestamptz(3) not null default clock_timestamp(),
  constraint costs_pkey primary key (id),
  constraint costs_project_id_fkey foreign key (project_id) references :schema.projects (id) on delete cascade,
  constraint costs_agent_id_fkey foreign key (agent_id, project_id)
    references :schema.agents (id, project_id) on delete set null (agent_id),
  constraint costs_amount_check check (amount >= 0 and amount < 1e15),
  constraint costs_model_check check (model <> ''),
  constraint costs_provider_check check (provider <> ''),
  constraint costs_input_tokens_check check (input_tokens between 0 and 9007199254740991),
  constraint costs_output_tokens_check check (output_tokens between 0 and 9007199254740991),
  constraint costs_service_tier_check check (service_tier in ('standard', 'batch', 'flex', 'priority')),
  constraint costs_pricing_check check (pricing in ('given', 'computed', 'unpriced')),
  constraint costs_unpriced_check check ((pricing = 'unpriced') = (amount is null))
);
create unique index costs_import_key_key on :schema.costs (import_key) where import_key is not null;
create index costs_project_id_idx on :schema.costs (project_id, "timestamp" desc, id desc);
create index costs_timestamp_idx on :schema.costs ("timestamp" desc, id desc);
create index costs_agent_id_idx on :schema.costs (agent_id) where agent_id is not null;
create index costs_unpriced_idx on :schema.costs (id) where pricing = 'unpriced';
comment on table :schema.costs is 'One paid call of a model, in USD.';
comment on column :schema.costs.agent_id is 'Run that caused it; null when it is not attributed to one.';
comment on column :schema.costs.amount is
  'USD, exact. Null when the price is unknown: it is counted as unpriced and never as zero.';
comment on column :schema.costs.input_tokens is 'Null when not reported; 0 is a count.';
comment on column :schema.costs.output_tokens is 'Null when not reported; 0 is a count.';
comment on column :schema.costs.usage is 'Disjoint kinds of usage with their quantities; null when only totals are known.';
comment on column :schema.costs.service_tier is 'How the provider sold the call; prices differ by it.';
comment on column :schema.costs.pricing is 'given: the caller said the amount; computed: from price_id; unpriced: no price known.';
comment on column :schema.costs.price_id is 'Price the amount was computed from; null unless computed.';
comment on column :schema.costs.unpriced_kinds is 'Kinds of usage that had no price; null unless that is why it is unpriced.';
comment on column :schema.costs.import_key is 'Place and content in an imported file, so that a second import adds nothing; null otherwise.';

create table :schema.activities (
  id text not null default :schema.new_id('act'),
  project_id text not null,
  type text not null,
  message text not null,
  metadata jsonb,
  "timestamp" timestamptz(3) not null default clock_timestamp(),
  constraint activities_pkey primary key (id),
  constraint activities_project_id_fkey foreign key (project_id) references :schema.projects (id) on delete cascade,
  constraint activities_type_check check (type in (
    'agent_started', 'agent_completed', 'agent_failed', 'cost_alert',
    'project_created', 'project_updated', 'project_deleted'
  ))
);
create index activities_project_id_idx on :schema.activities (project_id, "timestamp" desc, id desc);
create index activities_timestamp_idx on :schema.activities ("timestamp" desc, id desc);
comment on table :schema.activities is 'The feed of a project, for people.';
comment on column :schema.activities.metadata is 'Facts of the activity as JSON; null when there are none.';
`,
    },
    {
      path: "migrations/0002_create_model_prices.down.sql",
      text: `drop index :schema.costs_price_id_idx;
alter table :schema.costs drop constraint costs_price_id_fkey;
drop table :schema.model_price_rates;
drop table :schema.model_prices;
drop table :schema.priced_model_rules;
drop table :schema.priced_model_names;
drop table :schema.priced_models;
drop table :schema.model_provider_rules;
drop table :schema.model_providers;
drop type :schema.text_range;
`,
    },
    {
      path: "migrations/0002_create_model_prices.up.sql",
      text: `-- A range over text makes an exclusion constraint on names possible without the btree_gist extension,
-- which would live outside the instance's schema.
create type :schema.text_range as range (subtype = text, collation = "C");

create table :schema.model_providers (
  id text not null,
  name text not null,
  position integer not null,
  fallback_providers text[] not null default '{}',
  constraint model_providers_pkey primary key (id),
  constraint model_providers_id_check check (id = lower(id) and id <> '')
);
comment on table :schema.model_providers is
  'Who sells model calls. A model that a provider does not price itself is looked up at its fallback providers, in order.';
comment on column :schema.model_providers.position is 'Rules of providers are tried in this order; the first match wins.';

create table :schema.model_provider_rules (
  provider text not null,
  ordinal integer not null,
  subject text not null,
  operator text not null,
  pattern text not null,
  constraint model_provider_rules_pkey primary key (provider, ordinal),
  constraint model_provider_rules_provider_fkey foreign key (provider)
    references :schema.model_providers (id) on delete cascade,
  constraint model_provider_rules_subject_check check (subject in ('provider', 'model')),
  constraint model_provider_rules_operator_check
    check (operator in ('equals', 'starts_with', 'ends_with', 'contains', 'regex'))
);
comment on table :schema.model_provider_rules is
  'How a logged provider name (subject provider), or a model name that came without one (subject model), finds its provider.';

create table :schema.priced_models (
  id text not null default :schema.new_id('mdl'),
  source text not null,
  precedence smallint not null,
  provider text not null,
  model text not null,
  position integer not null,
  constraint priced_models_pkey primary key (id),
  constraint priced_models_model_key unique (source, provider, model),
  constraint priced_models_provider_fkey foreign key (provider) references :schema.model_providers (id),
  constraint priced_models_source_check check (source ~ '^[a-z][a-z0-9_-]{0,40}$'),
  constraint priced_models_precedence_check check (precedence between 0 and 100)
);
comment on table :schema.priced_models is
  'A model as one source prices it. Where several sources price a model, the lowest precedence wins: manual 0, genai 10, litellm 20, builtin 30.';
comment on column :schema.priced_models.position is 'Place in its source; of two rules that match a name, the earlier model wins.';
create index priced_models_provider_idx on :schema.priced_models (provider, model, id);

create table :schema.priced_model_names (
  provider text not null,
  name text not null,
  priced_model_id text not null,
  is_key boolean not null,
  constraint priced_model_names_pkey primary key (provider, name, priced_model_id),
  constraint priced_model_names_priced_model_id_fkey foreign key (priced_model_id)
    references :schema.priced_models (id) on delete cascade,
  constraint priced_model_names_name_check check (name = lower(name) and name <> '')
);
comment on table :schema.priced_model_names is
  'Exact names of a priced model, in lower case; the key is the name its source lists it under, and wins over other names.';
create index priced_model_names_priced_model_id_idx on :schema.priced_model_names (priced_model_id);

create table :schema.priced_model_rules (
  priced_model_id text not null,
  ordinal integer not null,
  provider text not null,
  operator text not null,
  pattern text not null,
  constraint priced_model_rules_pkey primary key (priced_model_id, ordinal),
  constraint priced_model_rules_priced_model_id_fkey foreign key (priced_model_id)
    references :schema.priced_models (id) on delete cascade,
  constraint priced_model_rules_operator_check check (operator in ('starts_with', 'ends_with', 'contains', 'regex'))
);
comment on table :schema.priced_model_rules is 'Further names of a priced model, by pattern, in lower case; any one suffices.';
create index priced_model_rules_provider_idx on :schema.priced_model_rules (provider);

create table :schema.model_prices (
  id text not null default :schema.new_id('mpr'),
  priced_model_id text not null,
  service_tier text not null default 'standard',
  day_from time null,
  day_until time null,
  valid_from timestamptz(3) null,
  valid_until timestamptz(3) null,
  rates_digest text not null,
  accepted_implausible jsonb null,
  note text null,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint model_prices_pkey primary key (id),
  constraint model_prices_priced_model_id_fkey foreign key (priced_model_id) references :schema.priced_models (id),
  constraint model_prices_service_tier_check check (service_tier in ('standard', 'batch', 'flex', 'priority')),
  constraint model_prices_validity_check check (valid_from < valid_until),
  constraint model_prices_day_check
    check ((day_from is null) = (day_until is null) and (day_from is null or day_from < day_until)),
  constraint model_prices_overlap_excl exclude using gist (
    :schema.text_range(
      priced_model_id || ' ' || service_tier || case when day_from is null then '' else ' of day' end,
      priced_model_id || ' ' || service_tier || case when day_from is null then '' else ' of day' end,
      '[]'
    ) with &&,
    int4range(
      coalesce(extract(epoch from day_from)::integer, 0),
      coalesce(extract(epoch from day_until)::integer, 86400)
    ) with &&,
    tstzrange(valid_from, valid_until) with &&
  )
);
comment on table :schema.model_prices is
  'One version of a model''s price. Versions of one model, tier and time of day never overlap; a price for a time of day wins over the price for the whole day.';
comment on column :schema.model_prices.day_from is 'Start of the daily hours in UTC, inclusive; null: all day.';
comment on column :schema.model_prices.day_until is 'End of the daily hours in UTC, exclusive; null: all day.';
comment on column :schema.model_prices.valid_from is 'First moment it holds, inclusive; null: as far back as anyone asks.';
comment on column :schema.model_prices.valid_until is 'First moment it no longer holds; null: until further notice.';
comment on column :schema.model_prices.rates_digest is 'Hash of the rates, so that loading a table twice changes nothing.';
comment on column :schema.model_prices.accepted_implausible is
  'The rates above their limit that somebody accepted explicitly, with the limits of that time; null: none.';
comment on column :schema.model_prices.note is 'Where the price comes from, in words; null: the source says it all.';

create index model_prices_priced_model_id_idx on :schema.model_prices (priced_model_id, service_tier);
create index model_prices_created_at_idx on :schema.model_prices (created_at desc, id desc);

create table :schema.model_price_rates (
  price_id text not null,
  kind text not null,
  above_tokens bigint not null default 0,
  unit_price numeric not null,
  constraint model_price_rates_pkey primary key (price_id, kind, above_tokens),
  constraint model_price_rates_price_id_fkey foreign key (price_id)
    references :schema.model_prices (id) on delete cascade,
  constraint model_price_rates_above_tokens_check check (above_tokens >= 0),
  -- NaN sorts above Infinity, so this refuses both.
  constraint model_price_rates_unit_price_check check (unit_price >= 0 and unit_price < 'infinity')
);
comment on table :schema.model_price_rates is
  'USD for one unit of a kind of usage. A call whose input exceeds above_tokens pays the rate of that step for all of its units of the kind.';

alter table :schema.costs
  add constraint costs_price_id_fkey foreign key (price_id) references :schema.model_prices (id);
create index costs_price_id_idx on :schema.costs (price_id) where price_id is not null;
`,
    },
    {
      path: "migrations/0003_create_imports.down.sql",
      text: `drop table :schema.import_refusals;
drop table :schema.imports;
`,
    },
    {
      path: "migrations/0003_create_imports.up.sql",
      text: `create table :schema.imports (
  id text not null default :schema.new_id('imp'),
  kind text not null,
  source text not null,
  project_id text null,
  state text not null default 'running',
  attempt integer not null default 1,
  rows_done bigint not null default 0,
  digest text not null default '',
  rows_inserted bigint not null default 0,
  rows_known bigint not null default 0,
  rows_refused bigint not null default 0,
  totals jsonb not null default '{}',
  error text null,
  started_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  completed_at timestamptz(3) null,
  constraint imports_pkey primary key (id),
  constraint imports_project_id_fkey foreign key (project_id) references :schema.projects (id) on delete cascade,
  constraint imports_state_check check (state in ('running', 'stopped', 'failed', 'abandoned', 'completed')),
  constraint imports_completed_check check ((state = 'completed') = (completed_at is not null)),
  constraint imports_rows_check
    check (rows_done >= 0 and rows_inserted >= 0 and rows_known >= 0 and rows_refused >= 0)
);
comment on table :schema.imports is
  'One file brought in. Progress is written with the rows it counts, so a killed import continues where its last batch ended.';
comment on column :schema.imports.state is
  'running, or killed while it was; stopped and failed ones are continued by the next import of the file; abandoned: the file had changed.';
comment on column :schema.imports.project_id is 'Project that received the rows; null: price tables belong to none.';
comment on column :schema.imports.attempt is 'Raised by whoever takes an unfinished import over; a batch of an older attempt is refused.';
comment on column :schema.imports.rows_done is 'Rows of the file dealt with so far: inserted, known or refused.';
comment on column :schema.imports.digest is 'Hash over the rows done; an import resumes only where the file still begins with them.';
comment on column :schema.imports.error is 'Why it failed; null: it did not.';
comment on column :schema.imports.completed_at is 'When the whole file was read; null: not yet.';
create index imports_unfinished_idx on :schema.imports (kind, source, started_at)
  where state in ('running', 'stopped', 'failed');
create index imports_started_at_idx on :schema.imports (started_at, id);
create index imports_project_id_idx on :schema.imports (project_id);

create table :schema.import_refusals (
  import_id text not null,
  line bigint not null,
  reason text not null,
  excerpt text not null,
  constraint import_refusals_pkey primary key (import_id, line),
  constraint import_refusals_import_id_fkey foreign key (import_id)
    references :schema.imports (id) on delete cascade
);
comment on table :schema.import_refusals is
  'Rows of a file that were left out, and why; the first 1,000 of each import, while imports.rows_refused counts all.';
`,
    },
    {
      path: "migrations/0004_create_spend.down.sql",
      text: `drop table :schema.project_spend;
drop table :schema.agent_spend_daily;
drop table :schema.spend_daily;
drop table :schema.spend_deltas;
`,
    },
    {
      path: "migrations/0004_create_spend.up.sql",
      text: `create table :schema.spend_deltas (
  id bigint generated always as identity,
  project_id text not null,
  agent_id text,
  day date not null,
  provider text not null,
  model text not null,
  amount numeric not null,
  calls bigint not null,
  unpriced_calls bigint not null,
  input_tokens numeric not null,
  output_tokens numeric not null,
  constraint spend_deltas_pkey primary key (id)
);
create index spend_deltas_project_id_idx on :schema.spend_deltas (project_id);
comment on table :schema.spend_deltas is
  'What each statement on costs added or took away; folded into the rollups every second, so that no writer waits for another.';
comment on column :schema.spend_deltas.agent_id is 'Null for costs that are not attributed to a run.';

create table :schema.spend_daily (
  project_id text not null,
  day date not null,
  provider text not null,
  model text not null,
  amount numeric not null,
  calls bigint not null,
  unpriced_calls bigint not null,
  input_tokens numeric not null,
  output_tokens numeric not null,
  constraint spend_daily_pkey primary key (project_id, day, provider, model),
  constraint spend_daily_project_id_fkey foreign key (project_id) references :schema.projects (id) on delete cascade
);
create index spend_daily_day_idx on :schema.spend_daily (day);
comment on table :schema.spend_daily is 'Folded spend by project, UTC day, provider and model. Read the view daily_spend instead.';

create table :schema.agent_spend_daily (
  agent_id text not null,
  day date not null,
  project_id text not null,
  amount numeric not null,
  calls bigint not null,
  unpriced_calls bigint not null,
  input_tokens numeric not null,
  output_tokens numeric not null,
  constraint agent_spend_daily_pkey primary key (agent_id, day),
  constraint agent_spend_daily_agent_id_fkey foreign key (agent_id) references :schema.agents (id) on delete cascade
);
create index agent_spend_daily_project_id_idx on :schema.agent_spend_daily (project_id, day);
comment on table :schema.agent_spend_daily is 'Folded spend by run and UTC day. Read the view daily_agent_spend instead.';

create table :schema.project_spend (
  project_id text not null,
  amount numeric not null,
  calls bigint not null,
  unpriced_calls bigint not null,
  input_tokens numeric not null,
  output_tokens numeric not null,
  constraint project_spend_pkey primary key (project_id),
  constraint project_spend_project_id_fkey foreign key (project_id) references :schema.projects (id) on delete cascade
);
comment on table :schema.project_spend is 'Folded spend of a project from its first day. Read the view total_spend instead.';
`,
    },
    {
      path: "migrations/0005_create_budgets.down.sql",
      text: `drop table :schema.budget_alerts;
drop table :schema.budget_reservations;
drop table :schema.budgets;
`,
    },
    {
      path: "migrations/0005_create_budgets.up.sql",
      text: `create table :schema.budgets (
  id text not null default :schema.new_id('bdg'),
  project_id text not null,
  agent_id text,
  kind text not null,
  period text not null,
  limit_amount numeric not null,
  thresholds numeric[] not null default '{0.5,0.8,1}',
  reservations_made bigint not null default 0,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint budgets_pkey primary key (id),
  constraint budgets_project_id_fkey foreign key (project_id) references :schema.projects (id) on delete cascade,
  constraint budgets_agent_id_fkey foreign key (agent_id, project_id)
    references :schema.agents (id, project_id) on delete cascade,
  constraint budgets_scope_key unique nulls not distinct (project_id, agent_id, kind, period),
  constraint budgets_kind_check check (kind in ('hard', 'soft')),
  constraint budgets_period_check check (period in ('day', 'month', 'total')),
  constraint budgets_limit_amount_check check (limit_amount > 0 and limit_amount < 1e15),
  constraint budgets_thresholds_check check (
    array_position(thresholds, null) is null and 0 < all (thresholds) and 10 >= all (thresholds)
    and cardinality(thresholds) <= 20
  )
);
create index budgets_agent_id_idx on :schema.budgets (agent_id) where agent_id is not null;
comment on table :schema.budgets is
  'Limits on spend. hard: a reservation that would pass the limit is refused; soft: thresholds only write alerts.';
comment on column :schema.budgets.agent_id is 'Run the budget is for; null when it is for the whole project.';
comment on column :schema.budgets.thresholds is 'Parts of the limit, 1 is all of it, at each of which one cost_alert a period is written.';
comment on column :schema.budgets.reservations_made is
  'Raised by every reservation: that update is the lock which lets reservations of one budget in one by one.';

create table :schema.budget_reservations (
  id text not null default :schema.new_id('rsv'),
  project_id text not null,
  agent_id text,
  amount numeric not null,
  state text not null default 'open',
  purpose text,
  cost_id text,
  created_at timestamptz(3) not null default clock_timestamp(),
  expires_at timestamptz(3) not null,
  closed_at timestamptz(3),
  constraint budget_reservations_pkey primary key (id),
  constraint budget_reservations_project_id_fkey foreign key (project_id)
    references :schema.projects (id) on delete cascade,
  constraint budget_reservations_agent_id_fkey foreign key (agent_id, project_id)
    references :schema.agents (id, project_id) on delete set null (agent_id),
  constraint budget_reservations_cost_id_fkey foreign key (cost_id) references :schema.costs (id) on delete set null,
  constraint budget_reservations_amount_check check (amount > 0 and amount < 1e15),
  constraint budget_reservations_state_check check (state in ('open', 'settled', 'released', 'expired')),
  constraint budget_reservations_closed_check check ((state = 'open') = (closed_at is null))
);
create index budget_reservations_open_idx on :schema.budget_reservations (project_id, expires_at) where state = 'open';
create index budget_reservations_project_id_idx
  on :schema.budget_reservations (project_id, created_at desc, id desc);
create index budget_reservations_expiry_idx on :schema.budget_reservations (expires_at) where state = 'open';
create index budget_reservations_cost_id_idx on :schema.budget_reservations (cost_id) where cost_id is not null;
create index budget_reservations_agent_id_idx on :schema.budget_reservations (agent_id) where agent_id is not null;
comment on table :schema.budget_reservations is
  'Money set aside before a call whose cost is not known yet; it counts against hard budgets until settled, released or expired.';
comment on column :schema.budget_reservations.agent_id is 'Run that will spend it; null when it is not attributed to one.';
comment on column :schema.budget_reservations.purpose is 'What it is for, in the caller''s words; null when they said nothing.';
comment on column :schema.budget_reservations.cost_id is 'Cost that settled it; null until then.';
comment on column :schema.budget_reservations.closed_at is 'Null while it is open.';

create table :schema.budget_alerts (
  budget_id text not null,
  period_start date not null,
  threshold numeric not null,
  spent numeric not null,
  at timestamptz(3) not null default clock_timestamp(),
  constraint budget_alerts_pkey primary key (budget_id, period_start, threshold),
  constraint budget_alerts_budget_id_fkey foreign key (budget_id) references :schema.budgets (id) on delete cascade
);
comment on table :schema.budget_alerts is
  'Thresholds that were reached, once each in a period: the primary key is what makes the alert single.';
`,
    },
    {
      path: "migrations/0006_create_organizations.down.sql",
      text: `drop table :schema.organization_members;
drop table :schema.organizations;
`,
    },
    {
      path: "migrations/0006_create_organizations.up.sql",
      text: `create table :schema.organizations (
  id text not null default :schema.new_id('org'),
  name text not null,
  type text not null default 'personal',
  slug text not null,
  personal_user_id text,
  description text,
  subscription_tier text not null default 'free',
  subscription_price numeric not null default 0,
  billing_email text,
  settings jsonb,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint organizations_pkey primary key (id),
  constraint organizations_slug_key unique (slug),
  constraint organizations_personal_user_id_key unique (personal_user_id),
  constraint organizations_personal_user_id_fkey foreign key (personal_user_id)
    references :schema.users (id) on delete cascade,
  constraint organizations_name_check check (name <> ''),
  constraint organizations_type_check check (type in ('personal', 'company')),
  constraint organizations_personal_check check ((type = 'personal') = (personal_user_id is not null)),
  constraint organizations_slug_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 80),
  constraint organizations_tier_check check (subscription_tier in ('free', 'pro', 'enterprise')),
  constraint organizations_price_check check (subscription_price >= 0 and subscription_price < 1e15),
  constraint organizations_settings_check check (jsonb_typeof(settings) = 'object')
);
comment on table :schema.organizations is
  'Who works together. Registration makes a personal one for each user, in the transaction that makes the user.';
comment on column :schema.organizations.personal_user_id is
  'The one user of a personal organization, which ends with them; null for a company.';
comment on column :schema.organizations.slug is 'Short name for addresses, derived from the name; a taken one gets a piece of the id.';
comment on column :schema.organizations.description is 'Null when none was given.';
comment on column :schema.organizations.billing_email is 'Null: bills go to the owners.';
comment on column :schema.organizations.settings is 'Settings as an object; null when none were given.';

create table :schema.organization_members (
  organization_id text not null,
  user_id text not null,
  role text not null,
  invited_by text,
  joined_at timestamptz(3) not null default clock_timestamp(),
  constraint organization_members_pkey primary key (organization_id, user_id),
  constraint organization_members_organization_id_fkey foreign key (organization_id)
    references :schema.organizations (id) on delete cascade,
  constraint organization_members_user_id_fkey foreign key (user_id) references :schema.users (id) on delete cascade,
  constraint organization_members_invited_by_fkey foreign key (invited_by)
    references :schema.users (id) on delete set null,
  constraint organization_members_role_check check (role in ('owner', 'admin', 'member', 'viewer'))
);
create index organization_members_user_id_idx
  on :schema.organization_members (user_id, joined_at desc, organization_id desc);
create index organization_members_invited_by_idx
  on :schema.organization_members (invited_by) where invited_by is not null;
comment on table :schema.organization_members is 'Who belongs to an organization, and as what.';
comment on column :schema.organization_members.invited_by is
  'Null for whoever founded it, and when the inviting user is gone.';
`,
    },
    {
      path: "migrations/0007_create_runners.down.sql",
      text: `drop table :schema.runners;
`,
    },
    {
      path: "migrations/0007_create_runners.up.sql",
      text: `create table :schema.runners (
  id text not null default :schema.new_id('rnr'),
  user_id text,
  organization_id text,
  name text not null,
  provider text not null,
  region text not null,
  server_type text not null,
  max_concurrent_jobs integer not null default 1,
  ip_address text,
  ssh_key_id text,
  token_hash bytea,
  status text not null default 'pending',
  last_heartbeat timestamptz(3),
  error_message text,
  cpu_usage numeric(5, 2),
  memory_usage numeric(5, 2),
  disk_usage numeric(5, 2),
  metadata jsonb,
  attempt integer not null default 0,
  lease_until timestamptz(3),
  torn_down_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint runners_pkey primary key (id),
  constraint runners_user_id_fkey foreign key (user_id) references :schema.users (id) on delete set null,
  constraint runners_organization_id_fkey foreign key (organization_id)
    references :schema.organizations (id) on delete set null,
  constraint runners_name_check check (name <> ''),
  constraint runners_provider_check check (provider in ('hetzner', 'aws', 'gcp', 'azure', 'other')),
  constraint runners_region_check check (region <> ''),
  constraint runners_max_concurrent_jobs_check check (max_concurrent_jobs in (1, 2, 4, 8)),
  constraint runners_server_type_check check (
    server_type <> '' and (
      provider <> 'hetzner' or max_concurrent_jobs <=
        case server_type when 'cpx11' then 1 when 'cpx31' then 2 when 'cpx41' then 4 when 'cpx51' then 8 else 0 end
    )
  ),
  constraint runners_status_check
    check (status in ('pending', 'provisioning', 'active', 'error', 'stopped', 'deleted')),
  constraint runners_token_hash_check check (octet_length(token_hash) = 32),
  constraint runners_active_check check (status <> 'active' or (token_hash is not null and ip_address is not null)),
  constraint runners_error_check check (status <> 'error' or error_message is not null),
  constraint runners_user_check check (user_id is not null or status = 'deleted'),
  constraint runners_torn_down_check check (torn_down_at is null or status = 'deleted'),
  constraint runners_usage_check check (
    cpu_usage between 0 and 100 and memory_usage between 0 and 100 and disk_usage between 0 and 100
  ),
  constraint runners_metadata_check check (jsonb_typeof(metadata) = 'object')
);
create index runners_user_id_idx on :schema.runners (user_id, created_at desc, id desc);
create index runners_created_at_idx on :schema.runners (created_at desc, id desc);
create index runners_organization_id_idx on :schema.runners (organization_id) where organization_id is not null;
create index runners_waiting_idx on :schema.runners (created_at, id)
  where torn_down_at is null and status in ('pending', 'provisioning', 'deleted');
comment on table :schema.runners is
  'Machines that run agents. A background task makes and removes them; a trigger refuses every other change of status.';
comment on column :schema.runners.user_id is
  'Null once the user is gone: a trigger then marks the runner deleted, so that its machine is torn down and not forgotten.';
comment on column :schema.runners.organization_id is 'Personal organization of the user when it was made; null when there was none, or it is gone.';
comment on column :schema.runners.max_concurrent_jobs is
  'At most what the server type can run: cpx11 1, cpx31 2, cpx41 4, cpx51 8; other providers'' types are not known here.';
comment on column :schema.runners.ip_address is 'Null until the machine is there.';
comment on column :schema.runners.ssh_key_id is 'Name of a key that the provider puts on the machine; null: none.';
comment on column :schema.runners.token_hash is
  'SHA-256 of the token that only the machine was given; null until the machine is there.';
comment on column :schema.runners.last_heartbeat is 'When the machine last reported; null: never.';
comment on column :schema.runners.error_message is 'What the last failed attempt said; null when none failed since.';
comment on column :schema.runners.cpu_usage is 'Percent at the last heartbeat; null: never reported.';
comment on column :schema.runners.memory_usage is 'Percent at the last heartbeat; null: never reported.';
comment on column :schema.runners.disk_usage is 'Percent at the last heartbeat; null: never reported.';
comment on column :schema.runners.metadata is 'What the provider says of the machine; null until it is there.';
comment on column :schema.runners.attempt is
  'Raised by whoever takes the runner on; what an older attempt wants to write is refused.';
comment on column :schema.runners.lease_until is 'Nobody else takes the runner on before this; null: free.';
comment on column :schema.runners.torn_down_at is
  'When a deleted runner''s machine was gone for certain; null: there may be one.';
`,
    },
    {
      path: "migrations/0008_check_costs_by_domain.down.sql",
      text: `alter table :schema.costs
  alter column amount type numeric,
  alter column model type text,
  alter column provider type text,
  alter column input_tokens type bigint,
  alter column output_tokens type bigint,
  alter column service_tier type text,
  alter column pricing type text,
  add constraint costs_amount_check check (amount >= 0 and amount < 1e15),
  add constraint costs_model_check check (model <> ''),
  add constraint costs_provider_check check (provider <> ''),
  add constraint costs_input_tokens_check check (input_tokens between 0 and 9007199254740991),
  add constraint costs_output_tokens_check check (output_tokens between 0 and 9007199254740991),
  add constraint costs_service_tier_check check (service_tier in ('standard', 'batch', 'flex', 'priority')),
  add constraint costs_pricing_check check (pricing in ('given', 'computed', 'unpriced'));
drop domain :schema.cost_pricing;
drop domain :schema.service_tier;
drop domain :schema.model_label;
drop domain :schema.token_count;
drop domain :schema.usd_amount;
`,
    },
    {
      path: "migrations/0008_check_costs_by_domain.up.sql",
      text: `-- The server reads a table's checks again for every statement; those of a domain it reads once a session. For a single
-- cost seven checks were a sixth of the work.
create domain :schema.usd_amount as numeric
  constraint usd_amount_check check (value >= 0 and value < 1e15);
create domain :schema.token_count as bigint
  constraint token_count_check check (value between 0 and 9007199254740991);
create domain :schema.model_label as text
  constraint model_label_check check (value <> '');
create domain :schema.service_tier as text
  constraint service_tier_check check (value in ('standard', 'batch', 'flex', 'priority'));
create domain :schema.cost_pricing as text
  constraint cost_pricing_check check (value in ('given', 'computed', 'unpriced'));

-- One statement, so that the table is rewritten once.
alter table :schema.costs
  drop constraint costs_amount_check,
  drop constraint costs_model_check,
  drop constraint costs_provider_check,
  drop constraint costs_input_tokens_check,
  drop constraint costs_output_tokens_check,
  drop constraint costs_service_tier_check,
  drop constraint costs_pricing_check,
  alter column amount type :schema.usd_amount,
  alter column model type :schema.model_label,
  alter column provider type :schema.model_label,
  alter column input_tokens type :schema.token_count,
  alter column output_tokens type :schema.token_count,
  alter column service_tier type :schema.service_tier,
  alter column pricing type :schema.cost_pricing;
`,
    },
    {
      path: "migrations/0009_key_spend_deltas_by_project.down.sql",
      text: `alter table :schema.spend_deltas drop constraint spend_deltas_pkey;
alter table :schema.spend_deltas add constraint spend_deltas_pkey primary key (id);
create index spend_deltas_project_id_idx on :schema.spend_deltas (project_id);
`,
    },
    {
      path: "migrations/0009_key_spend_deltas_by_project.up.sql",
      text: `-- One index instead of two: each cost writes a delta, and each index costs it as much as the row itself.
alter table :schema.spend_deltas drop constraint spend_deltas_pkey;
drop index :schema.spend_deltas_project_id_idx;
alter table :schema.spend_deltas add constraint spend_deltas_pkey primary key (project_id, id);
`,
    },
    {
      path: "triggers/costs_spend_delete.sql",
      text: `create or replace trigger costs_spend_delete
after delete on :schema.costs
referencing old table as old_costs
for each statement execute function :schema.record_spend();
`,
    },
    {
      path: "triggers/costs_spend_insert.sql",
      text: `create or replace trigger costs_spend_insert
after insert on :schema.costs
referencing new table as new_costs
for each statement execute function :schema.record_spend();
`,
    },
    {
      path: "triggers/costs_spend_update.sql",
      text: `create or replace trigger costs_spend_update
after update on :schema.costs
referencing old table as old_costs new table as new_costs
for each statement execute function :schema.record_spend();
`,
    },
    {
      path: "triggers/runners_delete_orphan.sql",
      text: `create or replace trigger runners_delete_orphan
before update of user_id on :schema.runners
for each row when (new.user_id is null)
execute function :schema.delete_orphan_runner();
`,
    },
    {
      path: "triggers/runners_guard_status.sql",
      text: `create or replace trigger runners_guard_status
before update of status on :schema.runners
for each row when (old.status is distinct from new.status)
execute function :schema.guard_runner_status();
`,
    },
    {
      path: "views/budget_status.sql",
      text: `create or replace view :schema.budget_status as
select b.id as budget_id, b.project_id, b.agent_id, b.kind, b.period, b.limit_amount, b.thresholds,
  start.period_start, used.spent, used.unpriced_calls, held.reserved,
  b.limit_amount - used.spent - held.reserved as remaining,
  b.created_at, b.updated_at
from :schema.budgets b
cross join lateral (
  select case b.period
    when 'day' then (clock_timestamp() at time zone 'UTC')::date
    when 'month' then date_trunc('month', clock_timestamp() at time zone 'UTC')::date
    else date '0001-01-01'
  end as period_start
) as start
cross join lateral (
  select case b.period
    when 'day' then start.period_start + 1
    when 'month' then (start.period_start + interval '1 month')::date
    else date 'infinity'
  end as period_end
) as finish
cross join lateral (
  select coalesce(sum(part.amount), 0) as spent, coalesce(sum(part.unpriced_calls), 0)::bigint as unpriced_calls
  from (
    select d.amount, d.unpriced_calls from :schema.spend_daily d
    where b.agent_id is null and b.period <> 'total' and d.project_id = b.project_id
      and d.day >= start.period_start and d.day < finish.period_end
    union all
    select d.amount, d.unpriced_calls from :schema.project_spend d
    where b.agent_id is null and b.period = 'total' and d.project_id = b.project_id
    union all
    select d.amount, d.unpriced_calls from :schema.agent_spend_daily d
    where b.agent_id is not null and d.agent_id = b.agent_id
      and d.day >= start.period_start and d.day < finish.period_end
    union all
    select d.amount, d.unpriced_calls from :schema.spend_deltas d
    where d.project_id = b.project_id and (b.agent_id is null or d.agent_id = b.agent_id)
      and d.day >= start.period_start and d.day < finish.period_end
  ) as part
) as used
cross join lateral (
  select coalesce(sum(r.amount), 0) as reserved
  from :schema.budget_reservations r
  where r.project_id = b.project_id and r.state = 'open' and r.expires_at > clock_timestamp()
    and (b.agent_id is null or r.agent_id = b.agent_id)
) as held;
comment on view :schema.budget_status is
  'Each budget with what its running period (UTC) has spent and holds reserved. remaining may be negative: costs are recorded even when they pass the limit.';
`,
    },
    {
      path: "views/daily_agent_spend.sql",
      text: `create or replace view :schema.daily_agent_spend as
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
`,
    },
    {
      path: "views/daily_spend.sql",
      text: `-- requires: spend_parts
create or replace view :schema.daily_spend as
select project_id, day, provider, model,
  sum(amount) as amount, sum(calls)::bigint as calls, sum(unpriced_calls)::bigint as unpriced_calls,
  sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens
from :schema.spend_parts
group by project_id, day, provider, model
having sum(calls) <> 0 or sum(amount) <> 0;
comment on view :schema.daily_spend is
  'Spend by project, UTC day, provider and model, exact at every read. unpriced_calls are in calls and not in amount.';
`,
    },
    {
      path: "views/invariant_agent_spend_equals_costs.sql",
      text: `-- requires: daily_agent_spend
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
`,
    },
    {
      path: "views/invariant_computed_costs_have_prices.sql",
      text: `create or replace view :schema.invariant_computed_costs_have_prices as
select c.id, c.pricing, c.price_id
from :schema.costs as c
where (c.pricing = 'computed') <> (c.price_id is not null);

comment on view :schema.invariant_computed_costs_have_prices is
  'Costs said to be computed without a price, or with a price although they were not.';
`,
    },
    {
      path: "views/invariant_daily_equals_total.sql",
      text: `-- requires: daily_spend, total_spend
create or replace view :schema.invariant_daily_equals_total as
select coalesce(d.project_id, t.project_id) as project_id, d.amount as daily_amount, t.amount as total_amount
from (
  select project_id, sum(amount) as amount, sum(calls) as calls, sum(unpriced_calls) as unpriced_calls,
    sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens
  from :schema.daily_spend
  group by project_id
) as d
full join :schema.total_spend t on t.project_id = d.project_id
where (d.amount, d.calls, d.unpriced_calls, d.input_tokens, d.output_tokens)
  is distinct from (t.amount, t.calls, t.unpriced_calls, t.input_tokens, t.output_tokens);
comment on view :schema.invariant_daily_equals_total is
  'Projects whose daily rollup does not add up to their total. Mend: run the function rebuild_spend() of this schema.';
`,
    },
    {
      path: "views/invariant_organizations_have_owners.sql",
      text: `create or replace view :schema.invariant_organizations_have_owners as
select o.id as organization_id, o.type, o.name
from :schema.organizations o
where not exists (
  select from :schema.organization_members m
  where m.organization_id = o.id and m.role = 'owner'
    and (o.personal_user_id is null or m.user_id = o.personal_user_id)
);
comment on view :schema.invariant_organizations_have_owners is
  'Organizations that nobody owns, or personal ones whose user does not. Mend: make a member the owner.';
`,
    },
    {
      path: "views/invariant_rates_have_kinds.sql",
      text: `-- requires: usage_kinds
create or replace view :schema.invariant_rates_have_kinds as
select r.price_id, r.kind
from :schema.model_price_rates as r
where not exists (select from :schema.usage_kinds as k where k.kind = r.kind);

comment on view :schema.invariant_rates_have_kinds is 'Rates of a kind of usage that nothing counts.';
`,
    },
    {
      path: "views/invariant_spend_equals_costs.sql",
      text: `-- requires: daily_spend
create or replace view :schema.invariant_spend_equals_costs as
select coalesce(c.project_id, s.project_id) as project_id, coalesce(c.day, s.day) as day,
  coalesce(c.provider, s.provider) as provider, coalesce(c.model, s.model) as model,
  c.amount as costs_amount, s.amount as spend_amount, c.calls as costs_calls, s.calls as spend_calls
from (
  select project_id, ("timestamp" at time zone 'UTC')::date as day, provider, model,
    coalesce(sum(amount), 0) as amount, count(*) as calls, count(*) filter (where amount is null) as unpriced_calls,
    coalesce(sum(input_tokens), 0) as input_tokens, coalesce(sum(output_tokens), 0) as output_tokens
  from :schema.costs
  group by 1, 2, 3, 4
) as c
full join :schema.daily_spend s
  on s.project_id = c.project_id and s.day = c.day and s.provider = c.provider and s.model = c.model
where (c.amount, c.calls, c.unpriced_calls, c.input_tokens, c.output_tokens)
  is distinct from (s.amount, s.calls, s.unpriced_calls, s.input_tokens, s.output_tokens);
comment on view :schema.invariant_spend_equals_costs is
  'Days of a project, provider and model whose rollup differs from the sum of their costs. Mend: run the function rebuild_spend() of this schema.';
`,
    },
    {
      path: "views/price_book.sql",
      text: `create or replace view :schema.price_book as
select
  p.id,
  m.source,
  m.precedence,
  m.provider,
  m.model,
  p.service_tier,
  p.day_from::text as day_from,
  p.day_until::text as day_until,
  p.valid_from,
  p.valid_until,
  (
    select jsonb_agg(
      jsonb_build_object(
        'kind', r.kind,
        'aboveTokens', r.above_tokens,
        'unitPrice', trim_scale(r.unit_price)::text
      )
      order by r.kind, r.above_tokens
    )
    from :schema.model_price_rates as r
    where r.price_id = p.id
  ) as rates,
  p.accepted_implausible,
  p.note,
  p.created_at,
  p.priced_model_id
from :schema.model_prices as p
join :schema.priced_models as m on m.id = p.priced_model_id;

comment on view :schema.price_book is
  'Every version of every price with its rates (USD per unit, as text). Null validity is unbounded; null hours are the whole day.';
`,
    },
    {
      path: "views/spend_parts.sql",
      text: `create or replace view :schema.spend_parts as
select project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens
from :schema.spend_daily
union all
select project_id, day, provider, model, amount, calls, unpriced_calls, input_tokens, output_tokens
from :schema.spend_deltas d
where exists (select from :schema.projects p where p.id = d.project_id);
comment on view :schema.spend_parts is
  'Folded rows of spend and what is not folded yet, side by side: sum them by whatever is asked. What a deleted project left to fold is left out.';
`,
    },
    {
      path: "views/total_spend.sql",
      text: `create or replace view :schema.total_spend as
select project_id,
  sum(amount) as amount, sum(calls)::bigint as calls, sum(unpriced_calls)::bigint as unpriced_calls,
  sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens
from (
  select project_id, amount, calls, unpriced_calls, input_tokens, output_tokens from :schema.project_spend
  union all
  select project_id, amount, calls, unpriced_calls, input_tokens, output_tokens from :schema.spend_deltas d
  where exists (select from :schema.projects p where p.id = d.project_id)
) as part
group by project_id
having sum(calls) <> 0 or sum(amount) <> 0;
comment on view :schema.total_spend is 'Spend of each project from its first day, exact at every read; a project without costs has no row.';
`,
    },
    {
      path: "views/usage_kinds.sql",
      text: `create or replace view :schema.usage_kinds as
select
  k.kind,
  k.unit,
  k.side,
  k.priced_as,
  k.optional,
  k.max_unit_price,
  k.reason
from (
  values
    -- Dearest known: 0.0006 USD (o1-pro output). Above 0.001 it is a price per thousand or per million tokens.
    ('input', 'token', 'input', null::text, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('input_image', 'token', 'input', 'input', false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('input_video', 'token', 'input', 'input', false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('input_audio', 'token', 'input', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('cache_read', 'token', 'input', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('cache_read_image', 'token', 'input', 'cache_read', false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('cache_read_video', 'token', 'input', 'cache_read', false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('cache_read_audio', 'token', 'input', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('cache_write', 'token', 'input', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('cache_write_1h', 'token', 'input', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('cache_write_audio', 'token', 'input', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('output', 'token', 'output', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('reasoning', 'token', 'output', 'output', false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('output_image', 'token', 'output', 'output', false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('output_audio', 'token', 'output', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('citation', 'token', 'output', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    -- Dearest known: 0.0455 USD (reserved model capacity); speech costs 0.0001 to 0.001 a second.
    ('seconds', 'second', 'input', null, false, 0.5, 'A price per hour entered as a price per second.'),
    ('audio_seconds', 'second', 'input', null, false, 0.5, 'A price per hour entered as a price per second.'),
    ('video_seconds', 'second', 'input', null, false, 0.5, 'A price per hour entered as a price per second.'),
    ('output_seconds', 'second', 'output', null, false, 5, 'A price per minute or hour entered as a price per second; made video costs up to 0.5 a second.'),
    -- Dearest known: 0.00005 USD (speech); 30 USD a million characters is 0.00003.
    ('characters', 'character', 'input', null, false, 0.001, 'A price per thousand or per million characters entered as a price per character.'),
    ('output_characters', 'character', 'output', null, false, 0.001, 'A price per thousand or per million characters entered as a price per character.'),
    -- Dearest known: 0.24 USD an image made, 0.0145 USD an image read.
    ('images', 'image', 'output', null, false, 10, 'A price per hundred or thousand images entered as a price per image.'),
    ('input_images', 'image', 'input', null, false, 10, 'A price per hundred or thousand images entered as a price per image.'),
    -- Dearest known: 0.00000025 USD.
    ('pixels', 'pixel', 'output', null, false, 0.0001, 'A price per image entered as a price per pixel.'),
    ('input_pixels', 'pixel', 'input', null, false, 0.0001, 'A price per image entered as a price per pixel.'),
    -- Dearest known: 0.05 USD (a web search with a large context); 14 USD a thousand requests is 0.014.
    ('requests', 'request', 'input', null, true, 1, 'A price per thousand requests entered as a price per request.'),
    ('web_searches', 'search', 'input', null, false, 1, 'A price per thousand searches entered as a price per search.'),
    ('web_searches_low', 'search', 'input', null, false, 1, 'A price per thousand searches entered as a price per search.'),
    ('web_searches_medium', 'search', 'input', null, false, 1, 'A price per thousand searches entered as a price per search.'),
    ('web_searches_high', 'search', 'input', null, false, 1, 'A price per thousand searches entered as a price per search.')
) as k (kind, unit, side, priced_as, optional, max_unit_price, reason);

comment on view :schema.usage_kinds is
  'Kinds of usage, which never overlap: unit, side, the kind whose rate it takes when a price has none of its own (null: it is then flagged), whether it may go unpriced, and the rate above which a price entry is refused.';
`,
    },
  ],
};
