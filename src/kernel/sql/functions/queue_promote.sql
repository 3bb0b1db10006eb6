create or replace function :schema.queue_promote(p_queue_id integer, p_limit integer) returns integer
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
declare
  v_count integer;
begin
  perform 1
  from :schema.queue_jobs
  where queue_id = p_queue_id
    and place is null
    and run_at <= clock_timestamp()
  limit 1;
  if not found then
    return 0;
  end if;

  perform pg_current_xact_id();
  with due as materialized (
    select id
    from :schema.queue_jobs
    where queue_id = p_queue_id
      and place is null
      and run_at <= clock_timestamp()
    order by run_at
    limit p_limit
    for update skip locked
  ), placed as materialized (
    select id, nextval(':schema.queue_places') as place from due
  )
  update :schema.queue_jobs as j
  set place = p.place
  from placed as p
  where j.id = p.id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function :schema.queue_promote(integer, integer) is
  'Puts jobs whose time has come in line, the earliest first, at most p_limit; returns how many.';
