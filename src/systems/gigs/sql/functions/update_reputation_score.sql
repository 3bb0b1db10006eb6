create or replace function :schema.update_reputation_score() returns trigger
language plpgsql
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each event.
declare
  v_score integer;
begin
  -- The worker's row is locked: of two events at once the second begins from what the first has left.
  select reputation_score into v_score from :schema.workers where id = new.worker_id for no key update;
  if not found then
    -- The foreign key will say so, if no null is in its way.
    v_score := 0;
    new.requested_delta := 0;
  end if;
  -- The number given before the lock could be of another order than the one the points were applied in.
  new.seq := nextval(':schema.reputation_events_seq_seq');
  new.previous_score := v_score;
  new.new_score := least(1000, greatest(0, v_score + new.requested_delta));
  new.delta := new.new_score - v_score;
  if new.delta <> 0 then
    update :schema.workers set reputation_score = new.new_score, updated_at = clock_timestamp() where id = new.worker_id;
  end if;
  return new;
end
$$;
comment on function :schema.update_reputation_score() is
  'Row trigger before an insert into reputation_events: applies the delta to the worker''s score, kept in 0 to 1000, and stores what was applied.';
