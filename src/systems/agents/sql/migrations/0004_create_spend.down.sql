drop table :schema.project_spend;
drop table :schema.agent_spend_daily;
drop table :schema.spend_daily;
drop table :schema.spend_deltas;
