/**
 * What payment rails announce: verified over the raw body, kept once, worked on by a job. A notification says only where
 * to look; what has become of a transfer or deposit the rail is asked, and its answer takes the way of every look. So
 * one that is old, repeated, out of order or wrong moves nothing that a look of our own would not.
 */
import {
  GuildhallError,
  invalidInput,
  isGuildhallError,
  JobRefused,
  requiredText,
  storableText,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';
import { noteDeposit } from './deposits.ts';
import { workRound } from './job-round.ts';
import type { PaymentRail, RailNews, RailNotifications, RailStatus, SignedNotification } from './rails.ts';
import { readRow } from './rows.ts';
import { findDeposit, note, within } from './transfers.ts';

/** The queue that works on them; also written in receive_notification. */
export const NOTIFICATION_QUEUE = 'rail-notification';

export interface ReceivedNotification {
  readonly id: string;
  /** The rail's own. */
  readonly notificationId: string;
  /** False when it was received before. */
  readonly created: boolean;
}

type Outcome = 'confirmed' | 'failed' | 'waiting' | 'unchanged' | 'ignored';
type Done = { readonly outcome: Outcome; readonly transactionId: string | null };

interface KnownTransfer {
  readonly id: string;
  readonly rail: string;
  readonly status: string;
  readonly round: number;
  readonly isCurrent: boolean;
  readonly reference: string;
}

/** As the table has it: a notification is a page of JSON. */
export const MAX_NOTIFICATION_BYTES = 64 * 1_024;
const MAX_ID = 200;
/** Jobs of one round: each asks a rail. */
const BATCH = 20;
/** Waits of 1 s, doubled to 256 s: nine minutes, in which our own send has long been answered or given up. */
const RETRY = { maxFailures: 10, maxLosses: 20, baseS: 1, mostS: 300 };
/** Until a deposit that is not final is looked at again; as between two looks at a transfer. */
const LOOK_AGAIN_S = 5;

/**
 * Keeps a notification and enqueues the work on it. Throws `not_found` (rail_not_found), `conflict`
 * (rail_has_no_notifications, notification_id_reused) and `unauthenticated` (as `verifyWebhook`, or
 * notification_not_verified).
 */
export async function receiveNotification(
  context: Context,
  name: string,
  notification: SignedNotification,
): Promise<ReceivedNotification> {
  const { rail, notifications } = notifying(context, name);
  const bytes = notification.body.byteLength;
  if (bytes > MAX_NOTIFICATION_BYTES) {
    throw invalidInput(
      'body',
      `The notification has ${bytes} bytes.`,
      `Send ${MAX_NOTIFICATION_BYTES} at most.`,
    );
  }
  const notificationId = requiredText(await verified(notifications, notification), 'webhook-id', MAX_ID);
  const [row] = await context.scope.query<{ answer: Readonly<Record<string, unknown>> }>(
    'select :schema.receive_notification($1, $2, $3) as answer',
    [rail.name, notificationId, notification.body],
  );
  return readRow<ReceivedNotification>(row?.answer ?? {});
}

/** A new secret for a rail that keeps one in this instance, shown this once. Throws `conflict` (rail_secret_elsewhere). */
export async function rotateRailSecret(context: Context, name: string): Promise<string> {
  const { notifications } = notifying(context, name);
  if (notifications.rotateSecret !== undefined) return notifications.rotateSecret(context.actor);
  throw new GuildhallError('conflict', `The secret of the rail ${name} is not made here.`, {
    field: 'rail',
    reason: 'rail_secret_elsewhere',
    hint: 'Change it where the rail is set up, and in the program that adds it.',
  });
}

/** One round over the notifications that wait; true when there may be more. Safe in several processes at once. */
export async function workNotifications(context: Context): Promise<boolean> {
  const worked = await workRound(context.scope, {
    ...{ queue: NOTIFICATION_QUEUE, worker: 'notifications', limit: BATCH, retry: RETRY, isFinal },
    run: async ({ payload }) => {
      const { notificationId: id } = payload as { readonly notificationId: string };
      const done = await workNotification(context, id);
      return async (inner) => {
        if (done === null) return;
        await inner.query(
          `update :schema.rail_notifications set transaction_id = $2, outcome = $3, processed_at = clock_timestamp()
            where id = $1 and processed_at is null`,
          [id, done.transactionId, done.outcome],
        );
      };
    },
  });
  return worked > 0;
}

function notifying(
  { rails }: Context,
  name: string,
): { readonly rail: PaymentRail; readonly notifications: RailNotifications } {
  const rail = rails.find(name);
  if (rail === undefined) {
    throw new GuildhallError('not_found', 'Rail not found', {
      field: 'rail',
      reason: 'rail_not_found',
      hint: 'Add it with service.rails.add(…) in the process that serves the API.',
    });
  }
  if (rail.notifications !== undefined) return { rail, notifications: rail.notifications };
  throw new GuildhallError('conflict', `The rail ${name} reads no notifications.`, {
    field: 'rail',
    reason: 'rail_has_no_notifications',
    hint: 'It is asked for the state of its transfers. Give it `notifications` to be told.',
  });
}

async function verified(notifications: RailNotifications, notification: SignedNotification): Promise<string> {
  try {
    return await notifications.verify(notification);
  } catch (error) {
    if (isGuildhallError(error)) throw error;
    // Libraries of providers throw errors of their own.
    throw new GuildhallError('unauthenticated', 'The notification is not proven to be from the rail.', {
      reason: 'notification_not_verified',
      hint: 'Check the secret, the clock, and that nothing on the way changes the body.',
      cause: error,
    });
  }
}

/** Null when it was processed before. */
async function workNotification(context: Context, id: string): Promise<Done | null> {
  const [row] = await context.scope.query<{ rail: string; body: Buffer; processedAt: Date | null }>(
    `select rail, body, processed_at as "processedAt" from :schema.rail_notifications where id = $1`,
    [id],
  );
  if (row === undefined) throw new JobRefused(`The notification ${id} is gone.`);
  if (row.processedAt !== null) return null;
  const { rail, notifications } = notifying(context, row.rail);
  const news = await readNews(notifications, row.body);
  switch (news.about) {
    case 'transfer':
      return workTransfer(context, rail, news);
    case 'deposit':
      return workDeposit(context, rail, news.reference);
    case 'other':
      return { outcome: 'ignored', transactionId: null };
    default:
      throw new JobRefused('The rail read something that is neither transfer, deposit nor other.');
  }
}

async function readNews(notifications: RailNotifications, body: Uint8Array): Promise<RailNews> {
  try {
    return await notifications.read(body);
  } catch (error) {
    throw new JobRefused(`It cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function workTransfer(
  context: Context,
  rail: PaymentRail,
  news: Extract<RailNews, { about: 'transfer' }>,
): Promise<Done> {
  const known = await knownTransfer(context, rail, news);
  const found = await within(() => rail.find(known.reference));
  const isOpen = known.isCurrent && ['pending', 'processing'].includes(known.status);
  if (found === null && isOpen)
    throw new Error(`The rail announced ${known.reference}, and does not know it yet.`);
  const status = isOpen && found !== null ? await note(context, known.id, known, found) : statusOf(known);
  refuseContradiction(known.reference, status, found);
  return { outcome: isOpen ? outcomeOf(status) : 'unchanged', transactionId: known.id };
}

/** The withdrawal it is about; the round too, whose money is back when a later one was begun. */
async function knownTransfer(
  { scope }: Context,
  rail: PaymentRail,
  news: Extract<RailNews, { about: 'transfer' }>,
): Promise<KnownTransfer> {
  const own = 'reference' in news ? requiredText(news.reference, 'reference', MAX_ID) : null;
  const theirs = 'railReference' in news ? requiredText(news.railReference, 'railReference', MAX_ID) : null;
  const [row] = await scope.query<{ known: Readonly<Record<string, unknown>> | null }>(
    'select :schema.find_transfer($1, $2, $3) as known',
    [rail.name, own, theirs],
  );
  if (row === undefined || row.known === null) {
    // Ours is written down before anything is sent; the rail's own may still be in an answer that is on its way.
    if (own !== null) throw new JobRefused(`There is no transfer ${own}.`);
    throw new Error(`No transfer is known by the rail's reference ${theirs} yet.`);
  }
  const known = readRow<KnownTransfer>(row.known);
  if (known.rail === rail.name) return known;
  throw new JobRefused(`The transfer ${known.reference} goes over the rail ${known.rail}, not ${rail.name}.`);
}

async function workDeposit(context: Context, rail: PaymentRail, reference: string): Promise<Done> {
  const found = await findDeposit(rail, storableText(reference, 'reference', MAX_ID));
  if (found === null)
    throw new Error(`The rail announced the deposit ${reference}, and does not know it yet.`);
  const { id, status, wasOver } = await noteDeposit(context, {
    rail: rail.name,
    reference,
    found,
    delayS: LOOK_AGAIN_S,
  });
  refuseContradiction(reference, status, found);
  return { outcome: wasOver ? 'unchanged' : outcomeOf(status), transactionId: id };
}

function statusOf({ isCurrent, status }: KnownTransfer): string {
  return isCurrent ? status : 'failed';
}

function outcomeOf(status: string | null): Outcome {
  if (status === 'completed') return 'confirmed';
  return status === 'failed' ? 'failed' : 'waiting';
}

/**
 * What is over here is never turned round by a machine: the money has moved on. Asked again first, since a look of our
 * own may have been quicker; what stays is a dead letter, which tells a person.
 */
function refuseContradiction(
  reference: string,
  status: string | null,
  found: Pick<RailStatus, 'state'> | null,
): void {
  const isGone = found === null || found.state === 'failed';
  if (status !== (isGone ? 'completed' : 'failed')) return;
  const says =
    found === null ? 'does not know it' : isGone ? 'says that it failed' : 'says that it was accepted';
  throw new Error(`${reference} is ${status} here, and the rail ${says}: settle the difference by hand.`);
}

/** What another try cannot mend. A rail may be missing because this process is older than the one that has it. */
function isFinal(error: unknown): boolean {
  if (error instanceof JobRefused) return true;
  if (!isGuildhallError(error) || error.field === 'rail') return false;
  return ['invalid_input', 'not_found', 'conflict'].includes(error.code);
}
