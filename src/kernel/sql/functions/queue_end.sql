create or replace function :schema.queue_end(
  p_ids bigint[],
  p_tokens bigint[],
  p_outcomes text[],
  p_errors text[]
)
returns table (id bigint, verdict text, run_at timestamptz)
language plpgsql volatile
set search_path = :schema, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  return query
  with given as materialized (
    select * from unnest(p_ids, p_tokens, p_outcomes, p_errors) as g (id, token, outcome, error)
  ), held as materialized (
    select
      j.*,
      g.outcome,
      left(g.error, 10000) as error,
      c.worker,
      c.claimed_at,
      s.max_failures,
      s.max_losses,
      s.retry_base_s,
      s.retry_most_s,
      j.failures + (g.outcome in ('failed', 'timed_out', 'invalid_payload', 'refused'))::integer as failures_now,
      j.losses + (g.outcome = 'lost')::integer as losses_now
    from given as g
    join :schema.queue_jobs as j on j.id = g.id and j.token = g.token and j.lease_until is not null
    join :schema.queue_settings as s on s.id = j.queue_id
    left join :schema.queue_claims as c on c.token = j.token
    order by j.id
    for update of j
  ), decided as materialized (
    select
      h.*,
      case
        when h.outcome = 'returned' then 'returned'
        when h.outcome in ('invalid_payload', 'refused') then 'dead'
        when h.failures_now >= h.max_failures then 'dead'
        when h.losses_now > h.max_losses then 'dead'
        else 'retry'
      end as verdict,
      -- Between half of the wait and all of it, doubled by each failure or loss.
      clock_timestamp() + make_interval(secs => (0.5 + random() / 2) * least(
        h.retry_most_s,
        h.retry_base_s * 2.0 ^ least(30, greatest(0, case h.outcome when 'lost' then h.losses_now else h.failures_now end - 1))
      )) as again_at
    from held as h
  ), noted as (
    insert into :schema.queue_attempts (job_id, token, queue_id, worker, started_at, outcome, error)
    select d.id, d.token, d.queue_id, d.worker, d.claimed_at, d.outcome, d.error from decided as d
  ), buried as (
    insert into :schema.queue_dead (
      id, token, created_at, queue_id, priority, failures, losses, reason, error, key, payload
    )
    select
      d.id, d.token, d.created_at, d.queue_id, d.priority, d.failures_now, d.losses_now, d.outcome, d.error, d.key,
      d.payload
    from decided as d
    where d.verdict = 'dead'
  ), removed as (
    delete from :schema.queue_jobs as j using decided as d where j.id = d.id and d.verdict = 'dead'
  ), kept as (
    update :schema.queue_jobs as j
    set failures = d.failures_now,
      losses = d.losses_now,
      lease_until = null,
      place = case d.verdict when 'returned' then j.place end,
      run_at = case d.verdict when 'returned' then j.run_at else d.again_at end
    from decided as d
    where j.id = d.id
      and d.verdict <> 'dead'
  )
  select g.id, coalesce(d.verdict, 'stale'), case d.verdict when 'retry' then d.again_at end
  from given as g
  left join decided as d on d.id = g.id;
end
$$;
comment on function :schema.queue_end(bigint[], bigint[], text[], text[]) is
  'Ends attempts that did not finish their job: a failure or a loss waits and is tried again until the queue''s limit, then it is a dead letter; returned goes back to its place and counts nothing. A token that is not the current one gives stale.';
