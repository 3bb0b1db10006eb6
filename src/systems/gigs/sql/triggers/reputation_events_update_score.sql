create or replace trigger reputation_events_update_score
before insert on :schema.reputation_events
for each row execute function :schema.update_reputation_score();
