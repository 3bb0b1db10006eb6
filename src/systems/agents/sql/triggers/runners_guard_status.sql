create or replace trigger runners_guard_status
before update of status on :schema.runners
for each row when (old.status is distinct from new.status)
execute function :schema.guard_runner_status();
