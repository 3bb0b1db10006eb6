create or replace trigger costs_spend_delete
after delete on :schema.costs
referencing old table as old_costs
for each statement execute function :schema.record_spend();
