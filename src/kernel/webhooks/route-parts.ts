/** What requests and answers of the webhooks' routes are made of. */
import { z } from '@hono/zod-openapi';
import { idSchema, timeInput, timeSchema } from '../route-schemas.ts';
import { DELIVERY, MAX_EVENT_TYPES, MAX_OVERLAP_S, WEBHOOK } from './endpoints.ts';

export const webhookSchema = z
  .object({
    id: idSchema(WEBHOOK),
    ownerId: z.string(),
    url: z.string().openapi({ example: 'https://example.com/hooks' }),
    description: z.string(),
    eventTypes: z.array(z.string()).openapi({ example: ['order.paid', 'refund.*'] }),
    state: z.enum(['active', 'disabled']),
    disabledReason: z.enum(['by_owner', 'gone', 'failing']).nullable(),
    disabledAt: timeSchema().nullable(),
    failingSince: timeSchema()
      .nullable()
      .openapi({ description: 'First dead letter since the last success.' }),
    createdAt: timeSchema(),
    updatedAt: timeSchema(),
  })
  .openapi('Webhook');

export const secretSchema = z.string().openapi({
  description: 'Signs every delivery, as Standard Webhooks has it. Shown here and nowhere else.',
  example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
});

export const deliverySchema = z
  .object({
    id: idSchema(DELIVERY).openapi({ description: 'Sent as webhook-id.' }),
    webhookId: idSchema(WEBHOOK),
    eventId: z.string().nullable().openapi({ description: 'Null for a test ping.' }),
    eventType: z.string(),
    subject: z.string(),
    state: z.enum(['waiting', 'delivered', 'dead']),
    reason: z.string().nullable(),
    attempts: z.int(),
    lastStatus: z.int().nullable(),
    lastError: z.string().nullable(),
    createdAt: timeSchema(),
    dueAt: timeSchema().nullable(),
    finishedAt: timeSchema().nullable(),
  })
  .openapi('WebhookDelivery');

export const attemptSchema = z
  .object({
    number: z.int(),
    at: timeSchema(),
    status: z.int().nullable(),
    durationMs: z.int(),
    error: z.string().nullable(),
    response: z.string(),
  })
  .openapi('WebhookAttempt');

const webhookFields = {
  url: z.string().min(1).max(2048).openapi({ example: 'https://example.com/hooks' }),
  description: z.string().max(200).optional(),
  eventTypes: z
    .array(z.string().min(1).max(100))
    .max(MAX_EVENT_TYPES)
    .optional()
    .openapi({ description: 'Exact types, or noun.* for all of a noun; none takes every type.' }),
};

export const webhookParams = z.object({ webhookId: idSchema(WEBHOOK) });
export const deliveryParams = webhookParams.extend({ deliveryId: idSchema(DELIVERY) });
export const webhookTags = ['webhooks'];

export const newWebhookSchema = z.strictObject(webhookFields).openapi('NewWebhook', {
  example: { url: 'https://example.com/hooks', eventTypes: ['order.paid', 'refund.*'] },
});

export const webhookChangeSchema = z
  .strictObject({ ...webhookFields, url: webhookFields.url.optional() })
  .openapi('WebhookChange', { example: { eventTypes: ['order.*'] } });

export const rotationSchema = z
  .strictObject({ overlapS: z.int().min(0).max(MAX_OVERLAP_S).optional() })
  .openapi('WebhookSecretRotation', { example: { overlapS: 86_400 } });

export const replaySchema = z
  .strictObject({ since: timeInput() })
  .openapi('WebhookReplay', { example: { since: '2026-01-31T09:30:00Z' } });
