/** Webhooks that platforms and rails send. The kernel owns /webhooks, which is about what we send. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  decimalSchema,
  defined,
  defineRoute,
  GuildhallError,
  idParam,
  invalidFields,
  isGuildhallError,
  json,
  MACHINE_PACE,
  notFound,
  pageQuery,
  pageSchema,
  parseJson,
  type RouteContext,
  type RouteEnv,
  requestBytes,
  respond,
  timeInput,
  timeSchema,
} from '../../../kernel/index.ts';
import type { TaskCompletedEvent } from '../inbound.ts';
import { MAX_NOTIFICATION_BYTES } from '../rail-notifications.ts';
import type { Access } from './access.ts';
import { evidenceFields } from './task-endings.ts';

/** An event is a page of JSON; photos come as addresses. */
const MAX_EVENT_BYTES = 64 * 1_024;

const eventFields = {
  eventId: z.string().min(1).max(200).openapi({
    example: 'evt-1001',
    description: 'Your own id of the event: sent again it does nothing twice.',
  }),
  externalTaskId: z.string().min(1).max(200).openapi({ example: 'job-42' }),
  workerId: anyId('wrk'),
  amount: decimalSchema({ min: 'positive', example: '25' }).optional().openapi({
    description: 'Needed for a task that was not posted; else it must be the task’s.',
  }),
  title: z.string().min(1).max(500).optional(),
  completedAt: z.string().openapi({ format: 'date-time', example: '2026-01-31T09:30:00Z' }),
  proof: z.string().min(1).max(2_000).optional().openapi({ example: 'sha256:9f86d081' }),
  verification: z.strictObject(evidenceFields).optional(),
};
const eventSchema = z.strictObject(eventFields).openapi('TaskCompletedEvent', {
  example: {
    eventId: 'evt-1001',
    externalTaskId: 'job-42',
    workerId: 'wrk_01jd7q8w9e3r5t6y7h8k9m0n1p',
    amount: '25',
    completedAt: '2026-01-31T09:30:00Z',
  },
});
/** As it is checked: the text of the time is kept as it came. */
const eventInput = z.strictObject({
  ...eventFields,
  completedAt: z.string().superRefine((text, context) => {
    for (const issue of timeInput().safeParse(text).error?.issues ?? []) {
      context.addIssue({ code: 'custom', message: issue.message });
    }
  }),
});

const headers = z.object({
  'x-api-key': z.string().optional().openapi({ description: 'An API key of the platform.' }),
  'x-timestamp': z.string().optional().openapi({
    example: '1769851800',
    description: 'Seconds since 1970, at most 5 minutes from now.',
  }),
  'x-signature': z.string().optional().openapi({
    example: 'sha256=5257a869…',
    description: 'HMAC-SHA-256 of `<X-Timestamp>.<raw body>` with the webhook secret, in hexadecimal.',
  }),
});

const receivedSchema = z
  .object({
    id: anyId('inb'),
    eventId: z.string(),
    created: z.boolean().openapi({ description: 'False when it was received before.' }),
  })
  .openapi('ReceivedEvent');
const deadLetterSchema = z
  .object({
    id: anyId('inb'),
    platformId: anyId('plt').nullable().openapi({ description: 'Null for what a rail announced.' }),
    rail: z.string().nullable().openapi({ example: null, description: 'Null for what a platform reported.' }),
    eventId: z.string().openapi({ description: 'The sender’s own id of it.' }),
    payload: z.unknown().openapi({ description: 'As it was received.' }),
    receivedAt: timeSchema(),
    diedAt: timeSchema(),
    failures: z.int(),
    error: z.string().nullable().openapi({ description: 'What the last attempt ended with.' }),
  })
  .openapi('DeadLetter');

const railParam = z.object({ rail: z.string().min(1).max(100).openapi({ example: 'sandbox' }) });
/** Of the sandbox; another rail has its own, and what is needed is up to its `verify`. */
const railHeaders = z.object({
  'webhook-id': z.string().optional().openapi({ example: 'msg_01jd7q8w9e3r5t6y7h8k9m0n1p' }),
  'webhook-timestamp': z.string().optional().openapi({
    example: '1769851800',
    description: 'Seconds since 1970, at most 5 minutes from now.',
  }),
  'webhook-signature': z.string().optional().openapi({
    example: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
    description: '`v1,` and the base64 HMAC-SHA-256 of `<webhook-id>.<webhook-timestamp>.<raw body>`.',
  }),
});
const notificationSchema = z.looseObject({}).openapi('RailNotification', {
  description: 'Whatever the rail sends; this is what the sandbox does.',
  example: {
    type: 'transfer.updated',
    timestamp: '2026-01-31T09:30:00.000Z',
    data: { reference: 'txn_01jd7q8w9e3r5t6y7h8k9m0n1p', state: 'accepted', confirmations: 12 },
  },
});
const receivedNotificationSchema = z
  .object({
    id: anyId('rnt'),
    notificationId: z.string(),
    created: z.boolean().openapi({ description: 'False when it was received before.' }),
  })
  .openapi('ReceivedNotification');

