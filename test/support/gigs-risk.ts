/** Tasks, payouts and ratings for tests of risk and advances, written straight into the tables. */
import type { GigsParts } from './gigs.ts';

export interface TaskInput {
  readonly amount?: string;
  readonly status?: 'pending' | 'active' | 'completed' | 'cancelled' | 'disputed';
  readonly daysAgo?: number;
  readonly late?: boolean;
  readonly disputed?: boolean;
  readonly minutes?: number;
  readonly location?: { readonly latitude: number; readonly longitude: number };
}

/** One task, ended so many days ago; returns its id. */
export async function addTask(
  t: GigsParts,
  platformId: string,
  workerId: string | null,
  input: TaskInput = {},
): Promise<string> {
  const { amount = '10', status = 'completed', daysAgo = 1, minutes = 60 } = input;
  const [row] = await t.scope.query<{ id: string }>(
    `insert into :schema.tasks (platform_id, worker_id, amount, status, was_disputed, verification_data,
       created_at, started_at, completed_at, cancelled_at, due_at)
     select $1, $2, $3, $4::text, $5, $6, e.at - interval '1 day', e.at - make_interval(mins => $7),
       case when $4::text = 'completed' then e.at end, case when $4::text = 'cancelled' then e.at end,
       e.at + case when $8 then interval '-1 minute' else interval '1 hour' end
     from (select statement_timestamp() - make_interval(secs => $9 * 86400.0) as at) as e returning id`,
    [
      platformId,
      workerId,
      amount,
      status,
      input.disputed === true,
      input.location === undefined ? null : JSON.stringify({ location: input.location }),
      minutes,
      input.late === true,
      daysAgo,
    ],
  );
  return row!.id;
}

const payers = new WeakMap<GigsParts, Promise<string>>();

/** The platform that pays all payouts of a fixture. */
function payerOf(t: GigsParts): Promise<string> {
  const known = payers.get(t) ?? t.platform().then(({ id }) => id);
  payers.set(t, known);
  return known;
}

/** Completed payouts of so many days ago with their entries, through escrow; the worker spends them at once. */
export async function addPayouts(
  t: GigsParts,
  workerId: string,
  payouts: readonly { readonly amount: string; readonly daysAgo?: number; readonly fee?: string }[],
): Promise<void> {
  const payer = await payerOf(t);
  await t.scope.query(
    `with made as (
       select :schema.new_id('txn') as id, p.amount::numeric as amount, p.fee::numeric as fee,
         statement_timestamp() - make_interval(secs => p.days_ago * 86400.0) as at
       from jsonb_to_recordset($3) as p(amount text, fee text, days_ago float8)
     ), posted as (
       select m.*, :schema.move_money(array[m.id || ' in', m.id || ' out', m.id || ' fee', m.id || ' spent', m.id || ' gone'],
         array['platform:' || $2, 'escrow:' || $2, 'escrow:' || $2, 'worker:' || $1, 'rail'],
         array['escrow:' || $2, 'worker:' || $1, 'fees', 'rail', 'bank'],
         array[m.amount, m.amount - m.fee, m.fee, m.amount - m.fee, m.amount - m.fee], m.id, true) as ids
       from made m
     )
     insert into :schema.transactions (id, worker_id, platform_id, tx_type, amount, fee, status, attempts, created_at,
       processed_at, ledger_transfer_id)
     select id, $1, $2, 'payout', amount, fee, 'completed', 0, at, at, ids[2] from posted
     union all
     select id || '-spent', $1, null, 'withdrawal', amount - fee, 0, 'completed', 1, at, at, ids[4] from posted`,
    [
      workerId,
      payer,
      JSON.stringify(
        payouts.map(({ amount, daysAgo = 1, fee = '0' }) => ({ amount, fee, days_ago: daysAgo })),
      ),
    ],
  );
}

export function addPayout(
  t: GigsParts,
  workerId: string,
  amount: string,
  options: { readonly daysAgo?: number; readonly fee?: string } = {},
): Promise<void> {
  return addPayouts(t, workerId, [{ amount, ...options }]);
}

/** Without points. */
export async function addRating(t: GigsParts, workerId: string, rating: number): Promise<void> {
  await t.scope.query(
    `insert into :schema.reputation_events (worker_id, event_type, requested_delta, rating, reason)
     values ($1, 'rating_received', 0, $2, 'rated')`,
    [workerId, rating],
  );
}

export async function setWorker(
  t: GigsParts,
  workerId: string,
  { score, ageDays }: { readonly score: number; readonly ageDays: number },
): Promise<void> {
  await t.scope.query(
    `insert into :schema.reputation_events (worker_id, event_type, requested_delta, reason)
     select id, 'manual_adjustment', $2 - reputation_score, 'set by a test' from :schema.workers where id = $1`,
    [workerId, score],
  );
  await t.scope.query(
    'update :schema.workers set created_at = statement_timestamp() - make_interval(days => $2) where id = $1',
    [workerId, ageDays],
  );
}

/** A worker who may have an advance: 30 days old, 12 tasks, 20 USDC each day for 30 days. */
export async function eligibleWorker(t: GigsParts, platformId: string): Promise<string> {
  const { id } = await t.worker();
  await setWorker(t, id, { score: 800, ageDays: 30 });
  for (let n = 1; n <= 12; n += 1) await addTask(t, platformId, id, { amount: '20', daysAgo: n });
  await addPayouts(
    t,
    id,
    Array.from({ length: 30 }, (_day, n) => ({ amount: '20', daysAgo: n + 1 })),
  );
  await addRating(t, id, 5);
  return id;
}

/** Pays a worker as payments do, without a task: loans locked, the posting, then what is withheld, in one transaction. */
export async function payOut(
  t: GigsParts,
  platformId: string,
  workerId: string,
  amount: string,
  key: string,
  taskId: string | null = null,
): Promise<string> {
  return t.scope.executor.transaction(async (tx) => {
    const scope = t.scope.on(tx);
    await scope.query('select :schema.lock_loans(array[$1])', [workerId]);
    await scope.query(
      `select :schema.move_money(array[$1], array[$2], array[$3], array[$4::numeric], null, true)`,
      [key, `platform:${platformId}`, `worker:${workerId}`, amount],
    );
    const [row] = await scope.query<{ withheld: string }>(
      'select :schema.withhold_repayment($1, $2, $3, $4, true) as withheld',
      [workerId, taskId, amount, key],
    );
    return row!.withheld;
  });
}
