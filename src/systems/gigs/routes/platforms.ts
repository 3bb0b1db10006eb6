/** Platforms: profile, figures, workers, deposits, secret; and the calls that do several steps for them at once. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  decimalSchema,
  defined,
  defineRoute,
  idParam,
  integerParam,
  json,
  MACHINE_PACE,
  notFound,
  pageQuery,
  pageSchema,
  type RouteEnv,
  respond,
} from '../../../kernel/index.ts';
import { GRANULARITIES } from '../analytics.ts';
import type { Worker } from '../types.ts';
import type { Access } from './access.ts';
import { platformStatsSchema } from './money-schemas.ts';
import {
  paymentSchema,
  platformSchema,
  streamSchema,
  taskSchema,
  transactionSchema,
  usdc,
  workerSchema,
} from './schemas.ts';

/** A worker as the platforms it works for see it: no address of any kind. */
const workerSummary = workerSchema
  .pick({
    id: true,
    name: true,
    status: true,
    reputationScore: true,
    totalTasks: true,
    completionRate: true,
    averageRating: true,
    disputeRate: true,
    lastActiveAt: true,
  })
  .openapi('WorkerSummary');

const figures = {
  tasks: z.int(),
  completed: z.int().openapi({ description: 'Of the tasks posted in the time, completed by now.' }),
  payouts: z.int(),
  amount: usdc('250').openapi({ description: 'Of completed payouts, fees included.' }),
  fees: usdc('5'),
};
const analyticsSchema = z
  .object({
    platformId: anyId('plt'),
    days: z.int(),
    granularity: z.enum(GRANULARITIES),
    totals: z.object({ ...figures, workers: z.int() }),
    series: z.array(
      z.object({ from: z.string().openapi({ format: 'date', example: '2026-01-31' }), ...figures }),
    ),
    topWorkers: z.array(
      z.object({
        workerId: anyId('wrk'),
        name: z.string(),
        reputationScore: z.int(),
        payouts: z.int(),
        amount: usdc('120'),
      }),
    ),
    allTime: platformStatsSchema,
  })
  .openapi('PlatformAnalytics');

const change = z
  .strictObject({
    name: z.string().trim().min(1).max(100).optional(),
    webhookUrl: z.string().max(2_048).nullable().optional().openapi({ example: 'https://example.org/hooks' }),
  })
  .openapi('PlatformChange', { example: { name: 'QuickTask' } });
const deposit = z
  .strictObject({
    amount: decimalSchema({ min: 'positive', example: '500' }),
    reference: z.string().min(1).max(200).optional().openapi({
      example: 'wire 4711',
      description: 'The rail’s id of the payment that came in: booked once.',
    }),
    rail: z.string().max(100).optional().openapi({ example: 'sandbox' }),
  })
  .openapi('NewDeposit', { example: { amount: '500', reference: 'wire 4711' } });
const taskName = {
  taskId: anyId('tsk').optional().openapi({ description: 'This or externalId.' }),
  externalId: z.string().min(1).max(200).optional().openapi({ example: 'job-42' }),
};
const completion = z
  .strictObject({
    ...taskName,
    proof: z.string().max(2_000).optional().openapi({ example: 'sha256:9f86d081' }),
  })
  .openapi('PlatformCompletion', { example: { externalId: 'job-42', proof: 'sha256:9f86d081' } });
const newTaskStream = z
  .strictObject({
    ...taskName,
    totalAmount: decimalSchema({ min: 'positive', example: '36' }).optional(),
    durationS: z.int().min(60).openapi({ example: 3_600 }),
    releaseIntervalS: z.int().min(60).openapi({ example: 60 }),
  })
  .openapi('TaskStream', { example: { externalId: 'job-42', durationS: 3_600, releaseIntervalS: 60 } });

