create or replace trigger ledger_transfers_append_only
before update or delete or truncate on :schema.ledger_transfers
for each statement execute function :schema.refuse_change();
