create or replace function :schema.project_summary(p_project_id text)
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
