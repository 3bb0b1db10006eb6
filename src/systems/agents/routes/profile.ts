/** The caller's own user, password and API keys. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  addApiKeyRoutes,
  addPasswordRoute,
  callerOf,
  defined,
  defineRoute,
  json,
  pageQuery,
  pageSchema,
  type RouteEnv,
  respond,
  texts,
} from '../../../kernel/index.ts';
import type { Access } from './access.ts';
import { userOf } from './auth.ts';
import { membershipSchema, userSchema } from './schemas.ts';

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

  addPasswordRoute(router, access);

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

  addApiKeyRoutes(router, access);
}
