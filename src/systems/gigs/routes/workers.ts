/** Workers: profile, balance, earnings, reputation, risk, prediction. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  defined,
  defineRoute,
  idParam,
  integerParam,
  json,
  notFound,
  pageQuery,
  pageSchema,
  type RouteContext,
  type RouteEnv,
  respond,
} from '../../../kernel/index.ts';
import type { GigsService } from '../service.ts';
import type { Access } from './access.ts';
import {
  balanceSchema,
  earningsSchema,
  loanSchema,
  predictionSchema,
  reputationSchema,
  riskSchema,
} from './money-schemas.ts';
import {
  streamSchema,
  TASK_STATUSES,
  TRANSACTION_STATUSES,
  TRANSACTION_TYPES,
  taskSchema,
  transactionSchema,
  workerSchema,
} from './schemas.ts';

/** What worker_earnings_view tells apart. */
const EARNING_TYPES = ['payout', 'advance', 'repayment', 'fee', 'withdrawal'] as const;

const profileSchema = workerSchema
  .extend({
    tasks: z.array(taskSchema).openapi({ description: 'The last ten.' }),
    transactions: z.array(transactionSchema).openapi({ description: 'The last ten.' }),
    loans: z.array(loanSchema).openapi({ description: 'Those that are being repaid.' }),
  })
  .openapi('WorkerProfile');

const earningsPage = pageSchema(transactionSchema)
  .extend({
    summary: earningsSchema,
    matching: z
      .object({ count: z.int(), total: z.string() })
      .nullable()
      .openapi({ description: 'All completed ones of the type asked for; null without a type.' }),
  })
  .openapi('EarningsPage');

const page = pageQuery.omit({ withTotal: true });
const reputationBound = integerParam({ min: 0, max: 1_000 }).optional();

export function addWorkerRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  /** The caller's own worker, or any for an administrator. */
  const own = async (c: RouteContext, id: string): Promise<GigsService> => {
    const service = access.service(c);
    await access.worker(c, service, id);
    return service;
  };
  const request = { params: idParam('wrk') };

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/workers',
      operationId: 'listWorkers',
      tags: ['workers'],
      summary: 'List workers',
      description: 'For administrators.',
      request: { query: pageQuery.extend({ minReputation: reputationBound }) },
      responses: { 200: { description: 'Newest first.', content: json(pageSchema(workerSchema)) } },
    }),
    async (c) => {
      access.admin(c);
      return respond(c, 200, await access.service(c).listWorkers(defined(c.req.valid('query'))));
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/workers/{id}',
      operationId: 'getWorker',
      tags: ['workers'],
      summary: 'A worker with its latest work and money',
      request,
      responses: { 200: { description: 'The profile.', content: json(profileSchema) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const found = await (await own(c, id)).getWorkerProfile(id);
      if (found === null) throw notFound('Worker');
      return respond(c, 200, found);
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/workers/{id}/balance',
      operationId: 'getWorkerBalance',
      tags: ['workers'],
      summary: 'Balance, pending and owed',
      request,
      responses: { 200: { description: 'As of now, from the ledger.', content: json(balanceSchema) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      return respond(c, 200, await (await own(c, id)).getWorkerBalance(id));
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/workers/{id}/earnings',
      operationId: 'getWorkerEarnings',
      tags: ['workers'],
      summary: 'Earnings: transactions and the sum of them all',
      description: 'The summary is of everything the worker ever earned, whatever the page shows.',
      request: { ...request, query: page.extend({ type: z.enum(EARNING_TYPES).optional() }) },
      responses: { 200: { description: 'Newest first.', content: json(earningsPage) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const { type, ...wanted } = defined(c.req.valid('query'));
      const service = await own(c, id);
      const filter = type === undefined ? { workerId: id } : { workerId: id, txType: type };
      const [list, summary] = await Promise.all([
        service.listTransactions(filter, wanted),
        service.getWorkerEarnings(id),
      ]);
      if (summary === null) throw notFound('Worker');
      const matching =
        type === undefined ? null : { count: summary[`${type}Count`], total: summary[`${type}Total`] };
      return respond(c, 200, { ...list, summary, matching });
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/workers/{id}/reputation',
      operationId: 'getWorkerReputation',
      tags: ['workers'],
      summary: 'Score, rank, badges, and what made them',
      request,
      responses: { 200: { description: 'The reputation.', content: json(reputationSchema) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const found = await (await own(c, id)).getReputation(id);
      if (found === null) throw notFound('Worker');
      return respond(c, 200, found);
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/workers/{id}/risk',
      operationId: 'getWorkerRisk',
      tags: ['advances'],
      summary: 'Risk score with its parts',
      request,
      responses: { 200: { description: 'The score and what it is made of.', content: json(riskSchema) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      return respond(c, 200, await (await own(c, id)).calculateRiskScore(id));
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/workers/{id}/prediction',
      operationId: 'getWorkerPrediction',
      tags: ['advances'],
      summary: 'What the worker will probably earn',
      request: {
        ...request,
        query: z.strictObject({ days: integerParam({ min: 1, max: 90 }).optional() }),
      },
      responses: { 200: { description: 'The prediction.', content: json(predictionSchema) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const { days } = c.req.valid('query');
      return respond(c, 200, await (await own(c, id)).predictEarnings(id, days));
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/workers/{id}/transactions',
      operationId: 'listWorkerTransactions',
      tags: ['workers'],
      summary: 'All movements of a worker’s money',
      request: {
        ...request,
        query: page.extend({
          type: z.enum(TRANSACTION_TYPES).optional(),
          status: z.enum(TRANSACTION_STATUSES).optional(),
        }),
      },
      responses: { 200: { description: 'Newest first.', content: json(pageSchema(transactionSchema)) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const { type, status, ...wanted } = defined(c.req.valid('query'));
      const filter = defined({ workerId: id, txType: type, status });
      return respond(c, 200, await (await own(c, id)).listTransactions(filter, wanted));
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/workers/{id}/tasks',
      operationId: 'listWorkerTasks',
      tags: ['workers'],
      summary: 'Tasks of a worker',
      request: { ...request, query: page.extend({ status: z.enum(TASK_STATUSES).optional() }) },
      responses: { 200: { description: 'Newest first.', content: json(pageSchema(taskSchema)) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const filter = defined(c.req.valid('query'));
      return respond(c, 200, await (await own(c, id)).listTasks({ ...filter, workerId: id }));
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/workers/{id}/streams',
      operationId: 'listWorkerStreams',
      tags: ['workers'],
      summary: 'Payment streams of a worker',
      request: { ...request, query: page.extend({ taskId: anyId('tsk').optional() }) },
      responses: { 200: { description: 'Newest first.', content: json(pageSchema(streamSchema)) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const filter = defined(c.req.valid('query'));
      return respond(c, 200, await (await own(c, id)).listStreams({ ...filter, workerId: id }));
    },
  );
}