export function addPlatformRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  const params = idParam('plt');
  const tags = ['platforms'];

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/platforms/{id}',
      operationId: 'getPlatform',
      tags,
      summary: 'A platform',
      request: { params },
      responses: { 200: { description: 'The platform.', content: json(platformSchema) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const service = access.service(c);
      await access.platform(c, service, id);
      const found = await service.getPlatform(id);
      if (found === null) throw notFound('Platform');
      return respond(c, 200, found);
    },
  );

  router.openapi(
    defineRoute({
      method: 'patch',
      path: '/platforms/{id}',
      operationId: 'updatePlatform',
      tags,
      summary: 'Change name or webhook address',
      description: 'Signed deliveries with retries are set up with POST /webhooks; see there.',
      request: { params, body: { content: json(change) } },
      responses: { 200: { description: 'The platform.', content: json(platformSchema) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const service = access.service(c);
      await access.platform(c, service, id);
      return respond(c, 200, await service.updatePlatform(id, defined(c.req.valid('json'))));
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/platforms/{id}/analytics',
      operationId: 'getPlatformAnalytics',
      tags,
      summary: 'Totals, a series, the best-paid workers',
      request: {
        params,
        query: z.strictObject({
          days: integerParam({ min: 1, max: 90 }).optional(),
          granularity: z.enum(GRANULARITIES).optional(),
        }),
      },
      responses: { 200: { description: 'Of UTC days up to today.', content: json(analyticsSchema) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const service = access.service(c);
      await access.platform(c, service, id);
      const [analytics, allTime] = await Promise.all([
        service.getPlatformAnalytics(id, defined(c.req.valid('query'))),
        service.getPlatformStats(id),
      ]);
      if (allTime === null) throw notFound('Platform');
      return respond(c, 200, { ...analytics, allTime });
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/platforms/{id}/workers',
      operationId: 'listPlatformWorkers',
      tags,
      summary: 'Workers with a task of the platform',
      request: {
        params,
        query: pageQuery.extend({ minReputation: integerParam({ min: 0, max: 1_000 }).optional() }),
      },
      responses: { 200: { description: 'Newest first.', content: json(pageSchema(workerSummary)) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const service = access.service(c);
      await access.platform(c, service, id);
      const page = await service.listWorkers({ ...defined(c.req.valid('query')), platformId: id });
      return respond(c, 200, { ...page, data: page.data.map(summaryOf) });
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/platforms/{id}/deposits',
      operationId: 'deposit',
      tags,
      summary: 'Book money that came in',
      description:
        'The sandbox believes every deposit. Over another rail only an administrator books by hand (403 `deposit_not_believed`); the rail announces itself what came in.',
      limits: { needsKey: 'A deposit' },
      request: { params, body: { content: json(deposit) } },
      responses: { 201: { description: 'The transaction.', content: json(transactionSchema) } },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const { id } = c.req.valid('param');
        await access.platform(c, service, id);
        const { amount, ...options } = defined(c.req.valid('json'));
        return service.depositFunds(id, amount, options);
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/platforms/{id}/webhook-secret',
      operationId: 'rotateInboundSecret',
      tags,
      summary: 'Make the secret that signs what the platform sends',
      description:
        'Shown in this answer and nowhere else; the one before works no longer. Needs an access token; an Idempotency-Key has no effect.',
      request: { params },
      responses: {
        201: {
          description: 'The secret.',
          content: json(z.object({ secret: z.string().openapi({ example: 'whin_5Xk…' }) })),
        },
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      access.person(c);
      const service = access.service(c);
      await access.platform(c, service, id);
      return respond(c, 201, { secret: await service.rotateInboundSecret(id) });
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/platforms/{id}/tasks/complete',
      operationId: 'completePlatformTask',
      tags,
      summary: 'Complete a task and pay it',
      description: 'Both or neither. A task that is completed already is paid.',
      limits: { ...MACHINE_PACE, needsKey: 'A payment' },
      request: { params, body: { content: json(completion) } },
      responses: {
        201: {
          description: 'The task and its payment.',
          content: json(z.object({ task: taskSchema, payment: paymentSchema })),
        },
      },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const { id } = c.req.valid('param');
        await access.platform(c, service, id);
        const { proof, ...name } = defined(c.req.valid('json'));
        const evidence = proof === undefined ? {} : { completionProof: proof };
        return service.completeAndPay(id, { ...name, evidence });
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/platforms/{id}/tasks/start-stream',
      operationId: 'startPlatformStream',
      tags,
      summary: 'Begin a task and stream its pay',
      limits: { ...MACHINE_PACE, needsKey: 'A stream' },
      request: { params, body: { content: json(newTaskStream) } },
      responses: {
        201: { description: 'The stream.', content: json(z.object({ stream: streamSchema })) },
      },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const { id } = c.req.valid('param');
        await access.platform(c, service, id);
        const { taskId, externalId, ...stream } = defined(c.req.valid('json'));
        const name = defined({ taskId, externalId });
        return { stream: await service.startTaskStream(id, { ...name, stream }) };
      }),
  );
}

function summaryOf(worker: Worker) {
  const { id, name, status, reputationScore, totalTasks, completionRate, averageRating, disputeRate } =
    worker;
  const { lastActiveAt } = worker;
  return {
    ...{ id, name, status, reputationScore, totalTasks, completionRate },
    ...{ averageRating, disputeRate, lastActiveAt },
  };
}
