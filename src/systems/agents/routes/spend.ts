/** The dashboard, and spend by day from the rollups. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  callerOf,
  daySchema,
  decimalAnswer,
  defined,
  defineRoute,
  integerParam,
  json,
  listParam,
  type RouteEnv,
  respond,
} from '../../../kernel/index.ts';
import { SPEND_GROUPS } from '../spend.ts';
import type { Access } from './access.ts';
import { activitySchema, dailySpendSchema, projectSchema } from './schemas.ts';

/** A year of days split by three models; rows are some 200 bytes. */
const MAX_ROWS = 1_000;
const DEFAULT_ROWS = 100;

const projectFields = projectSchema.omit({
  progress: true,
  agentCount: true,
  totalCost: true,
  unpricedCalls: true,
  lastActivity: true,
});

const dashboardSchema = z
  .object({
    summary: z.object({
      totalProjects: z.int().openapi({ example: 2 }),
      activeAgents: z.int().openapi({ example: 1, description: 'Runs with status running.' }),
      totalCosts: decimalAnswer('0.09').openapi({ description: 'USD to 2 decimals, for people.' }),
      totalCostsExact: decimalAnswer('0.0912'),
      unpricedCalls: z.int().openapi({ example: 0 }),
    }),
    recentActivities: z
      .array(activitySchema.extend({ project: projectFields }))
      .openapi({ description: 'The newest 10, each with its project.' }),
    projects: z.array(projectSchema).openapi({ description: 'The newest 5.' }),
  })
  .openapi('Dashboard');

export function addSpendRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/dashboard',
      operationId: 'getDashboard',
      tags: ['spend'],
      summary: 'What the caller sees first',
      responses: {
        200: { description: 'Sums, newest activities, newest projects.', content: json(dashboardSchema) },
      },
    }),
    async (c) => respond(c, 200, await access.service(c).getDashboard(callerOf(c).id)),
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/spend/daily',
      operationId: 'listDailySpend',
      tags: ['spend'],
      summary: 'Spend by UTC day',
      description:
        'From rollups, so its time does not grow with the costs. `by` splits each day; by agent excludes provider and model.',
      request: {
        query: z.strictObject({
          by: listParam(SPEND_GROUPS).optional(),
          projectId: anyId('prj').optional(),
          agentId: anyId('agt').optional(),
          userId: anyId('usr').optional(),
          from: daySchema().optional().openapi({ description: 'First day, inclusive.' }),
          to: daySchema().optional().openapi({ description: 'Last day, inclusive.' }),
          limit: integerParam({ min: 1, max: MAX_ROWS })
            .optional()
            .openapi({ type: 'integer', minimum: 1, maximum: MAX_ROWS, default: DEFAULT_ROWS }),
        }),
      },
      responses: {
        200: {
          description: 'Newest day first. Where `hasMore`, narrow `from` and `to`.',
          content: json(z.object({ data: z.array(dailySpendSchema), hasMore: z.boolean() })),
        },
      },
    }),
    async (c) => {
      const { limit = DEFAULT_ROWS, ...filter } = defined(c.req.valid('query'));
      const service = access.service(c);
      const shown = await access.shown(c, service, filter);
      const rows = await service.getDailySpend({ ...filter, ...shown, limit: limit + 1 });
      return respond(c, 200, { data: rows.slice(0, limit), hasMore: rows.length > limit });
    },
  );
}
