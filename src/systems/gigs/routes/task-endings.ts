/** What becomes of a task: completed, verified, paid, cancelled, disputed, rated. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  decimalSchema,
  defined,
  defineRoute,
  GuildhallError,
  idParam,
  json,
  MACHINE_PACE,
  type RouteEnv,
  timeInput,
} from '../../../kernel/index.ts';
import type { Access } from './access.ts';
import { verifiedTaskSchema } from './money-schemas.ts';
import { completedTaskSchema, paymentSchema, taskSchema } from './schemas.ts';
import { submission } from './tasks.ts';

const MAX_REASON = 900;

export const evidenceFields = {
  photos: z
    .array(z.string().max(2_048))
    .max(20)
    .optional()
    .openapi({ example: ['https://example.org/1.jpg'] }),
  location: z.strictObject({ latitude: z.number(), longitude: z.number() }).optional(),
  durationMinutes: z.number().min(0).optional(),
  notes: z.string().max(2_000).optional(),
};
const evidence = z
  .strictObject({ ...evidenceFields, completedAt: timeInput().optional() })
  .openapi('TaskEvidence', { example: { photos: ['https://example.org/1.jpg'], durationMinutes: 30 } });
const reason = z.string().trim().min(1).max(MAX_REASON);
const payment = z
  .strictObject({
    rail: z.string().max(100).optional().openapi({
      example: 'ledger',
      description: 'Default `ledger`: into the balance. A rail: on to the worker’s wallet at once.',
    }),
  })
  .openapi('NewPayment', { example: {} });
const cancellation = z
  .strictObject({ reason: reason.optional() })
  .openapi('Cancellation', { example: { reason: 'not needed any more' } });
const dispute = z
  .strictObject({ reason })
  .openapi('Dispute', { example: { reason: 'The photo shows another address.' } });
const resolution = z
  .strictObject({
    outcome: z.enum(['complete', 'cancel', 'resume']),
    severity: z.int().min(0).max(5).optional().openapi({ description: 'Each costs the worker 10 points.' }),
    note: reason.optional(),
  })
  .openapi('Resolution', { example: { outcome: 'complete', severity: 0 } });
const rating = z
  .strictObject({
    stars: z.int().min(1).max(5),
    comment: z.string().max(2_000).optional(),
    by: z.enum(['platform', 'worker']).optional().openapi({
      description: 'For administrators; a side rates for itself.',
    }),
  })
  .openapi('Rating', { example: { stars: 5 } });
const doneWork = z
  .strictObject({
    platformId: anyId('plt').optional().openapi({ description: 'Default: the caller.' }),
    workerId: anyId('wrk'),
    externalId: z.string().max(200).optional().openapi({
      example: 'trip-42',
      description: 'Your own id: a second task under it is refused.',
    }),
    amount: decimalSchema({ min: 'positive', example: '25' }),
    title: z.string().max(500).optional().openapi({ example: 'Delivery to Downtown' }),
    description: z.string().max(10_000).optional(),
    metadata: z.record(z.string(), z.unknown()).optional(),
    startedAt: timeInput().optional(),
    completedAt: timeInput().optional().openapi({ description: 'Default: now.' }),
    ...submission.shape,
  })
  .openapi('DoneWork', {
    example: { workerId: 'wrk_01jd7q8w9e3r5t6y7h8k9m0n1p', amount: '25', externalId: 'trip-42' },
  });
const recordedWork = z.object({ task: completedTaskSchema, payment: paymentSchema }).openapi('RecordedWork');
const review = z
  .strictObject({ verdict: z.enum(['approve', 'reject']), notes: z.string().max(2_000).optional() })
  .openapi('Review', { example: { verdict: 'approve' } });

export function addTaskEndingRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  const params = idParam('tsk');
  const tags = ['tasks'];

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/tasks/record',
      operationId: 'recordWork',
      tags,
      summary: 'Record work that is done',
      description:
        'Posts a task, completes it with its points and pays it from the platform’s funds into the worker’s balance, all or nothing, in one call. Refused with `insufficient_funds`, `external_id_reused`.',
      limits: { ...MACHINE_PACE, needsKey: 'A payment' },
      request: { body: { content: json(doneWork) } },
      responses: { 201: { description: 'The task and its payment.', content: json(recordedWork) } },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const { platformId, ...input } = defined(c.req.valid('json'));
        return service.recordWork({ ...input, platformId: access.actingPlatform(c, platformId) });
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/tasks/{id}/complete',
      operationId: 'completeTask',
      tags,
      summary: 'Complete an active task',
      description: 'The worker gets its points; paying is another call.',
      limits: MACHINE_PACE,
      request: { params, body: { required: false, content: json(submission) } },
      responses: { 200: { description: 'The task, completed.', content: json(completedTaskSchema) } },
    }),
    (c) =>
      access.once(c, 200, async (service) => {
        const { id } = c.req.valid('param');
        await access.task(c, service, { id, side: 'platform' });
        return service.completeTaskWithReputation(id, defined(c.req.valid('json') ?? {}));
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/tasks/{id}/pay',
      operationId: 'payTask',
      tags,
      summary: 'Pay a completed task',
      description:
        'The amount of the task, out of its escrow, once whatever is retried. Refused with `task_not_completed`, `task_already_paid`, `task_held`, `not_verified`.',
      limits: { ...MACHINE_PACE, needsKey: 'A payment' },
      request: { params, body: { required: false, content: json(payment) } },
      responses: { 201: { description: 'The payment.', content: json(paymentSchema) } },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const { id } = c.req.valid('param');
        await access.task(c, service, { id, side: 'platform' });
        return service.processPayment({ taskId: id, ...defined(c.req.valid('json') ?? {}) });
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/tasks/{id}/cancel',
      operationId: 'cancelTask',
      tags,
      summary: 'Cancel a task',
      description: 'What of it is unpaid goes back to the platform.',
      limits: MACHINE_PACE,
      request: { params, body: { required: false, content: json(cancellation) } },
      responses: { 200: { description: 'The task, cancelled.', content: json(taskSchema) } },
    }),
    (c) =>
      access.once(c, 200, async (service) => {
        const { id } = c.req.valid('param');
        await access.task(c, service, { id, side: 'platform' });
        return service.cancelTask(id, defined(c.req.valid('json') ?? {}));
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/tasks/{id}/dispute',
      operationId: 'disputeTask',
      tags,
      summary: 'Dispute a task',
      description: 'It is frozen until an administrator resolves it.',
      request: { params, body: { content: json(dispute) } },
      responses: { 200: { description: 'The task, disputed.', content: json(taskSchema) } },
    }),
    (c) =>
      access.once(c, 200, async (service) => {
        const { id } = c.req.valid('param');
        const task = await access.task(c, service, { id, side: 'either' });
        return service.disputeTask(id, { by: access.partyOf(c, task), ...c.req.valid('json') });
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/tasks/{id}/resolve',
      operationId: 'resolveDispute',
      tags,
      summary: 'Resolve a dispute',
      description: 'For administrators.',
      request: { params, body: { content: json(resolution) } },
      responses: { 200: { description: 'The task.', content: json(taskSchema) } },
    }),
    (c) => {
      access.admin(c);
      return access.once(c, 200, (service) =>
        service.resolveDispute(c.req.valid('param').id, defined(c.req.valid('json'))),
      );
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/tasks/{id}/rate',
      operationId: 'rateTask',
      tags,
      summary: 'Rate the other side of a completed task',
      request: { params, body: { content: json(rating) } },
      responses: { 200: { description: 'The task.', content: json(taskSchema) } },
    }),
    (c) =>
      access.once(c, 200, async (service) => {
        const { id } = c.req.valid('param');
        const { by: wanted, ...stars } = defined(c.req.valid('json'));
        const task = await access.task(c, service, { id, side: 'either' });
        const party = access.partyOf(c, task);
        const by = party === 'system' ? wanted : party;
        if (by === undefined || (wanted !== undefined && wanted !== by)) {
          throw new GuildhallError('invalid_input', 'by is not a side that the caller rates for.', {
            field: 'by',
            hint: 'A side leaves it out; an administrator names the side.',
          });
        }
        return service.rateTask(id, { by, ...stars });
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/tasks/{id}/verify',
      operationId: 'verifyTask',
      tags,
      summary: 'Judge a task by the rules',
      description: 'Once: approve, flag or reject, with every check and point that led to it.',
      limits: MACHINE_PACE,
      request: { params, body: { required: false, content: json(evidence) } },
      responses: { 200: { description: 'The verdict.', content: json(verifiedTaskSchema) } },
    }),
    (c) =>
      access.once(c, 200, async (service) => {
        const { id } = c.req.valid('param');
        await access.task(c, service, { id, side: 'platform' });
        return service.verifyTaskCompletion(id, defined(c.req.valid('json') ?? {}));
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/tasks/{id}/review',
      operationId: 'reviewTask',
      tags,
      summary: 'A person’s verdict',
      description: 'It may overrule the rules; what is paid cannot be rejected.',
      request: { params, body: { content: json(review) } },
      responses: { 200: { description: 'The task.', content: json(taskSchema) } },
    }),
    (c) =>
      access.once(c, 200, async (service) => {
        const { id } = c.req.valid('param');
        await access.task(c, service, { id, side: 'platform' });
        return service.reviewTask(id, defined(c.req.valid('json')));
      }),
  );
}
