/**
 * Works on events of platforms: creates the task if it was not posted, completes, verifies and pays it. Each step looks
 * at what is there and can be repeated, so a worker that dies in the middle leaves nothing half done for ever.
 */
import { type ClaimedJob, canonicalDecimal, isGuildhallError, JobRefused } from '../../kernel/index.ts';
import type { Context } from './context.ts';
import { getTaskByExternalId } from './external-tasks.ts';
import { INBOUND_QUEUE, type TaskCompletedEvent } from './inbound.ts';
import { workRound } from './job-round.ts';
import * as payments from './payments.ts';
import * as reviews from './reviews.ts';
import * as tasks from './tasks.ts';
import type { Task } from './types.ts';

/** Jobs of one round: each is a few statements. */
const BATCH = 20;
/** Waits of 1 s, doubled to 256 s: with all of them some minutes, long enough for a fail-over or a deposit. */
const RETRY = { maxFailures: 10, maxLosses: 20, baseS: 1, mostS: 300 };

type Outcome = 'paid' | 'held' | 'flagged' | 'rejected';

interface EventRow {
  readonly id: string;
  readonly platformId: string;
  readonly payload: TaskCompletedEvent;
  readonly processedAt: Date | null;
}

/** One round over the events that wait; true when there may be more. Safe in several processes at once. */
export async function workInboundEvents(context: Context): Promise<boolean> {
  const worked = await workRound(context.scope, {
    ...{ queue: INBOUND_QUEUE, worker: 'inbound', limit: BATCH, retry: RETRY, isFinal },
    run: async (job) => {
      const event = await readEvent(context, job);
      const done = event.processedAt === null ? await workEvent(context, event) : null;
      return async (inner) => {
        if (done === null) return;
        await inner.query(
          `update :schema.inbound_events set task_id = $2, outcome = $3, processed_at = clock_timestamp()
            where id = $1 and processed_at is null`,
          [event.id, done.taskId, done.outcome],
        );
      };
    },
  });
  return worked > 0;
}

async function readEvent({ scope }: Context, { payload }: ClaimedJob): Promise<EventRow> {
  const { inboundId } = payload as { readonly inboundId: string };
  const [event] = await scope.query<EventRow>(
    `select id, platform_id as "platformId", payload, processed_at as "processedAt"
       from :schema.inbound_events where id = $1`,
    [inboundId],
  );
  if (event === undefined) throw new JobRefused(`The event ${inboundId} is gone.`);
  return event;
}

async function workEvent(
  context: Context,
  { id, platformId, payload }: EventRow,
): Promise<{ readonly taskId: string; readonly outcome: Outcome }> {
  // As the platform: its own rules hold for what it reports, and the trail names it.
  const acting: Context = { ...context, actor: { kind: 'platform', id: platformId, requestId: id } };
  const known = await getTaskByExternalId(acting, platformId, payload.externalTaskId);
  const posted = known === null ? await post(acting, platformId, payload) : fitting(known, payload);
  const completed = await finish(acting, posted, payload);
  const verified = await verify(acting, completed, payload);
  return { taskId: verified.id, outcome: await pay(acting, verified) };
}

function post(context: Context, platformId: string, event: TaskCompletedEvent): Promise<Task> {
  const { amount, workerId, externalTaskId: externalId, title } = event;
  if (amount === undefined) {
    throw new JobRefused(`The task ${externalId} was never posted, and the event has no amount.`);
  }
  return tasks.createTaskWithAudit(context, {
    platformId,
    workerId,
    externalId,
    amount,
    ...(title === undefined ? {} : { title }),
  });
}

/** The task as it was posted, if the event can be about it. */
function fitting(task: Task, { amount, workerId, externalTaskId }: TaskCompletedEvent): Task {
  if (task.status === 'cancelled' || task.status === 'disputed') {
    throw new JobRefused(`The task ${externalTaskId} is ${task.status}.`);
  }
  if (task.workerId !== null && task.workerId !== workerId) {
    throw new JobRefused(`The task ${externalTaskId} is done by ${task.workerId}, not by ${workerId}.`);
  }
  if (amount !== undefined && canonicalDecimal(amount) !== canonicalDecimal(task.amount)) {
    throw new JobRefused(`The task ${externalTaskId} was posted for ${task.amount}, not for ${amount}.`);
  }
  return task;
}

async function finish(context: Context, posted: Task, event: TaskCompletedEvent): Promise<Task> {
  let task = posted;
  if (task.status === 'pending') {
    if (task.workerId === null) {
      task = await tasks.assignTask(context, task.id, { workerId: event.workerId });
    }
    task = await tasks.startTask(context, task.id);
  }
  if (task.status !== 'active') return task;
  const proof = event.proof === undefined ? {} : { completionProof: event.proof };
  return tasks.completeTaskWithReputation(context, task.id, proof);
}

async function verify(context: Context, task: Task, event: TaskCompletedEvent): Promise<Task> {
  if (task.verificationStatus !== 'pending') return task;
  const evidence = { ...event.verification, completedAt: new Date(event.completedAt) };
  return (await reviews.verifyTaskCompletion(context, task.id, evidence)).task;
}

async function pay(context: Context, task: Task): Promise<Outcome> {
  const { verificationStatus } = task;
  if (verificationStatus === 'flagged' || verificationStatus === 'rejected') return verificationStatus;
  try {
    await payments.processPayment(context, { taskId: task.id });
    return 'paid';
  } catch (error) {
    if (!isGuildhallError(error)) throw error;
    if (error.reason === 'task_already_paid') return 'paid';
    if (error.reason === 'task_held') return 'held';
    throw error;
  }
}

/** What another try cannot mend. A conflict can be a race with the platform's own calls, which the next try sees. */
function isFinal(error: unknown): boolean {
  if (error instanceof JobRefused) return true;
  return isGuildhallError(error) && ['invalid_input', 'not_found', 'forbidden'].includes(error.code);
}
