/** HTTP routes of an instance's queue, for administrators; every instance has them. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { recordChange } from '../audit.ts';
import { defined, pageSchema } from '../route-schemas.ts';
import {
  ADMIN_ROLE,
  actorOf,
  callerWithRole,
  defineRoute,
  idempotent,
  json,
  type RouteContext,
  type RouteEnv,
  respond,
} from '../routes.ts';
import type { Instance, Scope } from '../system.ts';
import { cancelJob, getJob, JOB_STATES, pauseQueue, resumeQueue, retryDead, retryJob } from './admin.ts';
import { findQueue, pageJobs, pageQueues, pageSchedules } from './lists.ts';
import {
  jobAnswer,
  jobDetailAnswer,
  jobDetailSchema,
  jobParams,
  jobSchema,
  overviewSchema,
  pageOnly,
  pausedSchema,
  queueParams,
  scheduleSchema,
  queueTags as tags,
} from './route-parts.ts';

/** Adds the routes to the router of an instance's system. */
export function addQueueRoutes(router: OpenAPIHono<RouteEnv>, { scope }: Instance): void {
  addLookingRoutes(router, scope);
  addQueueActions(router, scope);
  addJobActions(router, scope);
}

function addLookingRoutes(router: OpenAPIHono<RouteEnv>, scope: Scope): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/queues',
      operationId: 'listQueues',
      tags,
      summary: 'List queues',
      description: 'By name, with the numbers of jobs in each state. For administrators.',
      request: { query: pageOnly },
      responses: { 200: { description: 'A page.', content: json(pageSchema(overviewSchema)) } },
    }),
    async (c) => {
      callerWithRole(c, ADMIN_ROLE);
      return respond(c, 200, await pageQueues(scope, defined(c.req.valid('query'))));
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/queues/{queue}/jobs',
      operationId: 'listQueueJobs',
      tags,
      summary: 'List the jobs of a queue',
      description: 'The youngest first, of one state or of all. For administrators.',
      request: {
        params: queueParams,
        query: pageOnly.extend({
          state: z.enum(JOB_STATES).optional().openapi({ description: '`dead` lists the dead letters.' }),
        }),
      },
      responses: { 200: { description: 'A page.', content: json(pageSchema(jobSchema)) } },
    }),
    async (c) => {
      callerWithRole(c, ADMIN_ROLE);
      const { queue } = c.req.valid('param');
      const page = await pageJobs(scope, { queue, ...defined(c.req.valid('query')) });
      return respond(c, 200, { ...page, data: page.data.map(jobAnswer) });
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/queue-jobs/{jobId}',
      operationId: 'getQueueJob',
      tags,
      summary: 'One job with its attempts',
      description: 'Wherever it is: live, dead, done or cancelled. For administrators.',
      request: { params: jobParams },
      responses: { 200: { description: 'The job.', content: json(jobDetailSchema) } },
    }),
    async (c) => {
      callerWithRole(c, ADMIN_ROLE);
      return respond(c, 200, jobDetailAnswer(await getJob(scope, BigInt(c.req.valid('param').jobId))));
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/queue-schedules',
      operationId: 'listQueueSchedules',
      tags,
      summary: 'List schedules',
      description: 'By name, with the next slot of each. For administrators.',
      request: { query: pageOnly },
      responses: { 200: { description: 'A page.', content: json(pageSchema(scheduleSchema)) } },
    }),
    async (c) => {
      callerWithRole(c, ADMIN_ROLE);
      return respond(c, 200, await pageSchedules(scope, defined(c.req.valid('query'))));
    },
  );
}

