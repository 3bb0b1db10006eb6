/** What the queue's callers see: definitions of jobs, claimed jobs, and what became of them. */
import type { Scope } from '../system.ts';

/** The part of Standard Schema v1 that is used here; zod, valibot, arktype and others have it. */
export interface PayloadSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export interface RetryRule {
  /** Attempts that may fail before the job is a dead letter; default 10. */
  readonly maxFailures?: number;
  /** Attempts that may be lost (worker killed, connection cut) besides; default 20. */
  readonly maxLosses?: number;
  /** Wait after the first failure, doubled by each further one; default 2. */
  readonly baseS?: number;
  /** Longest wait; default 3,600. */
  readonly mostS?: number;
}

export interface JobDefinition<Input, Output> {
  /** Name of the queue: lower-case letters, digits and _.:- */
  readonly name: string;
  readonly schema: PayloadSchema<Input, Output>;
  readonly handler: (job: RunningJob<Output>) => unknown;
  readonly retry?: RetryRule;
  /** A worker that is not heard of for this long has lost its jobs; default 30. */
  readonly leaseS?: number;
  /** One attempt may take this long, however well the worker is; default 900. */
  readonly runS?: number;
}

/** A job as its handler sees it. */
export interface RunningJob<Payload> extends Lease {
  readonly payload: Payload;
  readonly priority: number;
  /** 1 for the first try; counts failures and losses. */
  readonly attempt: number;
  /** When it was enqueued for; for a scheduled job, its slot. */
  readonly runAt: Date;
  readonly createdAt: Date;
  /** The scope of the worker: `job.scope.executor.transaction(…)`. */
  readonly scope: Scope;
  /** Aborted when the attempt's time is over, the lease is lost, or the worker must stop. */
  readonly signal: AbortSignal;
  /** Notes how far it is; throws `conflict` (lease_lost) when the job is no longer ours. */
  progress(value: unknown): Promise<void>;
  /**
   * Ends the job in the transaction of what it produced: both stand or neither. Throws `conflict` (lease_lost)
   * when somebody else has the job by now. A handler that does not call it has its job ended when it returns.
   */
  complete(tx: Scope | Scope['executor'], result?: unknown): Promise<void>;
}

/** The right to end a job: its id and the fencing token of the claim. */
export interface Lease {
  readonly id: bigint;
  readonly token: bigint;
}

export interface ClaimedJob extends Lease {
  readonly place: bigint;
  readonly priority: number;
  readonly failures: number;
  readonly losses: number;
  readonly runAt: Date;
  readonly createdAt: Date;
  readonly payload: unknown;
}

/** How an attempt ended that did not finish its job. */
export type AttemptOutcome = 'failed' | 'timed_out' | 'lost' | 'returned' | 'invalid_payload' | 'refused';

export interface EndedAttempt {
  readonly id: bigint;
  /** `stale`: the token was not the current one any more, and nothing was changed. */
  readonly verdict: 'retry' | 'dead' | 'returned' | 'stale';
  /** When it is tried again; null unless the verdict is `retry`. */
  readonly runAt: Date | null;
}

export interface EnqueueOptions {
  /** 0 goes first, 9 last; default 5. */
  readonly priority?: number;
  /** Not before this moment of the database's clock. */
  readonly runAt?: Date;
  /** Not before so many seconds from now, by the database's clock. */
  readonly delayS?: number;
  /** Of live jobs of one queue only one has a key: a second enqueue gives the first job. */
  readonly key?: string;
}

export interface EnqueuedJob {
  readonly id: bigint;
  /** False when a live job with the key was there already; it is this one. */
  readonly created: boolean;
}

/** Thrown by a handler when another try cannot help: the job becomes a dead letter at once. */
export class JobRefused extends Error {
  override readonly name = 'JobRefused';
}
