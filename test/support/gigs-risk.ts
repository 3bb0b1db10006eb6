/** Tasks, payouts and ratings for tests of risk and advances, written straight into the tables. */
import type { GigsFixture } from './gigs.ts';

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
  t: GigsFixture,
  platformId: string,
  workerId: string | null,
  input: TaskInput = {},
): Promise<string> {
  const { amount = '10', status = 'completed', daysAgo = 1, minutes = 60 } = input;
  const [row] = await t.scope.query<{ id: string }>(
    `insert into :schema.tasks (platform_id, worker_id, amount, status, was_disputed, verification_data,
       created_at, started_at, completed_at, cancelled_at, due_at)
     select $1, $2, $3, $4, $5, $6, e.at - interval '1 day', e.at - make_interval(mins => $7),
       case when $4 = 'completed' then e.at end, case when $4 = 'cancelled' then e.at end,
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

/** A completed payout of so many days ago; the ledger is left alone. */
export async function addPayout(
  t: GigsFixture,
  workerId: string,
  amount: string,
  { daysAgo = 1, fee = '0' }: { readonly daysAgo?: number; readonly fee?: string } = {},
): Promise<void> {
  await t.scope.query(
    `insert into :schema.transactions (worker_id, tx_type, amount, fee, status, processed_at)
     values ($1, 'payout', $2, $3, 'completed', statement_timestamp() - make_interval(secs => $4 * 86400.0))`,
    [workerId, amount, fee, daysAgo],
  );
}

export async function addRating(t: GigsFixture, workerId: string, rating: number): Promise<void> {
  await t.scope.query(
    `insert into :schema.reputation_events
       (worker_id, event_type, requested_delta, delta, previous_score, new_score, rating, reason)
     values ($1, 'rating_received', 0, 0, 0, 0, $2, 'rated')`,
    [workerId, rating],
  );
}

export async function setWorker(
  t: GigsFixture,
  workerId: string,
  { score, ageDays }: { readonly score: number; readonly ageDays: number },
): Promise<void> {
  await t.scope.query(
    `update :schema.workers set reputation_score = $2,
       created_at = statement_timestamp() - make_interval(days => $3) where id = $1`,
    [workerId, score, ageDays],
  );
}

/** A worker who may have an advance: 30 days old, 12 tasks, 20 USDC each day for 30 days. */
export async function eligibleWorker(t: GigsFixture, platformId: string): Promise<string> {
  const { id } = await t.worker();
  await setWorker(t, id, { score: 800, ageDays: 30 });
  for (let n = 1; n <= 12; n += 1) await addTask(t, platformId, id, { amount: '20', daysAgo: n });
  for (let n = 1; n <= 30; n += 1) await addPayout(t, id, '20', { daysAgo: n });
  await addRating(t, id, 5);
  return id;
}

/** Pays a worker as payments do: the posting, then what is withheld, in one transaction. */
export async function payOut(
  t: GigsFixture,
  platformId: string,
  workerId: string,
  amount: string,
  key: string,
  taskId: string | null = null,
): Promise<string> {
  return t.scope.executor.transaction(async (tx) => {
    const scope = t.scope.on(tx);
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
