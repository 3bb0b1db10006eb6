create or replace function :schema.queue_prune(p_keep interval, p_limit integer) returns integer
language plpgsql volatile
set search_path = :schema, pg_temp
as $$
declare
  v_limit timestamptz := clock_timestamp() - p_keep;
  v_count integer;
  v_total integer := 0;
begin
  delete from :schema.queue_history as h
  where h.id in (
    select o.id from :schema.queue_history as o
    where o.finished_at < v_limit
    limit p_limit
    for update skip locked
  );
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;

  -- The story of a dead letter stays with it.
  delete from :schema.queue_attempts as a
  where (a.job_id, a.token) in (
    select o.job_id, o.token from :schema.queue_attempts as o
    where o.ended_at < v_limit
      and not exists (select from :schema.queue_dead as d where d.id = o.job_id)
      and not exists (select from :schema.queue_jobs as j where j.id = o.job_id)
    limit p_limit
    for update skip locked
  );
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;

  -- A slot above the pointer of its schedule could come again.
  delete from :schema.queue_slots as t
  where (t.schedule, t.slot) in (
    select o.schedule, o.slot from :schema.queue_slots as o
    left join :schema.queue_schedules as s on s.name = o.schedule
    where o.slot < v_limit
      and (s.name is null or s.next_slot is null or o.slot < s.next_slot)
    limit p_limit
  );
  get diagnostics v_count = row_count;
  return v_total + v_count;
end
$$;
comment on function :schema.queue_prune(interval, integer) is
  'Removes finished jobs, old attempts and slots older than p_keep, at most p_limit of each; returns how many rows went. Dead letters stay until somebody retries them.';
