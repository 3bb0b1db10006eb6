/** A worker: claims jobs, runs their handlers, keeps their leases, and hands back what it cannot finish. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database } from '../database/types.ts';
import { GuildhallError, invalidInput } from '../errors.ts';
import type { Scope } from '../system.ts';
import { Lane, type LaneOptions, type LaneState } from './lane.ts';
import { MAX_CLAIM } from './leases.ts';
import type { JobDefinition } from './types.ts';

export interface WorkerOptions {
  /** Handlers that run at the same time, for each kind of job; default 10. */
  readonly concurrency?: number;
  /**
   * Jobs held beyond those that run, for each kind; default 0. For jobs of a few milliseconds: 500 or so saves
   * round trips. What is held by a worker that dies waits until its lease has run out.
   */
  readonly prefetch?: number;
  /** Longest pause between two looks at an empty queue; default 1,000. A local enqueue ends it. */
  readonly pollMs?: number;
  /** How long `stop()` waits for running handlers; default 10,000. */
  readonly graceMs?: number;
  /** Kept in the history; default made of host, process and chance. */
  readonly name?: string;
  /** What handlers threw, and what kept the worker from its work. */
  readonly onError?: (error: unknown, context: { readonly queue: string; readonly jobId?: bigint }) => void;
}

export interface Worker {
  readonly name: string;
  state(): Readonly<Record<string, LaneState>>;
  /** Claims nothing more, waits for what runs up to the grace time, and hands back the rest. */
  stop(graceMs?: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const MAX_CONCURRENCY = 1_000;

// biome-ignore lint/suspicious/noExplicitAny: payload types of different jobs have nothing in common.
export type AnyJob = JobDefinition<any, any>;

/** Starts to work on these kinds of jobs. The scope must be over the database, not inside a transaction. */
export function createWorker(scope: Scope, jobs: readonly AnyJob[], options: WorkerOptions = {}): Worker {
  const { concurrency = 10, prefetch = 0, pollMs = 1_000, graceMs = 10_000, onError } = options;
  if ((scope.executor as Database).inTransaction) {
    throw new GuildhallError('wrong_database_handle', 'A worker cannot live inside a transaction.');
  }
  checkNumber('concurrency', concurrency, 1, MAX_CONCURRENCY);
  checkNumber('prefetch', prefetch, 0, MAX_CLAIM - MAX_CONCURRENCY);
  checkNumber('pollMs', pollMs, 10, 60_000);
  if (new Set(jobs.map(({ name }) => name)).size < jobs.length) {
    throw invalidInput('jobs', 'Two jobs have the same name.', 'Give each kind of job a name of its own.');
  }
  const name = options.name ?? `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const report: LaneOptions['report'] = (error, context) => {
    try {
      onError?.(error, context);
    } catch {
      // What was told is told; a listener that fails must not stop the work.
    }
  };
  const lanes = jobs.map(
    (job) => new Lane({ scope, job, worker: name, concurrency, prefetch, pollMs, report }),
  );
  let stopping: Promise<void> | undefined;
  const stop = (grace = graceMs): Promise<void> => {
    stopping ??= Promise.all(lanes.map((lane) => lane.stop(grace))).then(() => undefined);
    return stopping;
  };
  return {
    name,
    state: () => Object.fromEntries(lanes.map((lane) => [lane.queue, lane.state()])),
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}

function checkNumber(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw invalidInput(field, `${field} is ${value}.`, `Use a whole number from ${least} to ${most}.`);
}
