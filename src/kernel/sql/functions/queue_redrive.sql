create or replace function :schema.queue_redrive(p_ids bigint[])
returns table (id bigint, verdict text)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  perform pg_current_xact_id();
  return query
  with held as materialized (
    select d.* from :schema.queue_dead as d where d.id = any (p_ids) order by d.id for update
  ), revived as (
    insert into :schema.queue_jobs as j (id, place, token, queue_id, priority, created_at, key, payload)
    select h.id, nextval(':schema.queue_places'), h.token, h.queue_id, h.priority, h.created_at, h.key, h.payload
    from held as h
    on conflict (queue_id, key) where key is not null do nothing
    returning j.id
  ), removed as (
    delete from :schema.queue_dead as d using revived as r where d.id = r.id
  )
  select given.id, case when r.id is not null then 'retried' when h.id is not null then 'key_taken' else 'unknown' end
  from unnest(p_ids) as given (id)
  left join held as h on h.id = given.id
  left join revived as r on r.id = given.id;
end
$$;
comment on function :schema.queue_redrive(bigint[]) is
  'Puts dead letters back in line with their counts at zero. Verdicts: retried; key_taken when a live job has its key; unknown when it is no dead letter.';
