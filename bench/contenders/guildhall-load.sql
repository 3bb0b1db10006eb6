-- The data set in the tables of the system `agents`, schema `agents`. Triggers are on: the rollups come from them.
insert into agents.accounts (id, kind, login, created_at, updated_at)
select id, 'user', email, created_at, created_at from bench.users order by n;
insert into agents.users (id, email, name, created_at, updated_at)
select id, email, name, created_at, created_at from bench.users order by n;
insert into agents.projects (id, user_id, name, path, settings, created_at, updated_at)
select id, user_id, name, path, settings, created_at, created_at from bench.projects order by n;
insert into agents.agents (id, project_id, status, start_time, end_time, error, has_logs, created_at, updated_at)
select id, project_id, status, start_time, end_time, error, true, start_time, start_time from bench.agents order by n;
insert into agents.agent_log_lines (agent_id, at, line)
select a.id, a.start_time, l.line
from bench.agents as a, jsonb_array_elements_text(a.logs) with ordinality as l (line, place)
order by a.n, l.place;
insert into agents.costs (id, project_id, amount, model, provider, input_tokens, output_tokens, "timestamp")
select id, project_id, amount, model, provider, input_tokens, output_tokens, "timestamp" from bench.costs order by "timestamp";
insert into agents.activities (id, project_id, type, message, metadata, "timestamp")
select id, project_id, type, message, metadata, "timestamp" from bench.activities order by "timestamp";
