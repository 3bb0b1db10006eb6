/** What an operator does with a queue: look, pause, resume, cancel, retry. */
import { GuildhallError, invalidInput } from '../errors.ts';
import type { Scope } from '../system.ts';
import { assertQueueName } from './define.ts';
import type { AttemptOutcome } from './types.ts';

export interface QueueOverview {
  readonly queue: string;
  readonly pausedAt: Date | null;
  /** May run now. */
  readonly inLine: bigint;
  readonly inWork: bigint;
  /** Delayed, or to be tried again later. */
  readonly waiting: bigint;
  readonly dead: bigint;
  /** Since when the oldest in line could have run; null when none is. */
  readonly oldestAt: Date | null;
}

export const JOB_STATES = ['in_line', 'in_work', 'waiting', 'dead', 'done', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

export interface JobRecord {
  readonly id: bigint;
  readonly queue: string;
  readonly state: JobState;
  readonly token: bigint;
  readonly priority: number;
  readonly failures: number;
  readonly losses: number;
  readonly key: string | null;
  readonly payload: unknown;
  readonly createdAt: Date;
  /** When it may run, died or was finished, by its state. */
  readonly at: Date;
  readonly error: string | null;
  readonly result: unknown;
  readonly progress: unknown;
  readonly worker: string | null;
}

export interface AttemptRecord {
  readonly token: bigint;
  readonly worker: string | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date;
  readonly outcome: AttemptOutcome | 'done';
  readonly error: string | null;
}

/** Jobs listed, cancelled or retried in one call. */
export const MAX_LISTED = 1_000;

export const JOB_COLUMNS = `id, queue, state, token, priority, failures, losses, key, payload, created_at as "createdAt", at,
  error, result, progress, worker`;

export const OVERVIEW_COLUMNS = `queue, paused_at as "pausedAt", in_line as "inLine", in_work as "inWork", waiting, dead,
  oldest_at as "oldestAt"`;

export function listQueues(scope: Scope): Promise<QueueOverview[]> {
  return scope.query<QueueOverview>(`select ${OVERVIEW_COLUMNS} from :schema.queue_overview order by queue`);
}

/** Jobs of a queue in a state, the youngest first. */
export function listJobs(
  scope: Scope,
  { queue, state, limit = 50 }: { readonly queue: string; readonly state: JobState; readonly limit?: number },
): Promise<JobRecord[]> {
  if (!JOB_STATES.includes(state)) {
    throw invalidInput('state', `"${state}" is not a state of a job.`, `Use ${JOB_STATES.join(', ')}.`);
  }
  return scope.query<JobRecord>(
    `select ${JOB_COLUMNS} from :schema.queue_states where queue = $1 and state = $2 order by id desc limit $3`,
    [queue, state, Math.min(limit, MAX_LISTED)],
  );
}

/** A job wherever it is, with every attempt that is still known, oldest first. Throws `not_found`. */
export async function getJob(
  scope: Scope,
  id: bigint,
): Promise<JobRecord & { readonly attempts: readonly AttemptRecord[] }> {
  const [job] = await scope.query<JobRecord>(
    `select ${JOB_COLUMNS} from :schema.queue_states where id = $1`,
    [id],
  );
  if (job === undefined) throw new GuildhallError('not_found', `There is no job ${id}.`);
  const attempts = await scope.query<AttemptRecord>(
    `select token, worker, started_at as "startedAt", ended_at as "endedAt", outcome, error
       from :schema.queue_attempts where job_id = $1
     union all
     select token, worker, started_at, finished_at, 'done', null
       from :schema.queue_history where id = $1 and outcome = 'done'
     order by token`,
    [id],
  );
  return { ...job, attempts };
}

/** Nobody gets a job of the queue until it is resumed; what is in work goes on. */
export async function pauseQueue(scope: Scope, queue: string): Promise<void> {
  assertQueueName(queue);
  await scope.query(
    `update :schema.queue_settings set paused_at = coalesce(paused_at, clock_timestamp())
      where id = :schema.queue_id_of($1)`,
    [queue],
  );
}

export async function resumeQueue(scope: Scope, queue: string): Promise<void> {
  assertQueueName(queue);
  await scope.query('update :schema.queue_settings set paused_at = null where id = :schema.queue_id_of($1)', [
    queue,
  ]);
}

/** Takes a job out of its queue. Throws `not_found`, and `conflict` when it is finished or dead already. */
export async function cancelJob(scope: Scope, id: bigint): Promise<void> {
  const gone = await scope.query('select :schema.queue_cancel(array[$1::bigint])', [id]);
  if (gone.length > 0) return;
  const { state } = await getJob(scope, id);
  throw new GuildhallError('conflict', `Job ${id} is ${state} and cannot be cancelled.`, {
    reason: 'job_ended',
  });
}

/** Puts a dead letter back in line. Throws `not_found`, and `conflict` when it is not dead or its key is taken. */
export async function retryJob(scope: Scope, id: bigint): Promise<void> {
  const [row] = await redrive(scope, [id]);
  if (row?.verdict === 'retried') return;
  if (row?.verdict === 'key_taken') {
    throw new GuildhallError('conflict', `A live job has the key of job ${id}.`, { reason: 'key_taken' });
  }
  const { state } = await getJob(scope, id);
  throw new GuildhallError('conflict', `Job ${id} is ${state}, and only dead letters are retried.`, {
    reason: 'job_not_dead',
  });
}

/** Puts the dead letters of a queue back in line, the oldest first, at most 1,000; returns how many. */
export async function retryDead(scope: Scope, queue: string): Promise<number> {
  const rows = await scope.query<{ id: bigint }>(
    `select d.id from :schema.queue_dead as d join :schema.queue_settings as s on s.id = d.queue_id
      where s.name = $1 order by d.id limit ${MAX_LISTED}`,
    [queue],
  );
  const verdicts = await redrive(
    scope,
    rows.map(({ id }) => id),
  );
  return verdicts.filter(({ verdict }) => verdict === 'retried').length;
}

function redrive(scope: Scope, ids: readonly bigint[]): Promise<{ id: bigint; verdict: string }[]> {
  return scope.query('select id, verdict from :schema.queue_redrive($1::bigint[])', [ids]);
}
