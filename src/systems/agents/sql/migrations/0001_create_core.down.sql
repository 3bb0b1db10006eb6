drop table :schema.activities;
drop table :schema.costs;
drop table :schema.agent_log_lines;
drop table :schema.agents;
drop table :schema.projects;
drop table :schema.users;
