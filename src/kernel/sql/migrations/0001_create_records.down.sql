drop table :schema.idempotency_keys;
drop table :schema.outbox;
drop table :schema.audit_log;
drop function :schema.new_id(text);
