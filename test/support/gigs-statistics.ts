/** Random work and money by direct SQL, and what the views say of it. */
import type { GigsFixture } from './gigs.ts';

/** Mulberry32: the same numbers for the same seed. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const STATUSES = ['pending', 'active', 'completed', 'completed', 'cancelled', 'disputed'] as const;
const TYPES = ['payout', 'payout', 'advance', 'repayment', 'fee', 'refund', 'deposit', 'withdrawal'] as const;
const TX_STATUSES = ['pending', 'processing', 'completed', 'completed', 'failed'] as const;

export interface Parties {
  readonly workers: readonly string[];
  readonly platforms: readonly string[];
}

/** One random statement: single and bulk inserts, updates and deletes, and now and then a fold. */
export function randomStatement(parties: Parties, random: (below: number) => number): [string, unknown[]] {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const [worker, platform] = [pick(parties.workers), pick(parties.platforms)];
  const age = `${random(45)} days ${random(86_400)} seconds`;
  const lucky = `hashtextextended(id, ${random(1_000)}) % ${2 + random(8)} = 0`;
  const statements: (() => [string, unknown[]])[] = [
    () => insertTasks(1),
    () => insertTasks(1),
    () => insertTasks(2 + random(12)),
    // One more than are counted one by one, and somewhat more.
    () => insertTasks(101 + random(20)),
    () => insertTransactions(1),
    () => insertTransactions(1),
    () => insertTransactions(2 + random(12)),
    () => insertTransactions(101 + random(20)),
    () => [
      `update :schema.tasks set status = 'active', started_at = clock_timestamp() - interval '1 hour'
      where status = 'pending' and worker_id is not null and ${lucky}`,
      [],
    ],
    () => [
      `update :schema.tasks set status = 'completed', completed_at = greatest(started_at, clock_timestamp() - $1::interval)
      where id = (select id from :schema.tasks where status = 'active' and worker_id = $2 limit 1) and status = 'active'`,
      [age, worker],
    ],
    () => [
      `update :schema.tasks set status = 'completed', completed_at = greatest(started_at, clock_timestamp())
      where status in ('active', 'disputed') and ${lucky}`,
      [],
    ],
    () => [
      `update :schema.tasks set status = 'disputed', was_disputed = true, disputed_at = clock_timestamp()
      where status in ('active', 'completed') and worker_id is not null and ${lucky}`,
      [],
    ],
    () => [
      `update :schema.tasks set status = 'cancelled', cancelled_at = clock_timestamp()
      where status in ('pending', 'active', 'disputed') and ${lucky}`,
      [],
    ],
    () => [
      `update :schema.tasks set status = 'pending', started_at = null where status = 'active' and ${lucky}`,
      [],
    ],
    () => [
      `update :schema.tasks set worker_id = $1 where status in ('pending', 'completed') and ${lucky}`,
      [worker],
    ],
    () => [
      `update :schema.tasks set created_at = created_at - $1::interval where platform_id = $2 and ${lucky}`,
      [age, platform],
    ],
    () => [
      `update :schema.tasks set paid_amount = amount - paid_amount where status = 'completed' and ${lucky}`,
      [],
    ],
    () => [
      `update :schema.tasks set completed_at = completed_at + interval '30 hours' where status = 'completed' and ${lucky}`,
      [],
    ],
    () => [`update :schema.tasks set paid_amount = amount - paid_amount where status = 'completed'`, []],
    () => [`update :schema.tasks set created_at = created_at - $1::interval`, [age]],
    () => [`update :schema.tasks set title = 'nothing that counts' where ${lucky}`, []],
    () => [`delete from :schema.tasks where worker_id = $1 and ${lucky}`, [worker]],
    () => [
      `delete from :schema.tasks where platform_id = $1 and ${lucky} and status = 'cancelled'`,
      [platform],
    ],
    () => [
      `update :schema.transactions set status = 'completed', processed_at = clock_timestamp()
      where status in ('pending', 'processing') and ${lucky}`,
      [],
    ],
    () => [
      `update :schema.transactions set status = 'failed', processed_at = clock_timestamp()
      where status = 'processing' and worker_id = $1`,
      [worker],
    ],
    () => [
      `update :schema.transactions set amount = amount + 1, platform_id = $1 where ${lucky}`,
      [platform],
    ],
    () => [`delete from :schema.transactions where worker_id = $1 and ${lucky}`, [worker]],
    () => [
      `insert into :schema.reputation_events (worker_id, event_type, requested_delta, rating, reason)
      select w.id, case when g % 3 = 0 then 'bonus' else 'rating_received' end, 1,
        case when g % 3 = 0 then null else 1 + g % 5 end, 'stars'
      from generate_series(1, $2::integer) as g join :schema.workers w on w.id = $1`,
      [worker, 1 + random(6)],
    ],
    () => ['select :schema.fold_statistics($1)', [1 + random(40)]],
    () => ['select :schema.bring_statistics($1)', [1 + random(40)]],
  ];
  return pick(statements)();

  function insertTasks(count: number): [string, unknown[]] {
    // Single rows name their worker; of many each draws another.
    return [
      `insert into :schema.tasks (platform_id, worker_id, task_type, amount, status, paid_amount, was_disputed, due_at,
         created_at, started_at, completed_at, cancelled_at)
       select p.id, case when d.status in ('pending', 'cancelled') and g % 4 = 0 then null else w.id end,
         case when g % 3 = 0 then 'streaming' else 'fixed' end, 10 + g + 0.000001, d.status,
         case when d.status = 'completed' and g % 2 = 0 then 5 else 0 end, d.status = 'disputed', at + interval '1 day',
         at, case when d.status in ('pending') or g % 5 = 0 then null else at + interval '1 minute' end,
         case when d.status = 'completed' then at + g * interval '5 hours' end,
         case when d.status = 'cancelled' then at + interval '2 hours' end
       from (select g, clock_timestamp() - $1::interval + g * interval '7 hours' as at,
           (array['${STATUSES.join("','")}'])[1 + (g + $4) % ${STATUSES.length}] as status
         from generate_series(1, $5::integer) as g) as d
       join :schema.platforms p on p.id = ($2::text[])[1 + g % cardinality($2::text[])]
       join :schema.workers w on w.id = ($3::text[])[1 + g % cardinality($3::text[])]`,
      [
        age,
        count === 1 ? [platform] : parties.platforms,
        count === 1 ? [worker] : parties.workers,
        random(6),
        count,
      ],
    ];
  }

  function insertTransactions(count: number): [string, unknown[]] {
    return [
      `insert into :schema.transactions (worker_id, platform_id, asset, tx_type, amount, fee, status, created_at, processed_at)
       select w.id, case when g % 4 = 0 then null else p.id end, case when g % 7 = 0 then 'WETH' else 'USDC' end,
         (array['${TYPES.join("','")}'])[1 + (g + $4) % ${TYPES.length}], g + 0.5, 0.25,
         (array['${TX_STATUSES.join("','")}'])[1 + (g * 3 + $4) % ${TX_STATUSES.length}],
         clock_timestamp() - $1::interval, clock_timestamp()
       from generate_series(1, $5::integer) as g
       join :schema.platforms p on p.id = ($2::text[])[1 + g % cardinality($2::text[])]
       join :schema.workers w on w.id = ($3::text[])[1 + g % cardinality($3::text[])]`,
      [
        age,
        count === 1 ? [platform] : parties.platforms,
        count === 1 ? [worker] : parties.workers,
        random(40),
        count,
      ],
    ];
  }
}

