drop table :schema.retention_policies;
