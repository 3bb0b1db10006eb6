create or replace function :schema.bring_statistics(p_limit integer) returns integer
language plpgsql
set search_path = :schema, pg_temp
as $$
declare
  v_workers text[];
  v_platforms text[];
begin
  -- Not beside a fold: what it adds after the columns were read would be taken for brought.
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '.fold_statistics', 0));
  -- A row that somebody holds is left for the next time: nobody who is paid waits for statistics, nor they for him.
  v_workers := array(
    select w.id from :schema.workers w
    where w.id in (select s.worker_id from :schema.worker_statistics s where s.is_stale order by s.worker_id limit p_limit)
    order by w.id for no key update skip locked
  );
  update :schema.workers w set total_tasks = t.completed_tasks, total_earned = t.total_earned,
    completion_rate = t.completion_rate, average_rating = t.average_rating, dispute_rate = t.dispute_rate,
    last_active_at = t.last_active_at
  from :schema.worker_totals t
  where w.id = any (v_workers) and t.worker_id = w.id
    and (w.total_tasks, w.total_earned, w.completion_rate, w.average_rating, w.dispute_rate, w.last_active_at)
      is distinct from
      (t.completed_tasks, t.total_earned, t.completion_rate, t.average_rating, t.dispute_rate, t.last_active_at);
  update :schema.worker_statistics set is_stale = false where worker_id = any (v_workers);
  -- Each day anew, too: who was active 30 days ago is not any more.
  v_platforms := array(
    select p.id from :schema.platforms p
    where p.id in (
      select s.platform_id from :schema.platform_statistics s
      where s.brought_on < (statement_timestamp() at time zone 'UTC')::date
      order by s.brought_on, s.platform_id limit p_limit
    )
    order by p.id for no key update skip locked
  );
  update :schema.platforms p set total_payouts = t.total_payouts, total_tasks = t.total_tasks,
    active_workers = t.active_workers_30d
  from :schema.platform_totals t
  where p.id = any (v_platforms) and t.platform_id = p.id
    and (p.total_payouts, p.total_tasks, p.active_workers) is distinct from
      (t.total_payouts, t.total_tasks, t.active_workers_30d);
  update :schema.platform_statistics set brought_on = (statement_timestamp() at time zone 'UTC')::date
  where platform_id = any (v_platforms);
  return cardinality(v_workers) + cardinality(v_platforms);
end
$$;
comment on function :schema.bring_statistics(integer) is
  'Brings the statistics columns of up to p_limit workers and platforms whose statistics have changed up to date; returns how many. Rows that are locked wait for the next call.';
