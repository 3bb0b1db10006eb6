/** Figures of the whole house, for administrators. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import { daySchema, defined, defineRoute, json, type RouteEnv, respond } from '../../../kernel/index.ts';
import type { Access } from './access.ts';
import { dailyTransactionsSchema } from './money-schemas.ts';

export function addAnalyticsRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/analytics/daily',
      operationId: 'getDailyTransactions',
      tags: ['analytics'],
      summary: 'Transactions by day, asset, type and status',
      description: 'For administrators. 1 to 400 UTC days, newest first.',
      request: {
        query: z.strictObject({
          from: daySchema(),
          to: daySchema().optional().openapi({ description: 'Inclusive; default: the first day only.' }),
        }),
      },
      responses: {
        200: {
          description: 'Rows of daily_transaction_summary.',
          content: json(z.object({ data: z.array(dailyTransactionsSchema) })),
        },
      },
    }),
    async (c) => {
      access.admin(c);
      const data = await access.service(c).getDailyTransactions(defined(c.req.valid('query')));
      return respond(c, 200, { data });
    },
  );
}
