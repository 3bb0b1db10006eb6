/** Tasks under the names that platforms give them. */
import { GuildhallError, invalidInput } from '../../kernel/index.ts';
import type { Context } from './context.ts';
import { type Payment, processPayment } from './payments.ts';
import { readRow } from './rows.ts';
import type { NewStream, StreamProgress } from './stream-types.ts';
import { createStream } from './streams.ts';
import type { TaskEvidence } from './task-input.ts';
import { completeTaskWithReputation, startTask } from './tasks.ts';
import type { Task } from './types.ts';

/** A task of a platform, by our id or by its own; exactly one of them. */
export interface TaskName {
  readonly taskId?: string;
  readonly externalId?: string;
}

/** Null when the platform has posted none under the id. */
export async function getTaskByExternalId(
  context: Context,
  platformId: string,
  externalId: string,
): Promise<Task | null> {
  const [row] = await context.scope.query<{ task: Record<string, unknown> }>(
    'select :schema.task_json(t) as task from :schema.tasks t where t.platform_id = $1 and t.external_id = $2',
    [platformId, externalId],
  );
  return row === undefined ? null : readRow<Task>(row.task);
}

/** Throws `not_found` for a task that is not there or is another platform's. */
export async function getPlatformTask(context: Context, platformId: string, name: TaskName): Promise<Task> {
  const { taskId, externalId } = name;
  if ((taskId === undefined) === (externalId === undefined)) {
    throw invalidInput('taskId', 'Name the task in one way.', 'Pass taskId or externalId.');
  }
  const [row] = await context.scope.query<{ task: Record<string, unknown> }>(
    `select :schema.task_json(t) as task from :schema.tasks t
      where t.platform_id = $1 and ${taskId === undefined ? 't.external_id = $2' : 't.id = $2'}`,
    [platformId, taskId ?? externalId],
  );
  if (row !== undefined) return readRow<Task>(row.task);
  throw new GuildhallError('not_found', 'Task not found', {
    reason: 'task_not_found',
    field: taskId === undefined ? 'externalId' : 'taskId',
    hint: 'Check the id: externalId is what the platform posted it under.',
  });
}

/** Completes a task, if it is not, and pays it; call it in a transaction, so that it does both or neither. */
export async function completeAndPay(
  context: Context,
  platformId: string,
  { evidence, ...name }: TaskName & { readonly evidence: TaskEvidence },
): Promise<{ readonly task: Task; readonly payment: Payment }> {
  const found = await getPlatformTask(context, platformId, name);
  if (found.status !== 'completed') await completeTaskWithReputation(context, found.id, evidence);
  const payment = await processPayment(context, { taskId: found.id });
  return { task: await getPlatformTask(context, platformId, { taskId: found.id }), payment };
}

/** Begins a task, if it is not begun, and a stream of its pay; call it in a transaction. */
export async function startTaskStream(
  context: Context,
  platformId: string,
  { stream, ...name }: TaskName & { readonly stream: Omit<NewStream, 'taskId'> },
): Promise<StreamProgress> {
  const { id, status } = await getPlatformTask(context, platformId, name);
  if (status === 'pending') await startTask(context, id);
  return createStream(context, { ...stream, taskId: id });
}
