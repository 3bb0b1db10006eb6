/** How an instance's engines are, in numbers: for whatever watches them. */
import type { Scope } from '../system.ts';
import { FIGURES_SQL } from './statement.ts';

export { MAX_COUNTED, MAX_JOBS_COUNTED, MAX_QUEUES } from './statement.ts';

/** Counts end at `MAX_JOBS_COUNTED`. */
export interface QueueFigures {
  readonly queue: string;
  readonly paused: boolean;
  /** May run now and nobody has it. */
  readonly ready: number;
  /** Held by a worker; of those first in line, as far as is counted. */
  readonly running: number;
  /** Delayed, or to be tried again later. */
  readonly waiting: number;
  readonly dead: number;
  /** How long the oldest that is ready could have run already. */
  readonly oldestReadyS: number;
}

/** Ages in seconds by the database's clock, 0 where nothing waits. Counts end at `MAX_COUNTED`. */
export interface EngineFigures {
  /** The first `MAX_QUEUES`. */
  readonly queues: readonly QueueFigures[];
  readonly queueCount: number;
  /** How late the most overdue schedule is. */
  readonly scheduleLagS: number;
  readonly ledger: {
    readonly unsealed: number;
    /** Age of the oldest transfer without a seal. */
    readonly sealLagS: number;
    readonly openHolds: number;
    /** Open although their time is over. */
    readonly overdueHolds: number;
    /** For how long the most overdue hold is. */
    readonly overdueHoldS: number;
  };
  readonly webhooks: {
    readonly pending: number;
    /** Age of the oldest event that waits to be delivered, retries and all. */
    readonly oldestPendingS: number;
    /** How long the most overdue delivery could have been tried already. */
    readonly overdueS: number;
    /** Dead letters that are kept. */
    readonly dead: number;
    readonly active: number;
    /** Active, with dead letters since the last success. */
    readonly failing: number;
    readonly disabled: number;
  };
  readonly outbox: {
    /** Events that could be fanned out to webhooks and are not. */
    readonly behind: number;
    readonly behindS: number;
    /** Age of the oldest event that no reader can have yet, because a transaction is open. */
    readonly heldBackS: number;
  };
  /** For how long partitions are ready, by policy. */
  readonly runways: readonly { readonly policy: string; readonly runwayS: number }[];
  /** Policies with an alarm, by kind. */
  readonly retentionAlarms: Readonly<Record<'runway' | 'default_rows' | 'late', number>>;
}

/** A database that is slower than this has other worries. */
const TIMEOUT_MS = 1_000;

/** One statement, ended by the server when it takes too long; throws as any query does. */
export async function engineFigures(
  scope: Scope,
  { timeoutMs = TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): Promise<EngineFigures> {
  const options = { readOnly: true, retries: 0, statementTimeoutMs: timeoutMs };
  const [row] = await scope.executor.transaction(
    (tx) => scope.on(tx).query<EngineFigures>(FIGURES_SQL),
    options,
  );
  return row as EngineFigures;
}
