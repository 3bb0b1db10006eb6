create or replace trigger costs_spend_update
after update on :schema.costs
referencing old table as old_costs new table as new_costs
for each statement execute function :schema.record_spend();
