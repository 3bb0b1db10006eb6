drop table :schema.webhook_attempts;
drop table :schema.webhook_delivery_history;
drop table :schema.webhook_deliveries;
drop table :schema.webhook_cursor;
drop table :schema.webhook_secrets;
drop table :schema.webhook_endpoints;
