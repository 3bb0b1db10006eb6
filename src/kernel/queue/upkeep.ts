/** Background work of every instance's queue: lost jobs, due schedules, old history. */
import type { BackgroundTask, Instance, Scope } from '../system.ts';
import { fireSchedules } from './schedules.ts';

/** Claims looked at in one round: at 5,000 jobs each, a second of work. */
const REAPED_CLAIMS = 20;
const PRUNED_ROWS = 5_000;
/** Finished jobs are kept this long; dead letters until somebody retries them. */
export const HISTORY_KEPT = '7 days';

/** Finds jobs whose worker is gone; returns how many were lost, and whether more claims wait. */
export async function reapLost(scope: Scope): Promise<{ readonly lost: bigint; readonly more: boolean }> {
  const [row] = await scope.query<{ lost: bigint; more: boolean }>(
    `select lost, more from :schema.queue_reap(${REAPED_CLAIMS})`,
  );
  return row ?? { lost: 0n, more: false };
}

/** Removes finished jobs older than that; returns whether more wait. */
export async function pruneHistory(scope: Scope, keep: string = HISTORY_KEPT): Promise<boolean> {
  const [row] = await scope.query<{ gone: number }>('select :schema.queue_prune($1::interval, $2) as gone', [
    keep,
    PRUNED_ROWS,
  ]);
  return (row?.gone ?? 0) >= PRUNED_ROWS;
}

export const queueTasks: readonly BackgroundTask<Instance>[] = [
  { name: 'queue-reap', everyMs: 1_000, run: async ({ scope }) => (await reapLost(scope)).more },
  { name: 'queue-schedules', everyMs: 1_000, run: ({ scope }) => fireSchedules(scope) },
  { name: 'queue-prune', everyMs: 600_000, run: ({ scope }) => pruneHistory(scope) },
];
