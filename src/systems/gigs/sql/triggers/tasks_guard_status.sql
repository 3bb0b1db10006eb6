create or replace trigger tasks_guard_status
before update of status on :schema.tasks
for each row when (old.status is distinct from new.status) execute function :schema.guard_status();
