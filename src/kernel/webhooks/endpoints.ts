/** Endpoints: where events are posted to, which ones, and the secrets that sign them. */
import { recordChange } from '../audit.ts';
import { GuildhallError, invalidInput } from '../errors.ts';
import { assertId, newId } from '../ids.ts';
import { decodeCursor, type Page, pageLimit, toPage } from '../page.ts';
import { camelRow } from '../rows.ts';
import { actorParams, unknownWebhook, type WebhookContext } from './context.ts';
import { secretText } from './signature.ts';
import { checkTarget } from './target.ts';
import type {
  CreatedWebhook,
  NewWebhook,
  RotatedSecret,
  Webhook,
  WebhookChange,
  WebhookListRequest,
} from './types.ts';

/** Prefix of an endpoint's id. */
export const WEBHOOK = 'whe';
/** More is a mistake: one endpoint can take every type. Each costs the fan-out a comparison per event. */
export const MAX_WEBHOOKS_PER_OWNER = 50;
export const MAX_EVENT_TYPES = 50;
/** A day, as for API keys: time to bring the new secret to every receiver. */
const DEFAULT_OVERLAP_S = 86_400;
/** A week: longer, and a secret that leaked would stay good for as long. */
export const MAX_OVERLAP_S = 7 * 86_400;
const EVENT_TYPE = /^[a-z0-9_]+(?:\.[a-z0-9_]+)*(?:\.\*)?$/;
const MAX_TYPE_LENGTH = 100;

const COLUMNS =
  'id, owner_id, url, description, event_types, state, disabled_reason, disabled_at, failing_since, created_at, updated_at';

export async function createWebhook(context: WebhookContext, input: NewWebhook): Promise<CreatedWebhook> {
  const id = newId(WEBHOOK);
  const { ownerId, description = '' } = input;
  const url = checkTarget(input.url, context.policy);
  const eventTypes = checkEventTypes(input.eventTypes ?? []);
  return context.scope.executor.transaction(async (tx) => {
    const inner = { ...context, scope: context.scope.on(tx) };
    const [row] = await inner.scope.query<{ secret: Buffer }>(
      'select :schema.webhook_create_endpoint($1, $2, $3, $4, $5, $6, $7, $8, $9) as secret',
      [...actorParams(context), id, ownerId, url, description, eventTypes, MAX_WEBHOOKS_PER_OWNER],
    );
    return { webhook: await getWebhook(inner, id), secret: secretText(row?.secret ?? Buffer.alloc(0)) };
  });
}

export async function findWebhook({ scope }: WebhookContext, id: string): Promise<Webhook | null> {
  assertId(id, WEBHOOK, 'id');
  const [row] = await scope.query(`select ${COLUMNS} from :schema.webhook_endpoints where id = $1`, [id]);
  return row === undefined ? null : camelRow<Webhook>(row);
}

export async function getWebhook(context: WebhookContext, id: string): Promise<Webhook> {
  const found = await findWebhook(context, id);
  if (found === null) throw unknownWebhook(id);
  return found;
}

/** Newest first. */
export async function listWebhooks(
  { scope }: WebhookContext,
  { ownerId, ...page }: WebhookListRequest = {},
): Promise<Page<Webhook>> {
  const limit = pageLimit(page.limit);
  const after = decodeCursor('webhooks', page.cursor);
  const rows = await scope.query(
    `select ${COLUMNS}
       from :schema.webhook_endpoints
      where ($1::text is null or owner_id = $1)
        and ($2::timestamptz is null or (created_at, id) < ($2, $3))
      order by created_at desc, id desc
      limit $4`,
    [ownerId ?? null, after?.at ?? null, after?.id ?? null, limit + 1],
  );
  const found = rows.map((row) => camelRow<Webhook>(row));
  const result = toPage('webhooks', found, limit, ({ createdAt }) => createdAt);
  if (page.withTotal !== true) return result;
  const [count] = await scope.query<{ total: bigint }>(
    'select count(*) as total from :schema.webhook_endpoints where $1::text is null or owner_id = $1',
    [ownerId ?? null],
  );
  return { ...result, total: Number(count?.total ?? 0) };
}

export async function updateWebhook(
  context: WebhookContext,
  id: string,
  change: WebhookChange,
): Promise<Webhook> {
  const url = change.url === undefined ? null : checkTarget(change.url, context.policy);
  const eventTypes = change.eventTypes === undefined ? null : checkEventTypes(change.eventTypes);
  return context.scope.executor.transaction(async (tx) => {
    const inner = { ...context, scope: context.scope.on(tx) };
    const before = await getWebhook(inner, id);
    const [row] = await inner.scope.query(
      `update :schema.webhook_endpoints
          set url = coalesce($2, url), description = coalesce($3, description),
              event_types = coalesce($4, event_types), updated_at = clock_timestamp()
        where id = $1
        returning ${COLUMNS}`,
      [id, url, change.description ?? null, eventTypes],
    );
    if (row === undefined) throw unknownWebhook(id);
    const after = camelRow<Webhook>(row);
    await recordChange(inner.scope, context.actor, {
      action: 'webhook.updated',
      subject: id,
      audience: after.ownerId,
      before: told(before),
      after: told(after),
    });
    return after;
  });
}

