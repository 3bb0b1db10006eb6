/** Events that platforms report by webhook, kept once; and dead letters, of platforms and of rails. */
import {
  actorParams,
  contentHash,
  decodeCursor,
  GuildhallError,
  type Page,
  type PageRequest,
  pageLimit,
  parseJson,
  retryJob,
  toPage,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';
import { NOTIFICATION_QUEUE } from './rail-notifications.ts';
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
  /** Null for what a rail announced. */
  readonly platformId: string | null;
  /** Null for what a platform reported. */
  readonly rail: string | null;
  /** The sender's own id of it. */
  readonly eventId: string;
  /** Of a platform; of a rail its JSON, or the text when it is none. */
  readonly payload: unknown;
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

/** Whose an event is: a platform's, or the house's when a rail announced it. */
export interface EventOwner {
  readonly platformId: string | null;
}

const DEAD_SQL = `select * from (
    select e.id, e.platform_id as "platformId", null as rail, e.event_id as "eventId", e.payload, null::bytea as body,
      e.received_at as "receivedAt", d.died_at as "diedAt", d.failures, d.error, e.job_id as "jobId"
    from :schema.queue_dead d
    join :schema.queue_settings s on s.id = d.queue_id and s.name = '${INBOUND_QUEUE}'
    join :schema.inbound_events e on e.job_id = d.id
    union all
    select n.id, null, n.rail, n.notification_id, null, n.body,
      n.received_at, d.died_at, d.failures, d.error, n.job_id
    from :schema.queue_dead d
    join :schema.queue_settings s on s.id = d.queue_id and s.name = '${NOTIFICATION_QUEUE}'
    join :schema.rail_notifications n on n.job_id = d.id
  ) as l`;

type DeadRow = DeadLetter & { readonly jobId: bigint; readonly body: Buffer | null };

/** Events that were given up, the last one first; of one platform, or all with those of rails. */
export async function listDeadLetters(
  context: Context,
  { platformId, ...page }: PageRequest & { readonly platformId?: string } = {},
): Promise<Page<DeadLetter>> {
  const limit = pageLimit(page.limit);
  const after = decodeCursor('dead_letters', page.cursor);
  const rows = await context.scope.query<DeadRow>(
    `${DEAD_SQL}
     where ($1::text is null or l."platformId" = $1)
       and ($2::timestamptz is null or (l."diedAt", l.id) < ($2, $3))
     order by l."diedAt" desc, l.id desc limit $4`,
    [platformId ?? null, after?.at ?? null, after?.id ?? null, limit + 1],
  );
  const found = rows.map(
    ({ jobId: _own, body, ...letter }): DeadLetter =>
      body === null ? letter : { ...letter, payload: readable(body) },
  );
  return toPage('dead_letters', found, limit, ({ diedAt }) => diedAt);
}

function readable(body: Buffer): unknown {
  try {
    return parseJson(body);
  } catch {
    return body.toString();
  }
}

/** Null when there is no such event. */
export async function getEventOwner(context: Context, id: string): Promise<EventOwner | null> {
  const [row] = await context.scope.query<EventOwner>(
    `select platform_id as "platformId" from :schema.inbound_events where id = $1
     union all select null from :schema.rail_notifications where id = $1`,
    [id],
  );
  return row ?? null;
}

/** Puts a dead letter back in line. Throws `not_found` (dead_letter_not_found), also for one that is no longer dead. */
export async function retryDeadLetter(context: Context, id: string): Promise<void> {
  const [letter] = await context.scope.query<DeadRow>(`${DEAD_SQL} where l.id = $1`, [id]);
  if (letter === undefined) {
    throw new GuildhallError('not_found', `There is no dead letter ${id}.`, {
      reason: 'dead_letter_not_found',
      field: 'id',
      hint: 'It may have been retried already.',
    });
  }
  await retryJob(context.scope, letter.jobId);
  const { platformId } = letter;
  await context.scope.query('select :schema.record_action($1, $2, $3, $4, $5, $6, $7, $8)', [
    ...actorParams(context.actor),
    'retry',
    letter.rail === null ? 'inbound_event' : 'rail_notification',
    ...[id, '{}', platformId === null ? [] : [platformId]],
  ]);
}
