create or replace function :schema.queue_sweep(p_queue text, p_floor bigint[])
returns table (oldest bigint[], drawn bigint, horizon text, settled text)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
set enable_sort = off
as $$
#variable_conflict use_column
declare
  v_queue integer;
  v_drawn bigint;
begin
  select s.id into v_queue from :schema.queue_settings as s where s.name = p_queue;
  if not found then
    return;
  end if;
  perform :schema.queue_promote(v_queue, 5000);
  -- First the sequence and then, in a statement with a later snapshot, the transactions: whoever drew one of
  -- these places had its own id by then, so it is below the horizon.
  select case when p.is_called then p.last_value else 0 end into v_drawn from :schema.queue_places as p;
  return query
  select
    array_agg(j.place order by lane.number),
    v_drawn,
    pg_snapshot_xmax(pg_current_snapshot())::text,
    pg_snapshot_xmin(pg_current_snapshot())::text
  from unnest(p_floor) with ordinality as lane (floor, number)
  left join lateral (
    select l.place
    from :schema.queue_jobs as l
    where l.queue_id = v_queue
      and l.priority = lane.number::smallint - 1::smallint
      and l.place > lane.floor
    order by l.place
    limit 1
  ) as j on true;
end
$$;
comment on function :schema.queue_sweep(text, bigint[]) is
  'Puts due jobs in line, and tells the oldest place of each priority above a floor, with what is needed to know when no older one can still turn up.';
