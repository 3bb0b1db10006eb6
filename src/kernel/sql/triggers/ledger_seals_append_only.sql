create or replace trigger ledger_seals_append_only
before update or delete or truncate on :schema.ledger_seals
for each statement execute function :schema.refuse_change();
