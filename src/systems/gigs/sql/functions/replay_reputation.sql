create or replace function :schema.replay_reputation(p_worker text) returns integer
language plpgsql stable
set search_path = :schema, pg_temp
as $$
declare
  v_score integer;
  v_delta integer;
begin
  select w.initial_score into v_score from :schema.workers w where w.id = p_worker;
  for v_delta in
    select e.requested_delta from :schema.reputation_events e where e.worker_id = p_worker order by e.seq
  loop
    v_score := least(1000, greatest(0, v_score + v_delta));
  end loop;
  return v_score;
end
$$;
comment on function :schema.replay_reputation(text) is
  'The score that follows from the worker''s events alone: from the initial score, in the order of seq, kept in 0 to 1000 after each.';
