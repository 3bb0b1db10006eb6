/** HTTP routes of the log of deliveries, and of sending them again. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { GuildhallError } from '../errors.ts';
import { defined, idSchema, pageQuery, pageSchema } from '../route-schemas.ts';
import { defineRoute, idempotent, json, type RouteContext, type RouteEnv, respond } from '../routes.ts';
import type { Instance } from '../system.ts';
import { DELIVERY } from './endpoints.ts';
import {
  attemptSchema,
  deliveryParams,
  deliverySchema,
  webhookParams as params,
  replaySchema,
  webhookTags as tags,
} from './route-parts.ts';
import type { Webhooks } from './service.ts';
import type { Webhook } from './types.ts';

export interface WebhookRouteParts {
  readonly instance: Instance;
  readonly service: (c: RouteContext) => Webhooks;
  readonly own: (c: RouteContext, id: string) => Promise<Webhook>;
}

export function addDeliveryRoutes(
  router: OpenAPIHono<RouteEnv>,
  { instance, service, own }: WebhookRouteParts,
): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/webhooks/{webhookId}/deliveries',
      operationId: 'listWebhookDeliveries',
      tags,
      summary: 'The log of deliveries',
      description: 'Newest event first; `state=dead` lists the dead letters.',
      request: {
        params,
        query: z.strictObject({
          limit: pageQuery.shape.limit,
          cursor: pageQuery.shape.cursor,
          state: z.enum(['waiting', 'delivered', 'dead']).optional(),
        }),
      },
      responses: { 200: { description: 'A page.', content: json(pageSchema(deliverySchema)) } },
    }),
    async (c) => {
      const { id } = await own(c, c.req.valid('param').webhookId);
      return respond(
        c,
        200,
        await service(c).listDeliveries({ webhookId: id, ...defined(c.req.valid('query')) }),
      );
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/webhooks/{webhookId}/deliveries/{deliveryId}',
      operationId: 'getWebhookDelivery',
      tags,
      summary: 'One delivery with its attempts',
      request: { params: deliveryParams },
      responses: {
        200: {
          description: 'The delivery, what is posted, and each attempt, newest first.',
          content: json(
            deliverySchema
              .extend({ body: z.string(), attemptLog: z.array(attemptSchema) })
              .openapi('WebhookDeliveryDetail'),
          ),
        },
      },
    }),
    async (c) => {
      const { webhookId, deliveryId } = c.req.valid('param');
      await own(c, webhookId);
      const found = await service(c).findDelivery({ webhookId, deliveryId });
      if (found !== null) return respond(c, 200, found);
      throw new GuildhallError('not_found', `There is no delivery ${deliveryId}.`, {
        reason: 'delivery_unknown',
      });
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/webhooks/{webhookId}/deliveries/{deliveryId}/replay',
      operationId: 'replayWebhookDelivery',
      tags,
      summary: 'Send a delivery again',
      description: 'Under its id, with the whole schedule of retries; one that waits is tried now.',
      request: { params: deliveryParams },
      responses: {
        202: { description: 'Under way.', content: json(z.object({ deliveryId: idSchema(DELIVERY) })) },
      },
    }),
    async (c) => {
      const { webhookId, deliveryId } = c.req.valid('param');
      await own(c, webhookId);
      return idempotent(c, instance.scope, {
        status: 202,
        body: async (scope) => {
          await service(c).on(scope.executor).replay({ webhookId, deliveryId });
          return { deliveryId };
        },
      });
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/webhooks/{webhookId}/replay',
      operationId: 'replayWebhook',
      tags,
      summary: 'Send dead letters again',
      description: 'Those of events since a time, oldest first, up to 1,000 in a call.',
      request: { params, body: { content: json(replaySchema) } },
      responses: {
        202: {
          description: 'Under way.',
          content: json(
            z.object({
              replayed: z.int(),
              more: z.boolean().openapi({ description: 'Call again for the rest.' }),
            }),
          ),
        },
      },
    }),
    async (c) => {
      const { id } = await own(c, c.req.valid('param').webhookId);
      const { since } = c.req.valid('json');
      return idempotent(c, instance.scope, {
        status: 202,
        body: (scope) => service(c).on(scope.executor).replayDead({ webhookId: id, since }),
      });
    },
  );
}
