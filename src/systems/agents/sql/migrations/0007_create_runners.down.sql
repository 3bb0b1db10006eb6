drop table :schema.runners;
