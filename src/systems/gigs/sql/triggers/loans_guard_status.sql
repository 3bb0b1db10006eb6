create or replace trigger loans_guard_status
before update of status on :schema.loans
for each row when (old.status is distinct from new.status) execute function :schema.guard_status();
