create or replace trigger runners_delete_orphan
before update of user_id on :schema.runners
for each row when (new.user_id is null)
execute function :schema.delete_orphan_runner();
