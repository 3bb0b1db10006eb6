/** Events that platforms report by webhook: kept once, listed as dead letters, put back in line. */
import {
  contentHash,
  decodeCursor,
  GuildhallError,
  type Page,
  type PageRequest,
  pageLimit,
  retryJob,
  toPage,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';
import type { VerificationEvidence } from './verification.ts';

/** The queue that works on them; also written in receive_event. */
export const INBOUND_QUEUE = 'task-completed';

/** What a platform reports: work that was done for it. Times are ISO 8601 text, as it came. */
export interface TaskCompletedEvent {
  /** The platform's own id of the event; sent again it is the same event. */
  readonly eventId: string;
  readonly externalTaskId: string;
  readonly workerId: string;
  /** USDC. Needed for a task that was not posted before; else it must be the task's. */
  readonly amount?: string;
  readonly title?: string;
  readonly completedAt: string;
  /** Hash or address of what proves the work. */
  readonly proof?: string;
  readonly verification?: Omit<VerificationEvidence, 'completedAt'>;
}

export interface ReceivedEvent {
  readonly id: string;
  readonly eventId: string;
  /** False when it was received before. */
  readonly created: boolean;
}

export interface DeadLetter {
  readonly id: string;
  readonly platformId: string;
  readonly eventId: string;
  readonly payload: TaskCompletedEvent;
  readonly receivedAt: Date;
  readonly diedAt: Date;
  /** Attempts that failed. */
  readonly failures: number;
  /** What the last attempt ended with; null: it said nothing. */
  readonly error: string | null;
}

/** Keeps an event and enqueues the work on it. Throws `conflict` (event_id_reused). */
export async function receiveEvent(
  context: Context,
  platformId: string,
  event: TaskCompletedEvent,
): Promise<ReceivedEvent> {
  const [row] = await context.scope.query<{ answer: { id: string; event_id: string; created: boolean } }>(
    'select :schema.receive_event($1, $2, $3, $4) as answer',
    [platformId, event.eventId, contentHash(event), JSON.stringify(event)],
  );
  if (row === undefined) throw new GuildhallError('internal', 'The event was not answered.');
  return { id: row.answer.id, eventId: row.answer.event_id, created: row.answer.created };
}

const DEAD_SQL = `select e.id, e.platform_id as "platformId", e.event_id as "eventId", e.payload,
    e.received_at as "receivedAt", d.died_at as "diedAt", d.failures, d.error, e.job_id as "jobId"
  from :schema.queue_dead d
  join :schema.queue_settings s on s.id = d.queue_id and s.name = '${INBOUND_QUEUE}'
  join :schema.inbound_events e on e.job_id = d.id`;

/** Events that were given up, the last one first; of one platform or all. */
export async function listDeadLetters(
  context: Context,
  { platformId, ...page }: PageRequest & { readonly platformId?: string } = {},
): Promise<Page<DeadLetter>> {
  const limit = pageLimit(page.limit);
  const after = decodeCursor('dead_letters', page.cursor);
  const rows = await context.scope.query<DeadLetter & { readonly jobId: bigint }>(
    `${DEAD_SQL}
     where ($1::text is null or e.platform_id = $1)
       and ($2::timestamptz is null or (d.died_at, e.id) < ($2, $3))
     order by d.died_at desc, e.id desc limit $4`,
    [platformId ?? null, after?.at ?? null, after?.id ?? null, limit + 1],
  );
  const found = rows.map(({ jobId: _own, ...letter }): DeadLetter => letter);
  return toPage('dead_letters', found, limit, ({ diedAt }) => diedAt);
}

/** Null when there is no such event. */
export async function getEventOwner(context: Context, id: string): Promise<string | null> {
  const [row] = await context.scope.query<{ platform_id: string }>(
    'select platform_id from :schema.inbound_events where id = $1',
    [id],
  );
  return row?.platform_id ?? null;
}

/** Puts a dead letter back in line. Throws `not_found` (dead_letter_not_found), also for one that is no longer dead. */
export async function retryDeadLetter(context: Context, id: string): Promise<void> {
  const [letter] = await context.scope.query<{ jobId: bigint }>(`${DEAD_SQL} where e.id = $1`, [id]);
  if (letter === undefined) {
    throw new GuildhallError('not_found', `There is no dead letter ${id}.`, {
      reason: 'dead_letter_not_found',
      field: 'id',
      hint: 'It may have been retried already.',
    });
  }
  await retryJob(context.scope, letter.jobId);
  await context.scope.query('select :schema.record_action($1, $2, $3, $4, $5, $6, $7, array[$8])', [
    context.actor.kind,
    context.actor.id,
    context.actor.requestId ?? null,
    'retry',
    'inbound_event',
    id,
    '{}',
    await getEventOwner(context, id),
  ]);
}
