create or replace trigger audit_log_append_only
before update or delete or truncate on :schema.audit_log
for each statement execute function :schema.refuse_change();
