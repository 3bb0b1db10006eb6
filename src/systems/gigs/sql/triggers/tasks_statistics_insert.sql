create or replace trigger tasks_statistics_insert
after insert on :schema.tasks
referencing new table as new_tasks
for each statement execute function :schema.update_worker_last_active();