const VIEWS: Readonly<Record<string, string>> = {
  worker_earnings_view: 'worker_id',
  platform_performance_view: 'platform_id',
  daily_transaction_summary: 'transaction_date, asset, tx_type, status',
  worker_risk_assessment: 'worker_id',
};

/** All rows of the views; without the last activity, which a deletion does not take back. */
export async function readViews(t: GigsFixture): Promise<Record<string, unknown[]>> {
  const read: Record<string, unknown[]> = {};
  for (const [view, order] of Object.entries(VIEWS)) {
    read[view] = await t.scope.query(
      `select to_jsonb(v) - 'last_active_at' as row from :schema.${view} v order by ${order}`,
    );
  }
  return read;
}

/** Folds until nothing waits. */
export async function foldAll(t: GigsFixture): Promise<void> {
  while (await t.service.foldStatistics());
}

/** Workers and platforms whose columns differ from their profiles. */
export function stale(t: GigsFixture): Promise<unknown[]> {
  return t.scope.query(
    `select w.id from :schema.workers w join :schema.worker_profiles v on v.id = w.id
     where (w.total_tasks, w.total_earned, w.completion_rate, w.average_rating, w.dispute_rate, w.last_active_at)
       is distinct from (v.total_tasks, v.total_earned, v.completion_rate, v.average_rating, v.dispute_rate, v.last_active_at)
     union all
     select p.id from :schema.platforms p join :schema.platform_profiles v on v.id = p.id
     where (p.total_payouts, p.total_tasks, p.active_workers)
       is distinct from (v.total_payouts, v.total_tasks, v.active_workers)`,
  );
}
