/** Shapes of payment streams. Amounts are USDC as decimal text; times are dates. */
import type { PageRequest } from '../../kernel/index.ts';
import type { GigTransaction, Platform, Stream, Task, Worker } from './types.ts';

export const STREAM_STATUSES = ['active', 'paused', 'insolvent', 'completed', 'cancelled'] as const;

export interface NewStream {
  readonly taskId: string;
  /** Default: the amount of the task. */
  readonly totalAmount?: string;
  /** Whole seconds, up to 30 days; this or `endTime`. */
  readonly durationS?: number;
  readonly endTime?: Date;
  /** Whole seconds from 60 to the length of the stream. */
  readonly releaseIntervalS: number;
  /** Default: now. In the past: what has accrued since is due at once. */
  readonly startTime?: Date;
  /** Of a contract that mirrors the stream. */
  readonly contractAddress?: string;
}

export interface StreamProgress extends Stream {
  /** Our fee on its releases, hundredths of a percent. */
  readonly feeBps: number;
  /** Length of all pauses that are over, as PostgreSQL writes an interval. */
  readonly pausedFor: string;
  /** What it has earned until now, as far as it is funded. */
  readonly accrued: string;
  /** What of that is not released. */
  readonly releasable: string;
  /** 0 to 100 with two decimals, cut. */
  readonly percentReleased: string;
  /** What a release after one interval pays; the last ones may differ by what was cut before. */
  readonly amountPerRelease: string;
  /** When its money is, or was, used up; null: it is funded in full, or has ended. */
  readonly runsOutAt: Date | null;
  /** Null when it lacks money, or was cancelled. */
  readonly estimatedCompletionAt: Date | null;
}

export interface StreamWithdrawal {
  readonly stream: StreamProgress;
  readonly transaction: GigTransaction;
}

export interface ActiveStream extends StreamProgress {
  readonly isDue: boolean;
  readonly task: Task;
  readonly worker: Pick<Worker, 'id' | 'name' | 'walletAddress' | 'reputationScore'>;
  readonly platform: Pick<Platform, 'id' | 'name' | 'walletAddress'>;
}

export interface StreamFilter extends PageRequest {
  readonly taskId?: string;
  readonly workerId?: string;
  readonly platformId?: string;
  readonly status?: Stream['status'];
}

export interface ActiveStreamFilter {
  /** Only those whose next release is due. */
  readonly due?: boolean;
  readonly workerId?: string;
  readonly platformId?: string;
  /** 1 to 1,000; default 100. */
  readonly limit?: number;
}

export interface ReleaseReport {
  /** Streams that were due and taken. */
  readonly streams: number;
  /** Sum of what was released, fees included. */
  readonly released: string;
  /** Refused; they are tried again after a minute, and the audit trail says why. */
  readonly failed: number;
  /** True when the limit was reached: more may be due. */
  readonly more: boolean;
}
