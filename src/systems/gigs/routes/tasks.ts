/** Tasks: posted, listed, given to a worker, begun, handed in. What comes after is in task-endings.ts. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import {
  anyId,
  booleanParam,
  callerOf,
  decimalSchema,
  defined,
  defineRoute,
  denied,
  idParam,
  isAdmin,
  json,
  MACHINE_PACE,
  pageQuery,
  pageSchema,
  type RouteEnv,
  respond,
  timeInput,
} from '../../../kernel/index.ts';
import type { Access } from './access.ts';
import { TASK_STATUSES, TASK_TYPES, taskSchema } from './schemas.ts';

const jsonObject = z.record(z.string(), z.unknown());

const newTask = z
  .strictObject({
    platformId: anyId('plt').optional().openapi({ description: 'Default: the caller.' }),
    workerId: anyId('wrk')
      .optional()
      .openapi({ description: 'Without one it is open for workers to claim.' }),
    externalId: z.string().max(200).optional().openapi({
      example: 'job-42',
      description: 'Your own id: posted again it is the same task.',
    }),
    taskType: z.enum(TASK_TYPES).optional().openapi({ default: 'fixed' }),
    amount: decimalSchema({ min: 'positive', example: '25' }),
    escrow: decimalSchema({ example: '5' })
      .optional()
      .openapi({ description: 'Of a streaming task: what is set aside at once; default all.' }),
    title: z.string().max(500).optional().openapi({ example: 'Delivery to Downtown' }),
    description: z.string().max(10_000).optional(),
    metadata: jsonObject.optional(),
    scheduledAt: timeInput().optional(),
    dueAt: timeInput().optional(),
    holdUntil: timeInput().optional().openapi({ description: 'Not paid before.' }),
    begun: z.boolean().optional().openapi({ description: 'The worker has begun: it is active at once.' }),
  })
  .openapi('NewTask', { example: { amount: '25', title: 'Delivery to Downtown', externalId: 'job-42' } });

const assignment = z
  .strictObject({ workerId: anyId('wrk') })
  .openapi('Assignment', { example: { workerId: 'wrk_01jd7q8w9e3r5t6y7h8k9m0n1p' } });
const claim = z
  .strictObject({ workerId: anyId('wrk').optional().openapi({ description: 'Default: the caller.' }) })
  .openapi('Claim', { example: {} });
export const submission = z
  .strictObject({
    verificationData: jsonObject.optional().openapi({ example: { photos: ['https://example.org/1.jpg'] } }),
    completionProof: z.string().max(2_000).optional().openapi({ example: 'sha256:9f86d081' }),
  })
  .openapi('Submission', { example: { completionProof: 'sha256:9f86d081' } });

export function addTaskRoutes(router: OpenAPIHono<RouteEnv>, access: Access): void {
  const params = idParam('tsk');

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/tasks',
      operationId: 'listTasks',
      tags: ['tasks'],
      summary: 'List tasks',
      description:
        'The caller’s; for an administrator everybody’s. With `open=true` a worker gets the tasks that nobody has taken.',
      request: {
        query: pageQuery.omit({ withTotal: true }).extend({
          status: z.enum(TASK_STATUSES).optional(),
          open: booleanParam().optional(),
          workerId: anyId('wrk').optional(),
          platformId: anyId('plt').optional(),
        }),
      },
      responses: { 200: { description: 'Newest first.', content: json(pageSchema(taskSchema)) } },
    }),
    async (c) => {
      const filter = defined(c.req.valid('query'));
      // What nobody has taken is offered to every worker, so its list is not narrowed to the caller.
      const isOffer = filter.open === true && filter.workerId === undefined && callerOf(c).kind === 'worker';
      const shown = isOffer ? {} : access.listed(c, filter);
      return respond(c, 200, await access.service(c).listTasks({ ...filter, ...shown }));
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/tasks',
      operationId: 'createTask',
      tags: ['tasks'],
      summary: 'Post a task',
      description: 'Its amount goes from the platform’s funds to escrow. Refused with `insufficient_funds`.',
      limits: { ...MACHINE_PACE, needsKey: 'A task' },
      request: { body: { content: json(newTask) } },
      responses: { 201: { description: 'The task, pending.', content: json(taskSchema) } },
    }),
    (c) =>
      access.once(c, 201, async (service) => {
        const { platformId, ...input } = defined(c.req.valid('json'));
        return service.createTaskWithAudit({
          ...input,
          platformId: access.actingPlatform(c, platformId),
        });
      }),
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/tasks/{id}',
      operationId: 'getTask',
      tags: ['tasks'],
      summary: 'One task',
      description: 'For both its sides; for every worker while nobody has taken it.',
      request: { params },
      responses: { 200: { description: 'The task.', content: json(taskSchema) } },
    }),
    async (c) => respond(c, 200, await access.seenTask(c, access.service(c), c.req.valid('param').id)),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/tasks/{id}/assign',
      operationId: 'assignTask',
      tags: ['tasks'],
      summary: 'Give a pending task to a worker',
      limits: MACHINE_PACE,
      request: { params, body: { content: json(assignment) } },
      responses: { 200: { description: 'The task.', content: json(taskSchema) } },
    }),
    (c) =>
      access.once(c, 200, async (service) => {
        const { id } = c.req.valid('param');
        await access.task(c, service, { id, side: 'platform' });
        return service.assignTask(id, c.req.valid('json').workerId);
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/tasks/{id}/claim',
      operationId: 'claimTask',
      tags: ['tasks'],
      summary: 'Take an open task',
      description: 'Of two workers at once one gets it, and it is active; the other gets 409.',
      limits: MACHINE_PACE,
      request: { params, body: { required: false, content: json(claim) } },
      responses: { 200: { description: 'The task, active.', content: json(taskSchema) } },
    }),
    (c) =>
      access.once(c, 200, async (service) => {
        const workerId = access.actingWorker(c, c.req.valid('json')?.workerId);
        const { id } = c.req.valid('param');
        const task = await service.getTask(id);
        // Somebody else's is refused like any other thing of theirs.
        if (task !== null && task.workerId !== null && task.workerId !== workerId && !isAdmin(callerOf(c))) {
          throw denied();
        }
        return service.claimTask(id, workerId);
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/tasks/{id}/start',
      operationId: 'startTask',
      tags: ['tasks'],
      summary: 'Begin a task that has a worker',
      limits: MACHINE_PACE,
      request: { params },
      responses: { 200: { description: 'The task, active.', content: json(taskSchema) } },
    }),
    (c) =>
      access.once(c, 200, async (service) => {
        const { id } = c.req.valid('param');
        await access.task(c, service, { id, side: 'either' });
        return service.startTask(id);
      }),
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/tasks/{id}/submit',
      operationId: 'submitTask',
      tags: ['tasks'],
      summary: 'Hand in the work',
      limits: MACHINE_PACE,
      request: { params, body: { content: json(submission) } },
      responses: { 200: { description: 'The task, still active.', content: json(taskSchema) } },
    }),
    (c) =>
      access.once(c, 200, async (service) => {
        const { id } = c.req.valid('param');
        await access.task(c, service, { id, side: 'worker' });
        return service.submitTask(id, defined(c.req.valid('json')));
      }),
  );
}
