create or replace trigger reputation_events_append_only
before update or delete on :schema.reputation_events
for each row execute function :schema.refuse_event_change();