export async function deleteWebhook(context: WebhookContext, id: string): Promise<void> {
  assertId(id, WEBHOOK, 'id');
  await context.scope.executor.transaction(async (tx) => {
    const scope = context.scope.on(tx);
    // The history stays until its days are dropped; what waits goes with the endpoint.
    const [row] = await scope.query(
      `delete from :schema.webhook_endpoints where id = $1 returning ${COLUMNS}`,
      [id],
    );
    if (row === undefined) throw unknownWebhook(id);
    const before = camelRow<Webhook>(row);
    await recordChange(scope, context.actor, {
      action: 'webhook.deleted',
      subject: id,
      audience: before.ownerId,
      before: told(before),
    });
  });
}

export async function rotateWebhookSecret(
  context: WebhookContext,
  id: string,
  { overlapS = DEFAULT_OVERLAP_S }: { readonly overlapS?: number } = {},
): Promise<RotatedSecret> {
  assertId(id, WEBHOOK, 'id');
  if (!Number.isSafeInteger(overlapS) || overlapS < 0 || overlapS > MAX_OVERLAP_S) {
    throw invalidInput(
      'overlapS',
      `overlapS must be a whole number from 0 to ${MAX_OVERLAP_S}.`,
      'Pass 0 for a secret that leaked: it signs no longer at once.',
    );
  }
  const [row] = await context.scope.query<{ secret: Buffer; old_signs_until: Date }>(
    'select secret, old_signs_until from :schema.webhook_rotate_secret($1, $2, $3, $4, $5)',
    [...actorParams(context), id, overlapS],
  );
  if (row === undefined) throw unknownWebhook(id);
  return { secret: secretText(row.secret), oldSignsUntil: row.old_signs_until };
}

/** Nothing is posted to it any more; what waits becomes dead letters, which can be replayed later. */
export async function disableWebhook(context: WebhookContext, id: string): Promise<Webhook> {
  return setState(context, id, { state: 'disabled', reason: 'by_owner' });
}

export async function enableWebhook(context: WebhookContext, id: string): Promise<Webhook> {
  return setState(context, id, { state: 'active', reason: null });
}

/** Posts a `webhook.test` once, without retries; its result stands in the log of deliveries. Returns its id. */
export async function pingWebhook({ scope }: WebhookContext, id: string): Promise<string> {
  assertId(id, WEBHOOK, 'id');
  const deliveryId = newId(DELIVERY);
  const [row] = await scope.query<{ state: string; made: boolean }>(
    `with endpoint as (
       select id, state from :schema.webhook_endpoints where id = $1 for key share
     ), made as (
       insert into :schema.webhook_deliveries (id, endpoint_id, event_type, subject, body)
       select $2, id, 'webhook.test', id, json_build_object(
         'type', 'webhook.test',
         'timestamp', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
         'id', $2::text, 'source', $3::text, 'subject', id, 'data', json_build_object('webhookId', id))::text
         from endpoint where state = 'active'
     )
     select state from endpoint`,
    [id, deliveryId, `/v1/${scope.schema}`],
  );
  if (row === undefined) throw unknownWebhook(id);
  if (row.state === 'active') return deliveryId;
  throw new GuildhallError('conflict', `Webhook endpoint ${id} is disabled.`, {
    reason: 'webhook_disabled',
    hint: 'Enable it first.',
  });
}

/** Prefix of a delivery's id, which goes out as `webhook-id`. */
export const DELIVERY = 'whd';

/** Whether an endpoint with these types wants an event of this type. */
export function wantsType(eventTypes: readonly string[], type: string): boolean {
  if (eventTypes.length === 0) return true;
  return eventTypes.some((wanted) =>
    wanted.endsWith('.*') ? type.startsWith(wanted.slice(0, -1)) : wanted === type,
  );
}

async function setState(
  context: WebhookContext,
  id: string,
  { state, reason }: { readonly state: string; readonly reason: string | null },
): Promise<Webhook> {
  assertId(id, WEBHOOK, 'id');
  await context.scope.query('select :schema.webhook_set_state($1, $2, $3, $4, $5, $6)', [
    ...actorParams(context),
    id,
    state,
    reason,
  ]);
  return getWebhook(context, id);
}

function checkEventTypes(types: readonly string[]): readonly string[] {
  const bad = types.findIndex((type) => !EVENT_TYPE.test(type) || type.length > MAX_TYPE_LENGTH);
  if (bad < 0 && types.length <= MAX_EVENT_TYPES) return [...new Set(types)];
  throw invalidInput(
    bad < 0 ? 'eventTypes' : `eventTypes[${bad}]`,
    bad < 0
      ? `eventTypes has more than ${MAX_EVENT_TYPES} entries.`
      : `"${String(types[bad]).slice(0, 60)}" is not an event type.`,
    'Write types such as order.paid, or order.* for all of a noun; none at all takes every type.',
  );
}

function told({ url, description, eventTypes }: Webhook): object {
  return { url, description, eventTypes };
}
