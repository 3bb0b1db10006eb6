create or replace function :schema.update_reputation_score() returns trigger
language plpgsql
as $$
-- There is no search_path setting: every name below says its schema, and the setting would cost each event.
declare
  v_score integer;
  v_new integer;
begin
  -- The worker's row is locked: of two events at once the second begins from what the first has left. Locked and
  -- changed by one statement: a second one would cost each event.
  update :schema.workers w
  set reputation_score = least(1000, greatest(0, o.reputation_score + new.requested_delta)), updated_at = clock_timestamp()
  from (select k.id, k.reputation_score from :schema.workers k where k.id = new.worker_id for no key update) as o
  where w.id = o.id and o.reputation_score <> least(1000, greatest(0, o.reputation_score + new.requested_delta))
  returning o.reputation_score, w.reputation_score into v_score, v_new;
  if not found then
    -- No points, no room for them, or no worker: then the foreign key will say so, if no null is in its way.
    select k.reputation_score into v_score from :schema.workers k where k.id = new.worker_id for no key update;
    if not found then
      v_score := 0;
      new.requested_delta := 0;
    end if;
    v_new := least(1000, greatest(0, v_score + new.requested_delta));
    -- Room was made meanwhile, perhaps, by whoever held the row.
    if v_new <> v_score then
      update :schema.workers set reputation_score = v_new, updated_at = clock_timestamp() where id = new.worker_id;
    end if;
  end if;
  -- The number given before the lock could be of another order than the one the points were applied in.
  new.seq := nextval(':schema.reputation_events_seq_seq');
  new.previous_score := v_score;
  new.new_score := v_new;
  new.delta := v_new - v_score;
  return new;
end
$$;
comment on function :schema.update_reputation_score() is
  'Row trigger before an insert into reputation_events: applies the delta to the worker''s score, kept in 0 to 1000, and stores what was applied.';
