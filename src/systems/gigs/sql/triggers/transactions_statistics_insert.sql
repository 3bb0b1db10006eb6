create or replace trigger transactions_statistics_insert
after insert on :schema.transactions
referencing new table as new_transactions
for each statement execute function :schema.update_worker_last_active();
