/** API keys of the caller over HTTP, as every system has them. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import type { ActingService, RouteAccess } from '../route-access.ts';
import { anyId, filledText, idParam } from '../route-input.ts';
import { defined, timeSchema } from '../route-schemas.ts';
import { callerOf, defineRoute, json, noContent, type RouteEnv, respond } from '../routes.ts';

const DAY_S = 86_400;

const apiKeySchema = z
  .object({
    id: anyId('key'),
    name: z.string().openapi({ example: 'build server' }),
    prefix: z
      .string()
      .openapi({ example: '3f9a0c1b2d4e', description: 'The key begins with ghk_<prefix>_.' }),
    roles: z.array(z.string()).openapi({ example: [] }),
    createdAt: timeSchema(),
    expiresAt: timeSchema().nullable().openapi({ description: 'Null: does not expire.' }),
    lastUsedAt: timeSchema().nullable().openapi({ description: 'Exact to a minute.' }),
    revokedAt: timeSchema().nullable(),
    replacedBy: anyId('key').nullable().openapi({ description: 'Key that followed it in a rotation.' }),
  })
  .openapi('ApiKey');

export const issuedKeySchema = z
  .object({
    apiKey: apiKeySchema,
    key: z
      .string()
      .openapi({ example: 'ghk_3f9a0c1b2d4e_…', description: 'Shown this once; only its hash is kept.' }),
  })
  .openapi('IssuedApiKey');

const newApiKey = z
  .strictObject({
    name: filledText(200, 'build server'),
    roles: z
      .array(z.string())
      .max(32)
      .optional()
      .openapi({ description: 'A part of your roles; default all.' }),
    expiresInS: z
      .int()
      .min(1)
      .max(3_660 * DAY_S)
      .optional()
      .openapi({ example: 90 * DAY_S }),
  })
  .openapi('NewApiKey', { example: { name: 'build server', expiresInS: 90 * DAY_S } });

const keyRotation = z
  .strictObject({
    overlapS: z
      .int()
      .min(0)
      .max(30 * DAY_S)
      .optional()
      .openapi({
        example: DAY_S,
        description: 'How long the old key works on; default a day.',
      }),
    expiresInS: z
      .int()
      .min(1)
      .max(3_660 * DAY_S)
      .optional(),
  })
  .openapi('KeyRotation', { example: { overlapS: DAY_S } });

/** Lists, makes, revokes and rotates keys. */
export function addApiKeyRoutes<Service extends ActingService<Service>>(
  router: OpenAPIHono<RouteEnv>,
  access: RouteAccess<Service>,
): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/api-keys',
      operationId: 'listApiKeys',
      tags: ['api keys'],
      summary: 'The caller’s API keys',
      responses: {
        200: {
          description: 'Newest first, ended ones too, 200 at most; never the keys themselves.',
          content: json(z.object({ data: z.array(apiKeySchema) })),
        },
      },
    }),
    async (c) => {
      const keys = await access.accounts(c).listApiKeys(callerOf(c).id);
      return respond(c, 200, { data: keys });
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/api-keys',
      operationId: 'createApiKey',
      tags: ['api keys'],
      summary: 'Make an API key',
      description:
        'The key is in this answer and nowhere else. Needs an access token; an Idempotency-Key has no effect.',
      request: { body: { content: json(newApiKey) } },
      responses: { 201: { description: 'The key, shown once.', content: json(issuedKeySchema) } },
    }),
    async (c) => {
      const accountId = access.person(c).id;
      const made = await access.accounts(c).createApiKey({ accountId, ...defined(c.req.valid('json')) });
      return respond(c, 201, made);
    },
  );

  router.openapi(
    defineRoute({
      method: 'delete',
      path: '/api-keys/{id}',
      operationId: 'revokeApiKey',
      tags: ['api keys'],
      summary: 'Revoke an API key',
      request: { params: idParam('key') },
      responses: { 204: { description: 'The key works no longer.' } },
    }),
    async (c) => {
      const accountId = access.person(c).id;
      await access.accounts(c).revokeApiKey({ accountId, keyId: c.req.valid('param').id });
      return noContent(c);
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/api-keys/{id}/rotate',
      operationId: 'rotateApiKey',
      tags: ['api keys'],
      summary: 'Replace an API key',
      description: 'The new key has the same name and roles; the old one works on for the overlap.',
      request: { params: idParam('key'), body: { required: false, content: json(keyRotation) } },
      responses: { 201: { description: 'The new key, shown once.', content: json(issuedKeySchema) } },
    }),
    async (c) => {
      const accountId = access.person(c).id;
      const keyId = c.req.valid('param').id;
      const made = await access
        .accounts(c)
        .rotateApiKey({ accountId, keyId, ...defined(c.req.valid('json')) });
      return respond(c, 201, made);
    },
  );
}
