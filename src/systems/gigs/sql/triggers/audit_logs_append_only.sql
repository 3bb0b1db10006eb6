create or replace trigger audit_logs_append_only
before update or delete or truncate on :schema.audit_logs
for each statement execute function :schema.refuse_change();
