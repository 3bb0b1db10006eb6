/** One round over a queue of this system: jobs are claimed, worked on side by side, and settled each by itself. */
import { type ClaimedJob, claim, complete, endAttempts, type Scope } from '../../kernel/index.ts';

export interface JobRound {
  readonly queue: string;
  /** Whom the queue names as the worker, before the number of the process. */
  readonly worker: string;
  readonly limit: number;
  /** Waits of `baseS`, doubled at each failure up to `mostS`. */
  readonly retry: {
    readonly maxFailures: number;
    readonly maxLosses: number;
    readonly baseS: number;
    readonly mostS: number;
  };
  /** Does the work; what it returns is written in the transaction that completes the job. */
  readonly run: (job: ClaimedJob) => Promise<(scope: Scope) => Promise<unknown>>;
  /** Errors that another try cannot mend make the job a dead letter at once; default: none. */
  readonly isFinal?: (error: unknown) => boolean;
}

/** Twice what a rail is waited for, the longest that any job takes, so that its outcome can still be written. */
export const LEASE_S = 60;

/** Returns how many jobs there were. Safe in several processes at once. */
export async function workRound(scope: Scope, round: JobRound): Promise<number> {
  const { queue, limit, retry } = round;
  const worker = `${round.worker}-${process.pid}`;
  const jobs = await claim(scope, { queue, worker, limit, leaseS: LEASE_S });
  if (jobs.length === 0) return 0;
  await scope.query('select :schema.queue_define($1, $2, $3, $4, $5)', [
    ...[queue, retry.maxFailures, retry.maxLosses, retry.baseS, retry.mostS],
  ]);
  await Promise.all(jobs.map((job) => workJob(scope, job, round)));
  return jobs.length;
}

async function workJob(scope: Scope, job: ClaimedJob, { run, isFinal }: JobRound): Promise<void> {
  try {
    const write = await run(job);
    await scope.executor.transaction(async (tx) => {
      const inner = scope.on(tx);
      await complete(inner, job);
      await write(inner);
    });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const outcome = isFinal?.(error) === true ? 'refused' : 'failed';
    await endAttempts(scope, [{ id: job.id, token: job.token, outcome, error: text }]);
  }
}
