/** Tasks made by hand with their escrow, for tests that begin where a task ends; and rounds of transfers. */
import { newId } from '../../src/kernel/ids.ts';
import type { GigsService } from '../../src/systems/gigs/index.ts';
import type { GigsFixture } from './gigs.ts';
import { makeDue } from './queue.ts';

export interface MadeTask {
  readonly platformId: string;
  readonly workerId: string;
  readonly amount?: string;
  readonly status?: string;
  readonly verification?: string;
  /** Seconds from now; negative: it is over. */
  readonly holdS?: number;
  /** In escrow; default the amount. */
  readonly escrowed?: string;
  /** Completed so many seconds ago; default 60. */
  readonly agoS?: number;
}

export async function makeTask(t: GigsFixture, made: MadeTask): Promise<string> {
  const id = newId('tsk');
  const amount = made.amount ?? '10';
  const escrowed = made.escrowed ?? amount;
  await t.scope.query(
    `with made as (
       insert into :schema.tasks (id, platform_id, worker_id, amount, status, verification_status, verified_by,
         escrowed_amount, hold_until, started_at, completed_at, cancelled_at)
       values ($1, $2, $3, $4, $5::text, $6, 'auto', $7, clock_timestamp() + make_interval(secs => $8),
         clock_timestamp() - interval '1 hour',
         case when $5::text = 'completed' then clock_timestamp() - make_interval(secs => $9) end,
         case when $5::text = 'cancelled' then clock_timestamp() end)
       returning *
     )
     select :schema.move_money(array['task ' || id || ' escrow'], array['platform:' || platform_id],
       array['escrow:' || platform_id], array[escrowed_amount::numeric], id, true) from made`,
    [
      ...[id, made.platformId, made.workerId, amount, made.status ?? 'completed'],
      ...[made.verification ?? 'pending', escrowed, made.holdS ?? null, made.agoS ?? 60],
    ],
  );
  return id;
}

/** A worker with so much in the balance, by way of a paid task without a fee. */
export async function paidWorker(t: GigsFixture, amount: string, walletEnd = ''): Promise<string> {
  const wallet = `0x${newId('x')
    .replace(/[^0-9a-f]/g, '')
    .padStart(40, '0')
    .slice(-40 + walletEnd.length)}${walletEnd}`;
  const worker = await t.worker({ walletAddress: wallet });
  const platform = await t.platform(amount, { feeBps: 0 });
  const taskId = await makeTask(t, { platformId: platform.id, workerId: worker.id, amount });
  await t.service.processPayment({ taskId });
  return worker.id;
}

/** A round may be needed for each look; a transfer of the sandbox is final after four, its retries included. */
const MOST_ROUNDS = 20;

/** Works on transfers until nothing is due any more; time passes by itself for those that wait. */
export async function settleTransfers(
  t: GigsFixture,
  options: { readonly service?: GigsService; readonly validS?: number } = {},
): Promise<void> {
  const { service = t.service, validS = 60 } = options;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await makeDue(t.scope);
    if (!(await service.workTransfers({ validS, confirmEveryS: 0, limit: 50 }))) return;
  }
}

export async function escrowBroken(t: GigsFixture): Promise<unknown[]> {
  return t.scope.query(
    `select p.id from :schema.platforms p
      join :schema.ledger_account_balances b on b.code = 'escrow:' || p.id
      where b.balance <> (select coalesce(sum(k.escrowed_amount), 0) from :schema.tasks k where k.platform_id = p.id)`,
  );
}

/** Lets the time pass in which a rail may still accept what it was sent. */
export async function passValidity(t: GigsFixture): Promise<void> {
  await t.scope.query(
    `update :schema.transactions set submitted_at = submitted_at - interval '1 hour'
      where status = 'processing' and rail_reference is null`,
  );
}
