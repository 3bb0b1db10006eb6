create or replace trigger reputation_events_ratings
after insert on :schema.reputation_events
for each row when (new.rating is not null and new.event_type = 'rating_received')
execute function :schema.update_worker_ratings();
