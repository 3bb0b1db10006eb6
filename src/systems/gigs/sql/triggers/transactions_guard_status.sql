create or replace trigger transactions_guard_status
before update of status on :schema.transactions
for each row when (old.status is distinct from new.status) execute function :schema.guard_status();
