/** Carries policies out: bounded batches, each its own short transaction, within a limit of time. */
import { isGuildhallError } from '../errors.ts';
import type { Scope } from '../system.ts';
import { policyNamed } from './policies.ts';

export interface RetentionProgress {
  readonly policy: string;
  /** Rows removed so far, or partitions dropped. */
  readonly gone: number;
  readonly partitionsMade: number;
  readonly batches: number;
  readonly ms: number;
}

export interface RetentionResult extends RetentionProgress {
  /** True when the limit was reached before the end: run again. */
  readonly more: boolean;
  /** True when another session was at this policy; nothing was done then, or not all. */
  readonly busy: boolean;
}

export interface RetentionRunOptions {
  /** Only this policy, due or not; default: those that are due. */
  readonly policy?: string;
  /** All of them, due or not. */
  readonly all?: boolean;
  /** Counts what would go, and removes nothing. */
  readonly dryRun?: boolean;
  readonly maxBatches?: number;
  readonly maxMs?: number;
  readonly onProgress?: (progress: RetentionProgress) => void;
}

/** A hundred batches of 5,000 rows: half a million rows, then other tasks have their turn. */
const MAX_BATCHES = 100;
const MAX_MS = 10_000;
/** Dropping and attaching wait for readers of the table, and everybody else waits behind them: so not for long. */
const LOCK_TIMEOUT_MS = 500;
/** Rows beyond it need no exact number. */
const COUNT_LIMIT = 1_000_000;

/** Carries out what is due, policy by policy; throws the first failure once all have had their turn. */
export async function runRetention(
  scope: Scope,
  options: RetentionRunOptions = {},
): Promise<RetentionResult[]> {
  const results: RetentionResult[] = [];
  const failures: unknown[] = [];
  const started = performance.now();
  for (const policy of await chosen(scope, options)) {
    const left = (options.maxMs ?? MAX_MS) - (performance.now() - started);
    try {
      results.push(await runPolicy(scope, policy, { ...options, maxMs: left }));
    } catch (error) {
      // A policy whose table is gone must not keep the others from being carried out.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return results;
}

async function chosen(scope: Scope, { policy, all, dryRun }: RetentionRunOptions): Promise<string[]> {
  if (policy !== undefined) return [policy];
  const rows = await scope.query<{ name: string }>(
    all === true || dryRun === true
      ? 'select name from :schema.retention_policies where enabled order by name'
      : 'select name from :schema.retention_due() as name',
  );
  return rows.map(({ name }) => name);
}

async function runPolicy(
  scope: Scope,
  policy: string,
  options: RetentionRunOptions & { readonly maxMs: number },
): Promise<RetentionResult> {
  const { kind } = await policyNamed(scope, policy);
  if (options.dryRun === true) return countPolicy(scope, policy);
  const started = performance.now();
  const maxBatches = options.maxBatches ?? MAX_BATCHES;
  let [gone, batches, more, busy] = [0, 0, true, false];
  const partitionsMade = kind === 'partitions' ? await makePartitions(scope, policy) : 0;
  const progress = (): RetentionProgress => ({
    policy,
    gone,
    partitionsMade: Math.max(partitionsMade, 0),
    batches,
    ms: Math.round(performance.now() - started),
  });
  while (more && batches < maxBatches && performance.now() - started < options.maxMs) {
    const step =
      kind === 'partitions' ? await dropPartition(scope, policy) : await deleteBatch(scope, policy);
    gone += step.gone;
    more = step.more;
    busy = step.busy;
    batches += 1;
    options.onProgress?.(progress());
  }
  return { ...progress(), more, busy };
}

interface Step {
  readonly gone: number;
  readonly more: boolean;
  readonly busy: boolean;
}

async function deleteBatch(scope: Scope, policy: string): Promise<Step> {
  const [row] = await scope.query<{ outcome: string; gone: number; more: boolean }>(
    'select outcome, gone, more from :schema.retention_delete_batch($1)',
    [policy],
  );
  return { gone: row?.gone ?? 0, more: row?.more ?? false, busy: row?.outcome === 'busy' };
}

async function dropPartition(scope: Scope, policy: string): Promise<Step> {
  const row = await withShortLocks(scope, (inner) =>
    inner.query<{ outcome: string; more: boolean }>(
      'select outcome, more from :schema.retention_drop_partition($1)',
      [policy],
    ),
  );
  if (row === null) return { gone: 0, more: false, busy: true };
  const [first] = row;
  return {
    gone: first?.outcome === 'dropped' ? 1 : 0,
    more: first?.more ?? false,
    busy: first?.outcome === 'busy',
  };
}

/** Partitions made; 0 too when somebody else is at it or the table was too busy. The next run tries again. */
export async function makePartitions(scope: Scope, policy: string): Promise<number> {
  const rows = await withShortLocks(scope, (inner) =>
    inner.query<{ made: number }>('select :schema.retention_make_partitions($1) as made', [policy]),
  );
  return Math.max(rows?.[0]?.made ?? 0, 0);
}

/** Null when a lock was not to be had in time: readers go first, and the next run tries again. */
async function withShortLocks<T>(scope: Scope, body: (scope: Scope) => Promise<T>): Promise<T | null> {
  try {
    return await scope.executor.transaction(async (tx) => {
      await tx.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
      return body(scope.on(tx));
    });
  } catch (error) {
    if (isGuildhallError(error, 'timeout') && error.reason === 'lock_timeout') return null;
    throw error;
  }
}

async function countPolicy(scope: Scope, policy: string): Promise<RetentionResult> {
  const started = performance.now();
  const [row] = await scope.query<{ count: bigint }>('select :schema.retention_count($1, $2) as count', [
    policy,
    COUNT_LIMIT,
  ]);
  const ms = Math.round(performance.now() - started);
  return {
    policy,
    gone: Number(row?.count ?? 0),
    partitionsMade: 0,
    batches: 0,
    ms,
    more: false,
    busy: false,
  };
}
