/** One attempt at a job in a worker: what its handler is given, and how the attempt is stopped. */
import type { Executor, Transaction } from '../database/types.ts';
import { assert } from '../errors.ts';
import type { Scope } from '../system.ts';
import { complete, progress } from './leases.ts';
import type { ClaimedJob, RunningJob } from './types.ts';

/** Why an attempt is stopped; `signal.reason` of the handler. */
export type StopReason = 'timed_out' | 'lease_lost' | 'draining';

export class Attempt implements RunningJob<unknown> {
  readonly id: bigint;
  readonly token: bigint;
  readonly priority: number;
  readonly attempt: number;
  readonly runAt: Date;
  readonly createdAt: Date;
  readonly scope: Scope;
  payload: unknown;
  /** By the clock that only goes forward; null: not begun. */
  beganAt: number | null = null;
  /** The handler ended the job itself, and that is committed. */
  settled = false;
  stopped: StopReason | undefined;
  private controller: AbortController | undefined;

  constructor(scope: Scope, job: ClaimedJob) {
    this.id = job.id;
    this.token = job.token;
    this.priority = job.priority;
    this.attempt = job.failures + job.losses + 1;
    this.runAt = job.runAt;
    this.createdAt = job.createdAt;
    this.payload = job.payload;
    this.scope = scope;
  }

  /** Made when it is asked for: most handlers are done before anything could be aborted. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.stopped !== undefined && !this.controller.signal.aborted) this.controller.abort(this.stopped);
    return this.controller.signal;
  }

  stop(reason: StopReason): void {
    this.stopped ??= reason;
    this.controller?.abort(this.stopped);
  }

  async progress(value: unknown): Promise<void> {
    await progress(this.scope, this, value);
  }

  async complete(tx: Scope | Executor, result?: unknown): Promise<void> {
    const scope = 'executor' in tx ? tx : this.scope.on(tx);
    await complete(scope, this, result);
    const executor = scope.executor as Executor & { readonly inTransaction?: boolean };
    assert(executor.inTransaction !== undefined, 'an executor is a database or a transaction');
    if (executor.inTransaction) {
      (executor as Transaction).afterCommit(() => {
        this.settled = true;
      });
    } else this.settled = true;
  }
}
