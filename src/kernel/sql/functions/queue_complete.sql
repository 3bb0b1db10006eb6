create or replace function :schema.queue_complete(
  p_ids bigint[],
  p_tokens bigint[],
  p_results jsonb[] default null
)
returns table (id bigint, token bigint)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
  with gone as (
    delete from :schema.queue_jobs as j
    using unnest(p_ids, p_tokens, p_results) as given (id, token, result)
    where j.id = given.id
      and j.token = given.token
      and j.lease_until is not null
    returning j.*, given.result
  )
  insert into :schema.queue_history as h (
    id, token, created_at, started_at, queue_id, priority, failures, losses, outcome, worker, key, payload, result
  )
  select
    g.id, g.token, g.created_at, c.claimed_at, g.queue_id, g.priority, g.failures, g.losses, 'done', c.worker,
    g.key, g.payload, g.result
  from gone as g
  left join :schema.queue_claims as c on c.token = g.token
  returning h.id, h.token;
end
$$;
comment on function :schema.queue_complete(bigint[], bigint[], jsonb[]) is
  'Ends jobs as done and moves them into the history. Returns those that were accepted: one whose token is no longer the current one is left alone.';
