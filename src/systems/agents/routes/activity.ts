/** The activity feed. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  DEFAULT_PAGE,
  defined,
  defineRoute,
  integerParam,
  invalidInput,
  json,
  MACHINE_PACE,
  pageQuery,
  pageSchema,
  type RouteEnv,
  respond,
  texts,
} from '../../../kernel/index.ts';
import { ACTIVITY_TYPES } from '../types.ts';
import type { Access } from './access.ts';
import { activitySchema } from './schemas.ts';

/** Skipping reads what it skips: beyond this a cursor is the way. */
const MAX_OFFSET = 100_000;

const newActivity = z
  .strictObject({
    projectId: anyId('prj'),
    type: z.enum(ACTIVITY_TYPES),
    message: z.string().max(65_536).openapi({ example: 'Agent started working on issue #125' }),
    metadata: z
      .unknown()
      .optional()
      .openapi({ example: { issueNumber: 125 } }),
  })
  .openapi('NewActivity', {
    example: {
      projectId: 'prj_01jd7q8w9e3r5t6y7h8k9m0n1p',
      type: 'agent_started',
      message: 'Agent started working on issue #125',
      metadata: { issueNumber: 125 },
    },
  });

const feedSchema = pageSchema(activitySchema).extend({
  pagination: z
    .object({ limit: z.int(), offset: z.int(), total: z.int() })
    .optional()
    .openapi({ description: 'Only with `offset`; the total is that of all entries, not of the page.' }),
});

export function addActivityRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/activity',
      operationId: 'listActivity',
      tags: ['activity'],
      summary: 'The activity feed',
      description:
        'Pages by `cursor`, which is stable while entries are added. `offset`, as the founding API has it, is not.',
      request: {
        query: pageQuery.extend({
          projectId: anyId('prj').optional(),
          userId: anyId('usr').optional(),
          offset: integerParam({ min: 0, max: MAX_OFFSET })
            .optional()
            .openapi({ description: 'Entries to skip; instead of `cursor`.', example: 0 }),
        }),
      },
      responses: { 200: { description: 'Newest first.', content: json(feedSchema) } },
    }),
    async (c) => {
      const filter = defined(c.req.valid('query'));
      const { offset, limit = DEFAULT_PAGE } = filter;
      if (offset !== undefined && filter.cursor !== undefined) {
        throw invalidInput('offset', 'offset and cursor exclude each other.', 'Send one of them.');
      }
      const service = access.service(c);
      const shown = await access.shown(c, service, filter);
      const counted = offset === undefined ? {} : { withTotal: true };
      const page = await service.pageActivities({ ...filter, ...shown, ...counted });
      if (offset === undefined) return respond(c, 200, page);
      return respond(c, 200, { ...page, pagination: { limit, offset, total: page.total ?? 0 } });
    },
    texts({ bad: { limit: 'Invalid limit parameter', offset: 'Invalid offset parameter' } }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/activity',
      operationId: 'createActivity',
      tags: ['activity'],
      summary: 'Add to the feed',
      limits: MACHINE_PACE,
      request: { body: { content: json(newActivity) } },
      responses: { 201: { description: 'The activity.', content: json(activitySchema) } },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const input = defined(c.req.valid('json'));
        await access.project(c, service, input.projectId);
        return service.createActivity(input);
      }),
    texts({
      bad: {
        type: (value) =>
          `Invalid activity type: ${String(value).slice(0, 80)}. Must be one of: ${ACTIVITY_TYPES.join(', ')}`,
      },
    }),
  );
}
