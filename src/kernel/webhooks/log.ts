/** The log of deliveries: what waits, what arrived, what was given up, and sending it again. */
import { GuildhallError, invalidInput } from '../errors.ts';
import { assertId } from '../ids.ts';
import { decodeCursor, type Page, pageLimit, toPage } from '../page.ts';
import { camelRow, camelRows } from '../rows.ts';
import type { WebhookContext } from './context.ts';
import { DELIVERY, WEBHOOK } from './endpoints.ts';
import type {
  Attempt,
  Delivery,
  DeliveryDetail,
  DeliveryListRequest,
  ReplayRequest,
  ReplayResult,
} from './types.ts';

/** Rows that one call of a replay moves: a second of work, and a statement that stays short. */
export const MAX_REPLAY = 1_000;
/** More attempts than ten replays make; the log is for reading. */
const MAX_ATTEMPTS_SHOWN = 100;

const LIVE = `id, endpoint_id as webhook_id, 'evt_' || event_id as event_id, event_type, subject, 'waiting' as state,
  null as reason, attempts, last_status, last_error, created_at, due_at, null::timestamptz as finished_at`;
const ENDED = `id, endpoint_id as webhook_id, 'evt_' || event_id as event_id, event_type, subject, state,
  reason, attempts, last_status, last_error, created_at, null::timestamptz as due_at, finished_at`;

/** Newest event first; a delivery keeps its place when it is finished or replayed. */
export async function listDeliveries(
  { scope }: WebhookContext,
  { webhookId, state, ...page }: DeliveryListRequest,
): Promise<Page<Delivery>> {
  assertId(webhookId, WEBHOOK, 'id');
  const limit = pageLimit(page.limit);
  const after = decodeCursor('deliveries', page.cursor);
  const rows = await scope.query(
    `select * from (
       (select ${LIVE} from :schema.webhook_deliveries
         where endpoint_id = $1
           and ($2::text is null or $2 = 'waiting')
           and ($3::timestamptz is null or (created_at, id) < ($3, $4))
         order by created_at desc, id desc
         limit $5)
       union all
       (select ${ENDED} from :schema.webhook_delivery_history
         where endpoint_id = $1
           and ($2::text is null or state = $2)
           and ($3::timestamptz is null or (created_at, id) < ($3, $4))
         order by created_at desc, id desc
         limit $5)
     ) as deliveries
     order by created_at desc, id desc
     limit $5`,
    [webhookId, state ?? null, after?.at ?? null, after?.id ?? null, limit + 1],
  );
  return toPage('deliveries', camelRows<Delivery>(rows), limit, ({ createdAt }) => createdAt);
}

/** One delivery with what is posted and every attempt; null when the endpoint has no such delivery. */
export async function findDelivery(
  { scope }: WebhookContext,
  { webhookId, deliveryId }: { readonly webhookId: string; readonly deliveryId: string },
): Promise<DeliveryDetail | null> {
  assertId(webhookId, WEBHOOK, 'id');
  assertId(deliveryId, DELIVERY, 'deliveryId');
  const [row] = await scope.query(
    `select ${LIVE}, body from :schema.webhook_deliveries where id = $1 and endpoint_id = $2
     union all
     select ${ENDED}, body from :schema.webhook_delivery_history where id = $1 and endpoint_id = $2`,
    [deliveryId, webhookId],
  );
  if (row === undefined) return null;
  const attempts = await scope.query(
    `select number, at, status, duration_ms, error, response
       from :schema.webhook_attempts
      where delivery_id = $1
      order by number desc
      limit ${MAX_ATTEMPTS_SHOWN}`,
    [deliveryId],
  );
  return { ...camelRow<Omit<DeliveryDetail, 'attemptLog'>>(row), attemptLog: camelRows<Attempt>(attempts) };
}

/** Sends one delivery again, whatever became of it, under its id; one that waits is tried now. */
export async function replayDelivery(
  { scope }: WebhookContext,
  { webhookId, deliveryId }: { readonly webhookId: string; readonly deliveryId: string },
): Promise<void> {
  assertId(webhookId, WEBHOOK, 'id');
  assertId(deliveryId, DELIVERY, 'deliveryId');
  const [row] = await scope.query<{ moved: number }>(
    'select :schema.webhook_replay($1, $2, null, 1) as moved',
    [webhookId, deliveryId],
  );
  if (row?.moved === 1) return;
  throw new GuildhallError('not_found', `There is no delivery ${deliveryId} that could be sent now.`, {
    field: 'deliveryId',
    reason: 'delivery_unknown',
    hint: 'Look whether it is being sent at this moment, or so old that it has been cleaned up.',
  });
}

/** Sends an endpoint's dead letters of events since a time again, oldest first, up to a thousand in a call. */
export async function replayDead(
  { scope }: WebhookContext,
  { webhookId, since }: ReplayRequest,
): Promise<ReplayResult> {
  assertId(webhookId, WEBHOOK, 'id');
  if (!(since instanceof Date) || Number.isNaN(since.getTime())) {
    throw invalidInput('since', 'since is not a valid date.', 'Pass a Date.');
  }
  const [row] = await scope.query<{ moved: number }>(
    'select :schema.webhook_replay($1, null, $2, $3) as moved',
    [webhookId, since, MAX_REPLAY],
  );
  const replayed = row?.moved ?? 0;
  return { replayed, more: replayed === MAX_REPLAY };
}
