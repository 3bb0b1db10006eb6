/** Users and the audit trail, for administrators. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  defined,
  defineRoute,
  GuildhallError,
  idParam,
  json,
  noContent,
  notFound,
  pageQuery,
  pageSchema,
  type RouteContext,
  type RouteEnv,
  respond,
  timeSchema,
} from '../../../kernel/index.ts';
import type { Access } from './access.ts';
import { userAccountSchema } from './schemas.ts';

const rolesInput = z
  .strictObject({ roles: z.array(z.string().max(64)).max(32) })
  .openapi('Roles', { example: { roles: ['admin'] } });

const auditSchema = z
  .object({
    id: z.string().openapi({ example: '42' }),
    at: timeSchema(),
    actorKind: z.string().openapi({ example: 'user' }),
    actorId: anyId('usr').nullable().openapi({ description: 'Null: the system itself.' }),
    action: z.string().openapi({ example: 'project.created' }),
    subject: z.string().openapi({ example: 'prj_01jd7q8w9e3r5t6y7h8k9m0n1p' }),
    before: z.unknown().openapi({ example: null }),
    after: z.unknown().openapi({ example: { name: 'Quetrex' } }),
    requestId: z.string().nullable().openapi({ example: 'req_01jd7q8w9e3r5t6y7h8k9m0n1p' }),
  })
  .openapi('AuditEntry');

export function addUserRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/users',
      operationId: 'listUsers',
      tags: ['administration'],
      summary: 'List users',
      request: { query: pageQuery },
      responses: { 200: { description: 'Newest first.', content: json(pageSchema(userAccountSchema)) } },
    }),
    async (c) => {
      access.admin(c);
      return respond(c, 200, await access.service(c).pageUserAccounts(defined(c.req.valid('query'))));
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/users/{id}',
      operationId: 'getUser',
      tags: ['administration'],
      summary: 'One user',
      request: { params: idParam('usr') },
      responses: { 200: { description: 'The user.', content: json(userAccountSchema) } },
    }),
    async (c) => {
      access.admin(c);
      return respond(c, 200, await access.service(c).getUserAccount(c.req.valid('param').id));
    },
  );

  router.openapi(
    defineRoute({
      method: 'delete',
      path: '/users/{id}',
      operationId: 'deleteUser',
      tags: ['administration'],
      summary: 'Delete a user',
      description: 'Projects and all below them go with the user; machines of runners are torn down.',
      request: { params: idParam('usr') },
      responses: { 204: { description: 'Gone.' } },
    }),
    async (c) => {
      const id = someoneElse(access, c, c.req.valid('param').id);
      if (!(await access.service(c).deleteUser(id))) throw notFound('User');
      return noContent(c);
    },
  );

  router.openapi(
    defineRoute({
      method: 'put',
      path: '/users/{id}/roles',
      operationId: 'setUserRoles',
      tags: ['administration'],
      summary: 'Set a user’s roles',
      description: 'Replaces all of them; counts from the user’s next request on, also for keys made before.',
      request: { params: idParam('usr'), body: { content: json(rolesInput) } },
      responses: { 200: { description: 'The user.', content: json(userAccountSchema) } },
    }),
    async (c) => {
      const id = someoneElse(access, c, c.req.valid('param').id);
      const { roles } = c.req.valid('json');
      return respond(c, 200, await access.service(c).changeUserAccount(id, { roles }));
    },
  );

  for (const [word, summary, disabled, description] of [
    [
      'disable',
      'Lock a user out',
      true,
      'Ends all sessions at once; API keys are refused until it is enabled again.',
    ],
    ['enable', 'Let a user in again', false, 'API keys work again; sessions have to be opened anew.'],
  ] as const) {
    router.openapi(
      defineRoute({
        method: 'post',
        path: `/users/{id}/${word}`,
        operationId: `${word}User`,
        tags: ['administration'],
        summary,
        description,
        request: { params: idParam('usr') },
        responses: { 200: { description: 'The user.', content: json(userAccountSchema) } },
      }),
      (c) => {
        const id = someoneElse(access, c, c.req.valid('param').id);
        return access.once(c, 200, (service) => service.changeUserAccount(id, { disabled }));
      },
    );
  }

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/audit',
      operationId: 'listAudit',
      tags: ['administration'],
      summary: 'The audit trail',
      description: 'Who did what to which thing; rows are only ever added.',
      request: {
        query: pageQuery.omit({ withTotal: true }).extend({
          subject: z.string().max(100).optional().openapi({
            description: 'Only entries about this id.',
            example: 'prj_01jd7q8w9e3r5t6y7h8k9m0n1p',
          }),
        }),
      },
      responses: { 200: { description: 'Newest first.', content: json(pageSchema(auditSchema)) } },
    }),
    async (c) => {
      access.admin(c);
      return respond(c, 200, await access.service(c).listAudit(defined(c.req.valid('query'))));
    },
  );
}

/** An administrator's target. Never themselves: whoever acts stays an administrator, so one always remains. */
function someoneElse(access: Access, c: RouteContext, id: string): string {
  if (access.admin(c).id !== id) return id;
  throw new GuildhallError('conflict', 'Administrators cannot do this to themselves.', {
    reason: 'own_account',
    hint: 'Ask another administrator.',
  });
}
