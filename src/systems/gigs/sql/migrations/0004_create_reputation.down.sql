drop table :schema.audit_logs;
drop table :schema.reputation_events;
