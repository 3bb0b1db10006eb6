/** HTTP routes of an instance's webhooks; every instance has them below /webhooks. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { GuildhallError } from '../errors.ts';
import { defined, idSchema, pageQuery, pageSchema, timeSchema } from '../route-schemas.ts';
import {
  ADMIN_ROLE,
  actorOf,
  callerOf,
  defineRoute,
  idempotent,
  json,
  noContent,
  type RouteContext,
  type RouteEnv,
  respond,
} from '../routes.ts';
import type { Instance } from '../system.ts';
import { addDeliveryRoutes } from './delivery-routes.ts';
import { DELIVERY } from './endpoints.ts';
import {
  newWebhookSchema,
  webhookParams as params,
  rotationSchema,
  secretSchema,
  webhookTags as tags,
  webhookChangeSchema,
  webhookSchema,
} from './route-parts.ts';
import { type Webhooks, webhooksOf } from './service.ts';
import type { Webhook } from './types.ts';

/** Adds the routes to the router of an instance's system. */
export function addWebhookRoutes(router: OpenAPIHono<RouteEnv>, instance: Instance): void {
  const all = webhooksOf(instance);
  const service = (c: RouteContext): Webhooks => all.by(actorOf(c));

  /** The endpoint, when it is the caller's or the caller an administrator. */
  const own = async (c: RouteContext, id: string): Promise<Webhook> => {
    const caller = callerOf(c);
    const found = await all.find(id);
    // A stranger's endpoint reads as one that is not there.
    if (found !== null && (found.ownerId === caller.id || isAdmin(c))) return found;
    throw new GuildhallError('not_found', `There is no webhook endpoint ${id}.`, {
      reason: 'webhook_unknown',
    });
  };

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/webhooks',
      operationId: 'listWebhooks',
      tags,
      summary: 'List webhook endpoints',
      description: 'The caller’s, newest first; for an administrator everybody’s.',
      request: { query: pageQuery },
      responses: { 200: { description: 'A page.', content: json(pageSchema(webhookSchema)) } },
    }),
    async (c) => {
      const page = defined(c.req.valid('query'));
      const mine = isAdmin(c) ? {} : { ownerId: callerOf(c).id };
      return respond(c, 200, await all.list({ ...page, ...mine }));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/webhooks',
      operationId: 'createWebhook',
      tags,
      summary: 'Add a webhook endpoint',
      description:
        'It gets the events the caller may see, from now on; an administrator’s gets all. The secret is in this answer only.',
      request: { body: { content: json(newWebhookSchema) } },
      responses: {
        201: {
          description: 'The endpoint and its secret.',
          content: json(z.object({ webhook: webhookSchema, secret: secretSchema })),
        },
      },
    }),
    (c) =>
      idempotent(c, instance.scope, {
        status: 201,
        body: (scope) =>
          service(c)
            .on(scope.executor)
            .create({ ownerId: callerOf(c).id, ...defined(c.req.valid('json')) }),
      }),
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/webhooks/{webhookId}',
      operationId: 'getWebhook',
      tags,
      summary: 'One webhook endpoint',
      request: { params },
      responses: { 200: { description: 'The endpoint.', content: json(webhookSchema) } },
    }),
    async (c) => respond(c, 200, await own(c, c.req.valid('param').webhookId)),
  );

  router.openapi(
    defineRoute({
      method: 'patch',
      path: '/webhooks/{webhookId}',
      operationId: 'updateWebhook',
      tags,
      summary: 'Change a webhook endpoint',
      request: {
        params,
        body: { content: json(webhookChangeSchema) },
      },
      responses: { 200: { description: 'The endpoint.', content: json(webhookSchema) } },
    }),
    async (c) => {
      const { id } = await own(c, c.req.valid('param').webhookId);
      return respond(c, 200, await service(c).update(id, defined(c.req.valid('json'))));
    },
  );

  router.openapi(
    defineRoute({
      method: 'delete',
      path: '/webhooks/{webhookId}',
      operationId: 'deleteWebhook',
      tags,
      summary: 'Remove a webhook endpoint',
      description: 'What still waits for it is not sent.',
      request: { params },
      responses: { 204: { description: 'Gone.' } },
    }),
    async (c) => {
      const { id } = await own(c, c.req.valid('param').webhookId);
      await service(c).delete(id);
      return noContent(c);
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/webhooks/{webhookId}/disable',
      operationId: 'disableWebhook',
      tags,
      summary: 'Disable a webhook endpoint',
      description: 'What waits becomes dead letters, which can be replayed once it is enabled.',
      request: { params },
      responses: { 200: { description: 'The endpoint.', content: json(webhookSchema) } },
    }),
    async (c) => {
      const { id } = await own(c, c.req.valid('param').webhookId);
      return idempotent(c, instance.scope, {
        status: 200,
        body: (scope) => service(c).on(scope.executor).disable(id),
      });
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/webhooks/{webhookId}/enable',
      operationId: 'enableWebhook',
      tags,
      summary: 'Enable a webhook endpoint',
      request: { params },
      responses: { 200: { description: 'The endpoint.', content: json(webhookSchema) } },
    }),
    async (c) => {
      const { id } = await own(c, c.req.valid('param').webhookId);
      return idempotent(c, instance.scope, {
        status: 200,
        body: (scope) => service(c).on(scope.executor).enable(id),
      });
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/webhooks/{webhookId}/rotate-secret',
      operationId: 'rotateWebhookSecret',
      tags,
      summary: 'Replace the secret',
      description: 'The old one signs as well until the overlap is over; 0 for a secret that leaked.',
      request: {
        params,
        body: {
          required: false,
          content: json(rotationSchema),
        },
      },
      responses: {
        200: {
          description: 'The new secret.',
          content: json(z.object({ secret: secretSchema, oldSignsUntil: timeSchema() })),
        },
      },
    }),
    async (c) => {
      const { id } = await own(c, c.req.valid('param').webhookId);
      return idempotent(c, instance.scope, {
        status: 200,
        body: (scope) =>
          service(c)
            .on(scope.executor)
            .rotateSecret(id, defined(c.req.valid('json') ?? {})),
      });
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/webhooks/{webhookId}/test',
      operationId: 'testWebhook',
      tags,
      summary: 'Send a test ping',
      description: 'One `webhook.test`, without retries; the log of deliveries shows what came of it.',
      request: { params },
      responses: {
        202: {
          description: 'Under way.',
          content: json(z.object({ deliveryId: idSchema(DELIVERY) })),
        },
      },
    }),
    async (c) => {
      const { id } = await own(c, c.req.valid('param').webhookId);
      return idempotent(c, instance.scope, {
        status: 202,
        body: async (scope) => ({ deliveryId: await service(c).on(scope.executor).ping(id) }),
      });
    },
  );

  addDeliveryRoutes(router, { instance, service, own });
}

function isAdmin(c: RouteContext): boolean {
  return callerOf(c).roles.includes(ADMIN_ROLE);
}
