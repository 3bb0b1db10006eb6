-- The data of the benchmark, the same in every database: nothing here is random, all of it follows from :seed.
-- It is laid out in the schema `bench`; each data model then copies it into its own tables.
create schema bench;

create function bench.noise(kind text, n bigint) returns bigint
language sql immutable parallel safe
return hashtextextended(kind || n, :seed) & 2147483647;

-- A text id as Guildhall makes them: prefix, time, noise; 26 characters that sort by time.
create function bench.new_id(prefix text, n bigint, at timestamptz) returns text
language sql immutable parallel safe
return prefix || '_0' || lpad(to_hex((extract(epoch from at) * 1000)::bigint), 11, '0')
  || substr(md5(prefix || n || ':' || :seed), 1, 14);

create unlogged table bench.users as
select n, bench.new_id('usr', n, at) as id, 'user' || n || '@example.test' as email, 'User ' || n as name, at as created_at
from generate_series(1, 10) as n, lateral (select timestamptz '2024-12-01T00:00:00Z' + n * interval '1 minute' as at) as t;

-- Per user ten small projects (what a dashboard opens), one big one (what is summed) and two to write into.
create unlogged table bench.projects as
select
  n,
  kind,
  bench.new_id('prj', n, at) as id,
  case kind when 'sink' then 'Written by the benchmark ' else 'Project ' end || n as name,
  '/srv/projects/' || n as path,
  (select u.id from bench.users as u where u.n = 1 + g.n % 10) as user_id,
  jsonb_build_object(
    'theme', case when n % 2 = 0 then 'dark' else 'light' end,
    'autoApprove', n % 3 = 0,
    'notifications', jsonb_build_object('enabled', true, 'voice', n % 5 = 0)
  ) as settings,
  at as created_at
from generate_series(0, 129) as g (n),
  lateral (
    select
      timestamptz '2024-12-02T00:00:00Z' + n * interval '1 minute' as at,
      case when n < 100 then 'small' when n < 110 then 'big' else 'sink' end as kind
  ) as t;

create unlogged table bench.agents as
select
  row_number() over (order by p.n, k) as n,
  bench.new_id('agt', p.n * 10 + k, at) as id,
  p.id as project_id,
  (array['completed', 'completed', 'completed', 'running', 'failed'])[1 + k % 5] as status,
  at as start_time,
  case when k % 5 = 3 then null else at + interval '30 minutes' end as end_time,
  jsonb_build_array(
    'Agent started: Processing issue #' || (p.n * 10 + k),
    'Running tests...',
    'Tests passed',
    'Creating pull request...',
    'Pull request #' || (p.n * 10 + k + 1) || ' created successfully'
  ) as logs,
  case when k % 5 = 4 then 'Failed to compile TypeScript: Type error in src/utils.ts' end as error
from bench.projects as p,
  generate_series(0, 9) as k,
  lateral (select timestamptz '2025-01-01T00:00:00Z' + (p.n * 10 + k) * interval '6 hours' as at) as t
where p.kind <> 'sink';

-- One year; the rows of a project lie scattered among those of the others, as they do when many work at once.
create unlogged table bench.costs as
select
  bench.new_id('cst', g, at) as id,
  p.id as project_id,
  ((1 + bench.noise('amount', g) % 99999)::numeric / 1000000) as amount,
  m.model,
  m.provider,
  (200 + bench.noise('input', g) % 8000)::integer as input_tokens,
  (50 + bench.noise('output', g) % 2000)::integer as output_tokens,
  at as "timestamp"
from (
  select
    g,
    case when g < :small_costs then g % 100 else 100 + g % 10 end as project_n,
    -- Both kinds spread over the whole year; the 7 ms keep every moment distinct.
    timestamptz '2025-01-01T00:00:00Z' + case
      when g < :small_costs then g * (31536000000 / :small_costs) + 7
      else (g - :small_costs) * (31536000000 / :big_costs)
    end * interval '1 millisecond' as at
  from generate_series(0::bigint, :small_costs + :big_costs - 1) as g
) as c
join bench.projects as p on p.n = c.project_n
join (values
  (0, 'gpt-4o', 'openai'),
  (1, 'gpt-4o-mini', 'openai'),
  (2, 'gpt-4-turbo', 'openai'),
  (3, 'claude-sonnet-4-5', 'anthropic'),
  (4, 'claude-haiku-3-5', 'anthropic')
) as m (k, model, provider) on m.k = bench.noise('model', c.g) % 5;

create unlogged table bench.activities as
select
  bench.new_id('act', g, at) as id,
  p.id as project_id,
  (array['agent_started', 'agent_completed', 'agent_failed', 'project_updated'])[1 + (bench.noise('type', g) % 4)::integer] as type,
  'Agent worked on issue #' || (bench.noise('issue', g) % 1000) as message,
  case when bench.noise('metadata', g) % 4 = 0 then null
    else jsonb_build_object('issueNumber', bench.noise('issue', g) % 1000, 'estimatedCost', 0.5) end as metadata,
  at as "timestamp"
from (
  select
    g,
    case when g < 10000 then g % 100 else 100 + g % 10 end as project_n,
    timestamptz '2025-01-01T00:00:00Z' + case
      when g < 10000 then g * 3153600 + 3
      else (g - 10000) * 3153600
    end * interval '1 millisecond' as at
  from generate_series(0::bigint, 19999) as g
) as a
join bench.projects as p on p.n = a.project_n;

analyze;
