create or replace trigger tasks_statistics_update
after update on :schema.tasks
referencing old table as old_tasks new table as new_tasks
for each statement execute function :schema.update_worker_statistics();
