create or replace trigger streams_guard_status
before update of status on :schema.streams
for each row when (old.status is distinct from new.status) execute function :schema.guard_status();
