/** Runners: machines asked for by users; the machine itself comes in the background. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  callerOf,
  defined,
  defineRoute,
  filledText,
  idParam,
  json,
  noContent,
  notFound,
  pageQuery,
  pageSchema,
  type RouteContext,
  type RouteEnv,
  respond,
  texts,
} from '../../../kernel/index.ts';
import { RUNNER_PROVIDERS, RUNNER_STATUSES, type Runner } from '../runners.ts';
import type { AgentsService } from '../service.ts';
import type { Access } from './access.ts';
import { runnerSchema } from './schemas.ts';

const newRunner = z
  .strictObject({
    provider: z.enum(RUNNER_PROVIDERS),
    name: filledText(200, 'builder'),
    region: filledText(200, 'fsn1'),
    serverType: filledText(200, 'cpx31'),
    maxConcurrentJobs: z
      .number()
      .optional()
      .openapi({
        type: 'integer',
        enum: [1, 2, 4, 8],
        example: 2,
        description: 'At most what the server type can run; default that, or 1 where it is not known.',
      }),
    sshKeyId: filledText(200, 'deploy-2026').optional(),
  })
  .openapi('NewRunner', {
    example: { provider: 'hetzner', name: 'builder', region: 'fsn1', serverType: 'cpx31' },
  });

export function addRunnerRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/runners',
      operationId: 'listRunners',
      tags: ['runners'],
      summary: 'List runners',
      request: {
        query: pageQuery.extend({
          status: z.enum(RUNNER_STATUSES).exclude(['deleted']).optional(),
          userId: anyId('usr').optional(),
        }),
      },
      responses: {
        200: { description: 'Newest first, without deleted ones.', content: json(pageSchema(runnerSchema)) },
      },
    }),
    async (c) => {
      const { userId, ...filter } = defined(c.req.valid('query'));
      return respond(c, 200, await access.service(c).pageRunners({ ...filter, ...access.listed(c, userId) }));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/runners',
      operationId: 'createRunner',
      tags: ['runners'],
      summary: 'Ask for a runner',
      description:
        'The answer is `pending`; the machine follows in the background: `provisioning`, then `active` or `error`. Its token is given to the machine alone and kept as a hash.',
      request: { body: { content: json(newRunner) } },
      responses: { 201: { description: 'The runner, pending.', content: json(runnerSchema) } },
    }),
    (c) =>
      access.once(c, 201, (service) =>
        service.createRunner({ ...defined(c.req.valid('json')), userId: callerOf(c).id }),
      ),
    texts({
      missing: {
        fields: ['provider', 'name', 'region', 'serverType'],
        text: 'Missing required fields: provider, name, region, serverType',
      },
      bad: { maxConcurrentJobs: 'maxConcurrentJobs must be between 1 and 8' },
    }),
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/runners/{id}',
      operationId: 'getRunner',
      tags: ['runners'],
      summary: 'One runner',
      request: { params: idParam('rnr') },
      responses: { 200: { description: 'The runner.', content: json(runnerSchema) } },
    }),
    async (c) =>
      respond(
        c,
        200,
        await ownRunner(access, c, { service: access.service(c), id: c.req.valid('param').id }),
      ),
  );

  router.openapi(
    defineRoute({
      method: 'delete',
      path: '/runners/{id}',
      operationId: 'deleteRunner',
      tags: ['runners'],
      summary: 'Delete a runner',
      description: 'The machine is torn down in the background, until the provider says that it is gone.',
      request: { params: idParam('rnr') },
      responses: { 204: { description: 'Gone.' } },
    }),
    async (c) => {
      const service = access.service(c);
      const { id } = await ownRunner(access, c, { service, id: c.req.valid('param').id });
      if (!(await service.deleteRunner(id))) throw notFound('Runner');
      return noContent(c);
    },
  );
}

async function ownRunner(
  access: Access,
  c: RouteContext,
  { service, id }: { readonly service: AgentsService; readonly id: string },
): Promise<Runner> {
  const runner = await service.getRunnerById(id);
  if (runner === null) throw notFound('Runner');
  access.owner(c, runner.userId, 'Forbidden');
  return runner;
}
