create or replace trigger streams_amounts
before insert or update on :schema.streams
for each row execute function :schema.update_stream_amounts();
