create or replace trigger ledger_transfers_check_accounts
after insert on :schema.ledger_transfers
referencing new table as added
for each statement execute function :schema.ledger_check_accounts();
