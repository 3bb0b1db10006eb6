alter table :schema.streams drop column fee_bps;
