create or replace trigger transactions_statistics_delete
after delete on :schema.transactions
referencing old table as old_transactions
for each statement execute function :schema.update_platform_statistics();
