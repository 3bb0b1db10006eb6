drop table :schema.inbound_events;