function addQueueActions(router: OpenAPIHono<RouteEnv>, scope: Scope): void {
  router.openapi(
    defineRoute({
      method: 'post',
      path: '/queues/{queue}/pause',
      operationId: 'pauseQueue',
      tags,
      summary: 'Pause a queue',
      description:
        'Nobody gets a job of it until it is resumed; what is in work goes on. For administrators.',
      request: { params: queueParams },
      responses: { 200: { description: 'The queue is paused.', content: json(pausedSchema) } },
    }),
    (c) => {
      callerWithRole(c, ADMIN_ROLE);
      const { queue } = c.req.valid('param');
      return idempotent(c, scope, { status: 200, body: (inner) => setPaused(c, inner, { queue, to: true }) });
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/queues/{queue}/resume',
      operationId: 'resumeQueue',
      tags,
      summary: 'Resume a queue',
      description: 'For administrators.',
      request: { params: queueParams },
      responses: { 200: { description: 'Jobs are handed out.', content: json(pausedSchema) } },
    }),
    (c) => {
      callerWithRole(c, ADMIN_ROLE);
      const { queue } = c.req.valid('param');
      return idempotent(c, scope, {
        status: 200,
        body: (inner) => setPaused(c, inner, { queue, to: false }),
      });
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/queues/{queue}/retry-dead',
      operationId: 'retryDeadQueueJobs',
      tags,
      summary: 'Put dead letters back in line',
      description:
        'The oldest first, up to 1,000 in a call: call again until it answers 0. One whose key a live job has stays dead. For administrators.',
      request: { params: queueParams },
      responses: {
        200: {
          description: 'So many are in line again.',
          content: json(z.object({ queue: z.string(), retried: z.int() }).openapi('QueueRetry')),
        },
      },
    }),
    (c) => {
      callerWithRole(c, ADMIN_ROLE);
      const { queue } = c.req.valid('param');
      return idempotent(c, scope, {
        status: 200,
        body: async (inner) => {
          await findQueue(inner, queue);
          const retried = await retryDead(inner, queue);
          if (retried > 0) await record(c, inner, ['queue.dead_retried', queue, { retried }]);
          return { queue, retried };
        },
      });
    },
  );
}

function addJobActions(router: OpenAPIHono<RouteEnv>, scope: Scope): void {
  router.openapi(
    defineRoute({
      method: 'post',
      path: '/queue-jobs/{jobId}/retry',
      operationId: 'retryQueueJob',
      tags,
      summary: 'Put a dead letter back in line',
      description: 'With its counts at zero. For administrators.',
      request: { params: jobParams },
      responses: { 200: { description: 'The job, in line.', content: json(jobDetailSchema) } },
    }),
    (c) => {
      callerWithRole(c, ADMIN_ROLE);
      const id = BigInt(c.req.valid('param').jobId);
      return idempotent(c, scope, {
        status: 200,
        body: async (inner) => {
          await retryJob(inner, id);
          return changedJob(c, inner, { id, action: 'queue_job.retried' });
        },
      });
    },
  );

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/queue-jobs/{jobId}/cancel',
      operationId: 'cancelQueueJob',
      tags,
      summary: 'Take a job out of its queue',
      description: 'Whoever is at work on it cannot end it any more. For administrators.',
      request: { params: jobParams },
      responses: { 200: { description: 'The job, cancelled.', content: json(jobDetailSchema) } },
    }),
    (c) => {
      callerWithRole(c, ADMIN_ROLE);
      const id = BigInt(c.req.valid('param').jobId);
      return idempotent(c, scope, {
        status: 200,
        body: async (inner) => {
          await cancelJob(inner, id);
          return changedJob(c, inner, { id, action: 'queue_job.cancelled' });
        },
      });
    },
  );
}

async function setPaused(
  c: RouteContext,
  scope: Scope,
  { queue, to }: { readonly queue: string; readonly to: boolean },
): Promise<{ queue: string; pausedAt: Date | null }> {
  const before = await findQueue(scope, queue, { lock: true });
  if ((before.pausedAt !== null) === to) return { queue, pausedAt: before.pausedAt };
  await (to ? pauseQueue(scope, queue) : resumeQueue(scope, queue));
  await record(c, scope, [to ? 'queue.paused' : 'queue.resumed', queue]);
  const { pausedAt } = await findQueue(scope, queue);
  return { queue, pausedAt };
}

async function changedJob(
  c: RouteContext,
  scope: Scope,
  { id, action }: { readonly id: bigint; readonly action: string },
) {
  const job = await getJob(scope, id);
  await record(c, scope, [action, String(id), { queue: job.queue }]);
  return jobDetailAnswer(job);
}

/** Subjects are told apart by their kind in front: a queue may be called as a job is numbered. */
async function record(
  c: RouteContext,
  scope: Scope,
  [action, subject, after]: readonly [action: string, subject: string, after?: object],
): Promise<void> {
  const kind = action.startsWith('queue_job.') ? 'queue_job' : 'queue';
  await recordChange(scope, actorOf(c), { action, subject: `${kind}:${subject}`, audience: null, after });
}