export function addInboundRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  const tags = ['webhooks in'];

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/webhooks-in/task-completed',
      operationId: 'receiveTaskCompleted',
      tags,
      summary: 'A platform reports work that was done',
      description:
        'Kept before it is answered, then worked on: the task is posted if it was not, completed, verified, and paid when approved. Tried again with back-off; what is given up is a dead letter. Reasons of refusals: 401 `missing_auth_headers`, `invalid_api_key`; 403 `platform_inactive`, `stale_timestamp`, `invalid_signature`; 409 `webhook_not_configured`, `event_id_reused`; 400 `invalid_json`, `invalid_payload`.',
      security: [],
      limits: { ...MACHINE_PACE, streamsBody: true, bodyBytes: MAX_EVENT_BYTES },
      request: {
        headers,
        // A range, because JSON would be parsed before the signature over the raw body is checked.
        body: { content: { 'application/*': { schema: eventSchema } } },
      },
      responses: { 202: { description: 'Kept.', content: json(receivedSchema) } },
    }),
    async (c) => {
      const body = await rawBody(c);
      const service = access.service(c);
      const platformId = await service.inbound.senderOf({
        apiKey: c.req.header('x-api-key'),
        signature: c.req.header('x-signature'),
        timestamp: c.req.header('x-timestamp'),
        body,
      });
      return respond(c, 202, await service.inbound.receive(platformId, readEvent(body)));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/webhooks-in/rails/{rail}',
      operationId: 'receiveRailNotification',
      tags,
      summary: 'A payment rail announces what became of a transfer or deposit',
      description:
        'Kept before it is answered, once for its id. It moves nothing by itself: the rail is then asked, and its answer counts. Headers and body are those of the rail; the `sandbox` signs as Standard Webhooks. Reasons of refusals: 401 `webhook_header_missing`, `webhook_timestamp`, `webhook_expired`, `webhook_signature`, `notification_not_verified`; 404 `rail_not_found`; 409 `rail_has_no_notifications`, `notification_id_reused`. What cannot be worked on is a dead letter.',
      security: [],
      limits: { ...MACHINE_PACE, streamsBody: true, bodyBytes: MAX_NOTIFICATION_BYTES },
      request: {
        params: railParam,
        headers: railHeaders,
        body: { content: { 'application/*': { schema: notificationSchema } } },
      },
      responses: { 202: { description: 'Kept.', content: json(receivedNotificationSchema) } },
    }),
    async (c) => {
      const { rail } = c.req.valid('param');
      const body = await rawBody(c);
      const notification = { headers: c.req.raw.headers, body };
      return respond(c, 202, await access.service(c).inbound.receiveNotification(rail, notification));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/webhooks-in/rails/{rail}/secret',
      operationId: 'rotateRailSecret',
      tags,
      summary: 'Make the secret that signs what a rail announces',
      description:
        'For administrators, by access token. Shown in this answer and nowhere else; the one before is accepted for a day. Only for a rail whose secret is kept here, such as `sandbox`; else 409 `rail_secret_elsewhere`. An Idempotency-Key has no effect.',
      request: { params: railParam },
      responses: {
        201: {
          description: 'The secret.',
          content: json(z.object({ secret: z.string().openapi({ example: 'whsec_5Xk…' }) })),
        },
      },
    }),
    async (c) => {
      access.admin(c);
      access.person(c);
      const { rail } = c.req.valid('param');
      return respond(c, 201, { secret: await access.service(c).inbound.rotateRailSecret(rail) });
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/webhooks-in/dead-letters',
      operationId: 'listDeadLetters',
      tags,
      summary: 'Events that were given up',
      description: 'Of the calling platform; for an administrator of all, with what rails announced.',
      request: {
        query: pageQuery.omit({ withTotal: true }).extend({ platformId: anyId('plt').optional() }),
      },
      responses: { 200: { description: 'The last first.', content: json(pageSchema(deadLetterSchema)) } },
    }),
    async (c) => {
      const { platformId, ...page } = defined(c.req.valid('query'));
      const shown = access.platformsOnly(c, platformId);
      return respond(c, 200, await access.service(c).inbound.listDeadLetters({ ...page, ...shown }));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/webhooks-in/dead-letters/{id}/retry',
      operationId: 'retryDeadLetter',
      tags,
      summary: 'Put a dead letter back in line',
      request: { params: idParam('inb') },
      responses: { 202: { description: 'In line.', content: json(z.object({ id: anyId('inb') })) } },
    }),
    (c) =>
      access.once(c, 202, async (service) => {
        const { id } = c.req.valid('param');
        const owner = await service.inbound.ownerOf(id);
        if (owner === null) throw notFound('Dead letter');
        access.owner(c, owner.platformId);
        await service.inbound.retryDeadLetter(id);
        return { id };
      }),
  );
}

async function rawBody(c: RouteContext): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of requestBytes(c)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function readEvent(body: Uint8Array): TaskCompletedEvent {
  const parsed = eventInput.safeParse(readJson(body));
  if (parsed.success) return defined(parsed.data) as TaskCompletedEvent;
  const error = invalidFields(parsed.error, undefined);
  throw worded(error, 'invalid_payload');
}

function readJson(body: Uint8Array): unknown {
  try {
    return parseJson(body);
  } catch (error) {
    if (isGuildhallError(error, 'invalid_input')) throw worded(error, 'invalid_json');
    throw error;
  }
}

function worded(error: GuildhallError, reason: string): GuildhallError {
  const { code, message, field, hint, details } = error;
  return new GuildhallError(code, message, {
    reason,
    details,
    cause: error,
    ...(field === undefined ? {} : { field }),
    ...(hint === undefined ? {} : { hint }),
  });
}
