create or replace view :schema.budget_status as
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
