create or replace trigger retention_policies_check
before insert or update of kind, table_name, time_column on :schema.retention_policies
for each row execute function :schema.retention_check_policy();
