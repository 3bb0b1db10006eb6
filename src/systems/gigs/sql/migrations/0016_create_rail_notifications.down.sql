drop table :schema.sandbox_deposits;
drop table :schema.sandbox_secrets;
delete from :schema.retention_policies where name = 'rail_notifications';
drop table :schema.rail_notifications;
