create or replace trigger tasks_statistics_delete
after delete on :schema.tasks
referencing old table as old_tasks
for each statement execute function :schema.update_worker_statistics();
