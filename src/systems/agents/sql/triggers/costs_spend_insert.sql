create or replace trigger costs_spend_insert
after insert on :schema.costs
referencing new table as new_costs
for each statement execute function :schema.record_spend();
