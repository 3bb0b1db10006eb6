create or replace trigger transactions_statistics_update
after update on :schema.transactions
referencing old table as old_transactions new table as new_transactions
for each statement execute function :schema.update_platform_statistics();
