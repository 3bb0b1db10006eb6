/** The one statement that asks an instance's engines how they are. */

/** Counts end here: a larger number says "too many" as well, and reading further is what a scrape must not do. */
export const MAX_COUNTED = 10_000;
/**
 * Of one queue in one state. Whether somebody has a job stands in its row only, so each costs a page: twenty queues
 * with a million jobs between them take 0.04 s so, and took 0.4 s when each was counted to ten thousand.
 */
export const MAX_JOBS_COUNTED = 2_000;
/** Queues told apart; the number of all of them is told too, so that a cut shows. */
export const MAX_QUEUES = 100;

/**
 * One row. Every part is an index probe or a scan that ends at the limit; ages are seconds by the database's clock
 * and 0 where nothing waits. In line counts whoever may run now, also those that no worker has put in line yet:
 * without a worker nobody would, and the queue would look idle.
 */
export const FIGURES_SQL = `
with clock as materialized (select clock_timestamp() as now),
queues as (
  select s.id, s.name, s.paused_at is not null as paused
    from :schema.queue_settings as s order by s.id limit ${MAX_QUEUES}
), queue_figures as (
  select q.name, q.paused, least(placed.in_line + due.count, ${MAX_JOBS_COUNTED}) as ready, placed.in_work as running,
    later.count as waiting, dead.count as dead,
    extract(epoch from c.now - least(head.run_at, due.run_at, c.now))::float8 as oldest_ready_s
  from queues as q cross join clock as c
  cross join lateral (
    select count(*) filter (where p.lease_until is null) as in_line,
      count(*) filter (where p.lease_until is not null) as in_work
    from (select j.lease_until from :schema.queue_jobs as j
           where j.queue_id = q.id and j.place is not null
           order by j.priority, j.place limit ${MAX_JOBS_COUNTED}) as p
  ) as placed
  cross join lateral (
    select count(*) as count, min(w.run_at) as run_at
    from (select j.run_at from :schema.queue_jobs as j
           where j.queue_id = q.id and j.place is null and j.run_at <= c.now
           order by j.run_at limit ${MAX_JOBS_COUNTED}) as w
  ) as due
  cross join lateral (
    select count(*) as count
    from (select from :schema.queue_jobs as j
           where j.queue_id = q.id and j.place is null and j.run_at > c.now limit ${MAX_JOBS_COUNTED}) as w
  ) as later
  cross join lateral (
    select count(*) as count
    from (select from :schema.queue_dead as d where d.queue_id = q.id limit ${MAX_JOBS_COUNTED}) as d
  ) as dead
  cross join lateral (
    select min(first.run_at) as run_at
    from generate_series(0, 9) as level
    cross join lateral (
      select j.run_at from :schema.queue_jobs as j
       where j.queue_id = q.id and j.priority = level and j.place is not null and j.lease_until is null
       order by j.place limit 1
    ) as first
  ) as head
)
select
  (select coalesce(json_agg(json_build_object('queue', f.name, 'paused', f.paused, 'ready', f.ready,
      'running', f.running, 'waiting', f.waiting, 'dead', f.dead, 'oldestReadyS', f.oldest_ready_s)), '[]')
    from queue_figures as f) as queues,
  (select count(*)::integer from :schema.queue_settings) as "queueCount",
  (select coalesce(extract(epoch from c.now - min(s.next_slot)), 0)::float8
    from :schema.queue_schedules as s where s.next_slot <= c.now) as "scheduleLagS",
  (select json_build_object(
      'unsealed', (select count(*) from (
        select from :schema.ledger_transfers as t where t.id > sealed.up_to limit ${MAX_COUNTED}) as u),
      'sealLagS', coalesce((select extract(epoch from c.now - t.at)::float8 from :schema.ledger_transfers as t
        where t.id > sealed.up_to order by t.id limit 1), 0),
      'openHolds', (select count(*) from (select from :schema.ledger_holds limit ${MAX_COUNTED}) as h),
      'overdueHolds', overdue.count,
      'overdueHoldS', coalesce(extract(epoch from c.now - overdue.since), 0)::float8)
    from (select coalesce(max(up_to), 0) as up_to from :schema.ledger_seals) as sealed
    cross join (select count(*) as count, min(h.expires_at) as since from (
      select h.expires_at from :schema.ledger_holds as h cross join clock
       where h.expires_at <= clock.now order by h.expires_at limit ${MAX_COUNTED}) as h) as overdue
  ) as ledger,
  (select json_build_object(
      'pending', pending.count,
      'oldestPendingS', coalesce(extract(epoch from c.now - least(pending.since, c.now)), 0)::float8,
      'overdueS', coalesce(extract(epoch from c.now - least(pending.due_at, c.now)), 0)::float8,
      'dead', (select count(*) from (
        select from :schema.webhook_delivery_history as h where h.state = 'dead' limit ${MAX_COUNTED}) as h),
      'active', endpoints.active, 'failing', endpoints.failing, 'disabled', endpoints.disabled)
    from (select count(*) as count, min(d.created_at) as since, min(d.due_at) as due_at from (
      select d.created_at, d.due_at from :schema.webhook_deliveries as d
       order by d.due_at limit ${MAX_COUNTED}) as d) as pending
    cross join (select
        count(*) filter (where e.state = 'active' and e.failing_since is null) as active,
        count(*) filter (where e.state = 'active' and e.failing_since is not null) as failing,
        count(*) filter (where e.state = 'disabled') as disabled
      from (select e.state, e.failing_since from :schema.webhook_endpoints as e limit ${MAX_COUNTED}) as e
    ) as endpoints
  ) as webhooks,
  (select json_build_object(
      'behind', behind.count,
      'behindS', coalesce(extract(epoch from c.now - least(behind.since, c.now)), 0)::float8,
      'heldBackS', coalesce((select extract(epoch from c.now - least(o.at, c.now))::float8
        from :schema.outbox as o where o.xid >= pg_snapshot_xmin(pg_current_snapshot())
        order by o.xid, o.id limit 1), 0))
    from (select count(*) as count, min(o.at) as since from :schema.webhook_cursor as k
      cross join lateral (
        select o.at from :schema.outbox as o
         where (o.xid, o.id) > (k.xid, k.event_id) and o.xid < pg_snapshot_xmin(pg_current_snapshot())
         order by o.xid, o.id limit ${MAX_COUNTED}) as o) as behind
  ) as outbox,
  (select coalesce(json_agg(json_build_object('policy', r.name, 'runwayS', r.days_ahead * 86400)), '[]')
    from :schema.retention_status as r where r.enabled and r.days_ahead is not null) as runways,
  (select json_build_object(
      'runway', count(*) filter (where a.alarm = 'runway'),
      'default_rows', count(*) filter (where a.alarm = 'default_rows'),
      'late', count(*) filter (where a.alarm = 'late'))
    from :schema.retention_alarms as a) as "retentionAlarms"
from clock as c`;
