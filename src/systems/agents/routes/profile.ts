/** The caller's own user, password and API keys. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  callerOf,
  defined,
  defineRoute,
  json,
  noContent,
  pageQuery,
  pageSchema,
  type RouteEnv,
  respond,
  timeSchema,
} from '../../../kernel/index.ts';
import type { Access } from './access.ts';
import { passwordInput, tokensOf, tokensSchema, userOf } from './auth.ts';
import { anyId, filledText, idParam, texts } from './input.ts';
import { membershipSchema, userSchema } from './schemas.ts';

const DAY_S = 86_400;

const meSchema = z
  .object({
    user: userSchema,
    roles: z.array(z.string()).openapi({ example: ['admin'] }),
    via: z.enum(['token', 'api_key']).openapi({ description: 'What the caller identified with.' }),
  })
  .openapi('Me');

const profileChange = z
  .strictObject({ name: z.string().trim().min(1).max(200).nullable() })
  .openapi('ProfileChange', { example: { name: 'Robin Vale' } });

const passwordChange = z
  .strictObject({ currentPassword: passwordInput, newPassword: passwordInput })
  .openapi('PasswordChange', {
    example: { currentPassword: 'correct horse battery', newPassword: 'a longer and better one' },
  });

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

const issuedKeySchema = z
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

export function addProfileRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/auth/me',
      operationId: 'getMe',
      tags: ['profile'],
      summary: 'Who am I?',
      responses: { 200: { description: 'User and roles.', content: json(meSchema) } },
    }),
    async (c) => {
      const { id, roles, via } = callerOf(c);
      return respond(c, 200, { user: await userOf(access, c, id), roles, via });
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/auth/profile',
      operationId: 'getProfile',
      tags: ['profile'],
      summary: 'The caller’s profile',
      responses: { 200: { description: 'The user.', content: json(userSchema) } },
    }),
    async (c) => respond(c, 200, await userOf(access, c, callerOf(c).id)),
  );

  router.openapi(
    defineRoute({
      method: 'patch',
      path: '/auth/profile',
      operationId: 'updateProfile',
      tags: ['profile'],
      summary: 'Change the caller’s name',
      request: { body: { content: json(profileChange) } },
      responses: { 200: { description: 'The user.', content: json(userSchema) } },
    }),
    async (c) => respond(c, 200, await access.service(c).updateUser(callerOf(c).id, c.req.valid('json'))),
    texts({ bad: { name: 'Invalid name' } }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/auth/password',
      operationId: 'changePassword',
      tags: ['profile'],
      summary: 'Change the caller’s password',
      description: 'Ends every session of the user and opens a new one for this caller. API keys stay.',
      request: { body: { content: json(passwordChange) } },
      responses: { 200: { description: 'Tokens of the new session.', content: json(tokensSchema) } },
    }),
    async (c) => {
      const { id } = access.person(c);
      await access.accounts(c).changePassword({ accountId: id, ...c.req.valid('json') });
      return respond(c, 200, tokensOf(await access.accounts(c).startSession(id)));
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/organizations',
      operationId: 'listOrganizations',
      tags: ['profile'],
      summary: 'Organizations the caller belongs to',
      request: { query: pageQuery },
      responses: {
        200: { description: 'Newest membership first.', content: json(pageSchema(membershipSchema)) },
      },
    }),
    async (c) => {
      const page = defined(c.req.valid('query'));
      return respond(c, 200, await access.service(c).pageOrganizations({ ...page, userId: callerOf(c).id }));
    },
  );

  addKeyRoutes(router, access);
}

function addKeyRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
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
