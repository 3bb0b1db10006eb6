create or replace function :schema.update_stream_amounts() returns trigger
language plpgsql
set search_path = :schema, pg_temp
as $$
begin
  new.remaining_amount := new.total_amount - new.released_amount;
  if tg_op = 'UPDATE' and new.remaining_amount = 0 and old.status in ('active', 'paused', 'insolvent')
    and new.status <> 'cancelled' then
    new.status := 'completed';
    new.completed_at := coalesce(new.completed_at, clock_timestamp());
    new.next_release_at := null;
    new.paused_at := null;
  end if;
  return new;
end
$$;
comment on function :schema.update_stream_amounts() is
  'Row trigger of streams: remaining is total less released, and a stream of which all is released is completed.';
