/** Budgets of projects and runs. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  decimalSchema,
  defined,
  defineRoute,
  idParam,
  json,
  noContent,
  notFound,
  pageQuery,
  pageSchema,
  type RouteEnv,
  respond,
} from '../../../kernel/index.ts';
import { BUDGET_KINDS, BUDGET_PERIODS } from '../budgets.ts';
import type { Access } from './access.ts';
import { budgetSchema } from './schemas.ts';

const limit = decimalSchema({ min: 'positive', example: '25' }).openapi({ description: 'USD.' });
const thresholds = z
  .array(decimalSchema({ min: 'positive', example: '0.5' }))
  .max(20)
  .openapi({
    example: ['0.5', '0.8', '1'],
    description: 'Parts of the limit; reaching one writes one cost_alert in a period.',
  });

const newBudget = z
  .strictObject({
    projectId: anyId('prj'),
    agentId: anyId('agt')
      .nullable()
      .optional()
      .openapi({ description: 'Run it is for; else the whole project.' }),
    kind: z
      .enum(BUDGET_KINDS)
      .openapi({ description: 'hard refuses reservations beyond it; soft only alerts.' }),
    period: z.enum(BUDGET_PERIODS).openapi({ description: 'UTC day, UTC month, or from the first day on.' }),
    limit,
    thresholds: thresholds.optional(),
  })
  .openapi('NewBudget', {
    example: { projectId: 'prj_01jd7q8w9e3r5t6y7h8k9m0n1p', kind: 'hard', period: 'month', limit: '25' },
  });

const budgetChange = z
  .strictObject({ limit: limit.optional(), thresholds: thresholds.optional() })
  .refine((change) => Object.keys(change).length > 0, {
    error: 'changes nothing | Send limit or thresholds.',
  })
  .openapi('BudgetChange', { example: { limit: '40' } });

export function addBudgetRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/budgets',
      operationId: 'listBudgets',
      tags: ['budgets'],
      summary: 'List budgets',
      request: {
        query: pageQuery.extend({ projectId: anyId('prj').optional(), userId: anyId('usr').optional() }),
      },
      responses: {
        200: {
          description: 'Newest first, each with what its running period has used.',
          content: json(pageSchema(budgetSchema)),
        },
      },
    }),
    async (c) => {
      const filter = defined(c.req.valid('query'));
      const service = access.service(c);
      const shown = await access.shown(c, service, filter);
      return respond(c, 200, await service.pageBudgets({ ...filter, ...shown }));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/budgets',
      operationId: 'createBudget',
      tags: ['budgets'],
      summary: 'Set a budget',
      description:
        'One of a kind and period for a project, or for a run. Thresholds reached already alert at once.',
      request: { body: { content: json(newBudget) } },
      responses: { 201: { description: 'The budget.', content: json(budgetSchema) } },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const input = defined(c.req.valid('json'));
        await access.project(c, service, input.projectId);
        return service.createBudget(input);
      }),
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/budgets/{id}',
      operationId: 'getBudget',
      tags: ['budgets'],
      summary: 'One budget',
      request: { params: idParam('bdg') },
      responses: { 200: { description: 'The budget and its use.', content: json(budgetSchema) } },
    }),
    async (c) => {
      const service = access.service(c);
      const thing = await service.getBudget(c.req.valid('param').id);
      return respond(c, 200, await access.within(c, service, { noun: 'Budget', thing }));
    },
  );

  router.openapi(
    defineRoute({
      method: 'patch',
      path: '/budgets/{id}',
      operationId: 'updateBudget',
      tags: ['budgets'],
      summary: 'Change limit or thresholds',
      description: 'Open reservations stay as they are.',
      request: { params: idParam('bdg'), body: { content: json(budgetChange) } },
      responses: { 200: { description: 'The budget.', content: json(budgetSchema) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const changed = await access.service(c).transaction(async (service) => {
        await access.within(c, service, { noun: 'Budget', thing: await service.getBudget(id) });
        return service.updateBudget(id, defined(c.req.valid('json')));
      });
      return respond(c, 200, changed);
    },
  );

  router.openapi(
    defineRoute({
      method: 'delete',
      path: '/budgets/{id}',
      operationId: 'deleteBudget',
      tags: ['budgets'],
      summary: 'Remove a budget',
      request: { params: idParam('bdg') },
      responses: { 204: { description: 'Gone; what is reserved stays reserved.' } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const service = access.service(c);
      await access.within(c, service, { noun: 'Budget', thing: await service.getBudget(id) });
      if (!(await service.deleteBudget(id))) throw notFound('Budget');
      return noContent(c);
    },
  );
}
