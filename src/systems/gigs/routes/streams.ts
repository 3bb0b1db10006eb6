/** Payment streams. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  booleanParam,
  decimalSchema,
  defined,
  defineRoute,
  idParam,
  integerParam,
  json,
  pageQuery,
  pageSchema,
  type RouteEnv,
  respond,
  timeInput,
} from '../../../kernel/index.ts';
import { STREAM_STATUSES } from '../stream-types.ts';
import type { Access, Side } from './access.ts';
import { activeStreamSchema, streamSchema, streamWithdrawalSchema } from './schemas.ts';

const amount = (example: string) => decimalSchema({ min: 'positive', example });
const newStream = z
  .strictObject({
    taskId: anyId('tsk'),
    totalAmount: amount('36').optional().openapi({ description: 'Default: the amount of the task.' }),
    durationS: z.int().min(60).optional().openapi({ example: 3_600, description: 'This or endTime.' }),
    endTime: timeInput().optional(),
    releaseIntervalS: z.int().min(60).openapi({ example: 60 }),
    startTime: timeInput().optional().openapi({ description: 'Default: now.' }),
    contractAddress: z.string().max(100).optional(),
  })
  .openapi('NewStream', {
    example: { taskId: 'tsk_01jd7q8w9e3r5t6y7h8k9m0n1p', durationS: 3_600, releaseIntervalS: 60 },
  });
const topUp = z.strictObject({ amount: amount('10') }).openapi('TopUp', { example: { amount: '10' } });
const withdrawal = z
  .strictObject({
    amount: amount('1.5').optional().openapi({ description: 'Default: all that has accrued.' }),
  })
  .openapi('StreamWithdrawalInput', { example: {} });

/** Changes without a body: each for one side, and what it says of itself. */
const STEPS = [
  ['pause', 'platform', 'Pause a stream', 'What has accrued is paid first; paused time earns nothing.'],
  ['resume', 'platform', 'Let a paused stream go on', 'From now on.'],
  ['cancel', 'platform', 'Cancel a stream', 'What has accrued is paid; the rest is free escrow of the task.'],
] as const satisfies readonly (readonly [string, Side, string, string])[];

export function addStreamRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  const params = idParam('str');
  const tags = ['streams'];

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/streams',
      operationId: 'listStreams',
      tags,
      summary: 'List payment streams',
      description: 'The caller’s; for an administrator everybody’s.',
      request: {
        query: pageQuery.extend({
          status: z.enum(STREAM_STATUSES).optional(),
          taskId: anyId('tsk').optional(),
          workerId: anyId('wrk').optional(),
          platformId: anyId('plt').optional(),
        }),
      },
      responses: { 200: { description: 'Newest first.', content: json(pageSchema(streamSchema)) } },
    }),
    async (c) => {
      const filter = defined(c.req.valid('query'));
      const shown = access.listed(c, filter);
      return respond(c, 200, await access.service(c).listStreams({ ...filter, ...shown }));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/streams',
      operationId: 'createStream',
      tags,
      summary: 'Stream the pay of an active streaming task',
      limits: { needsKey: 'A stream' },
      request: { body: { content: json(newStream) } },
      responses: { 201: { description: 'The stream.', content: json(streamSchema) } },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const input = defined(c.req.valid('json'));
        await access.task(c, service, { id: input.taskId, side: 'platform' });
        return service.createStream(input);
      }),
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/streams/active',
      operationId: 'listActiveStreams',
      tags,
      summary: 'Streams that run, the soonest release first',
      description: 'For administrators.',
      request: {
        query: z.strictObject({
          due: booleanParam().optional(),
          limit: integerParam({ min: 1, max: 1_000 }).optional(),
        }),
      },
      responses: {
        200: {
          description: 'With task, worker and platform.',
          content: json(z.object({ data: z.array(activeStreamSchema) })),
        },
      },
    }),
    async (c) => {
      access.admin(c);
      const data = await access.service(c).getActiveStreams(defined(c.req.valid('query')));
      return respond(c, 200, { data });
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/streams/{id}',
      operationId: 'getStream',
      tags,
      summary: 'One stream, as of now',
      request: { params },
      responses: { 200: { description: 'The stream.', content: json(streamSchema) } },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      return respond(c, 200, await access.stream(c, access.service(c), { id, side: 'either' }));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/streams/{id}/top-up',
      operationId: 'topUpStream',
      tags,
      summary: 'Add money to a stream',
      limits: { needsKey: 'A top-up' },
      request: { params, body: { content: json(topUp) } },
      responses: { 200: { description: 'The stream.', content: json(streamSchema) } },
    }),
    (c) =>
      access.once(c, 200, async (service) => {
        const { id } = c.req.valid('param');
        await access.stream(c, service, { id, side: 'platform' });
        return service.topUpStream(id, c.req.valid('json').amount);
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/streams/{id}/withdraw',
      operationId: 'withdrawFromStream',
      tags,
      summary: 'Take what has accrued',
      description: 'For the worker, at any time.',
      limits: { needsKey: 'A withdrawal' },
      request: { params, body: { required: false, content: json(withdrawal) } },
      responses: {
        201: { description: 'The stream and the payout.', content: json(streamWithdrawalSchema) },
      },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const { id } = c.req.valid('param');
        await access.stream(c, service, { id, side: 'worker' });
        return service.withdrawFromStream(id, defined(c.req.valid('json') ?? {}));
      }),
  );

  for (const [step, side, summary, description] of STEPS) {
    router.openapi(
      defineRoute({
        method: 'post',
        path: `/streams/{id}/${step}`,
        operationId: `${step}Stream`,
        tags,
        summary,
        description,
        request: { params },
        responses: { 200: { description: 'The stream.', content: json(streamSchema) } },
      }),
      (c) =>
        access.once(c, 200, async (service) => {
          const { id } = c.req.valid('param');
          await access.stream(c, service, { id, side });
          return service[`${step}Stream`](id);
        }),
    );
  }
}
