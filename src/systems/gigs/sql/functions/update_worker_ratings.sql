create or replace function :schema.update_worker_ratings() returns trigger
language plpgsql
as $$
-- There is no search_path setting: the one name below says its schema.
begin
  insert into :schema.work_deltas (worker_id, ratings, stars) values (new.worker_id, 1, new.rating);
  return null;
end
$$;
comment on function :schema.update_worker_ratings() is
  'Row trigger of reputation events with stars, so that all others cost nothing: appends the rating. Events are never changed, and go only with their worker.';
