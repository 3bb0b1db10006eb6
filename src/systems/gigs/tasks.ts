/** Tasks: posted with their money in escrow, taken, begun, handed in, completed; cancelled, disputed, rated. */
import {
  actorParams,
  contentHash,
  decodeCursor,
  invalidInput,
  newId,
  type Page,
  pageLimit,
  requiredText,
  toPage,
} from '../../kernel/index.ts';
import { type Context, moving, type OnceOptions, onceParams } from './context.ts';
import { type Gathered, gathered } from './gathered.ts';
import { readRow, readRows } from './rows.ts';
import {
  evidence,
  MAX_REASON,
  MAX_TASKS,
  type NewTask,
  oneOf,
  optionalText,
  TASK_STATUSES,
  type TaskEvidence,
  taskRow,
  wholeNumber,
} from './task-input.ts';
import type { Task, TaskStatus } from './types.ts';

/** Points for a completed task; the original's own. */
export const COMPLETION_DELTA = 10;
export const MAX_DELTA = 1_000;
const MAX_ID = 200;
const MAX_COMMENT = 2_000;
const MAX_SEVERITY = 5;

export type DisputeParty = 'platform' | 'worker' | 'system';
export type DisputeOutcome = 'complete' | 'cancel' | 'resume';
const PARTIES: readonly DisputeParty[] = ['platform', 'worker', 'system'];
const OUTCOMES: readonly DisputeOutcome[] = ['complete', 'cancel', 'resume'];

export interface CompleteOptions extends OnceOptions, TaskEvidence {
  /** Points for the worker, default 10. */
  readonly delta?: number;
}

export interface CompletedTask extends Task {
  /** What completing it changed the worker's score by, a late one's loss included. */
  readonly reputationDelta: number;
  readonly reputationScore: number;
}

export interface Resolution {
  /** `complete`: the work counts. `cancel`: what is unpaid goes back. `resume`: it is active again. */
  readonly outcome: DisputeOutcome;
  /** 0 (the worker did nothing wrong, the default) to 5; each costs 10 points. */
  readonly severity?: number;
  readonly note?: string;
}

export interface Rating {
  /** Who gives it: a platform rates the worker, a worker the platform. */
  readonly by: 'platform' | 'worker';
  readonly stars: number;
  readonly comment?: string;
}

export interface TaskFilter {
  readonly platformId?: string;
  readonly workerId?: string;
  readonly status?: TaskStatus;
  /** Only tasks that are pending and have no worker, for workers to claim. */
  readonly open?: boolean;
  readonly limit?: number;
  readonly cursor?: string;
}

/** One of our functions: its name is the action in the audit trail and the operation of a key. */
interface Change {
  readonly name: string;
  readonly action: string;
  readonly request: unknown;
  readonly params: readonly unknown[];
  /** It moves money, so its last parameter says whether all slots of hot accounts are locked. */
  readonly moves?: true;
  /** For calls that may go together with those of others: what they are called there, and their own values. */
  readonly together?: { readonly operation: Gathered; readonly row: Readonly<Record<string, unknown>> };
}

/**
 * Posts a task: its money goes from the platform's funds to escrow, and the audit trail has `create_task`.
 * Throws `limit_exceeded` (insufficient_funds), `forbidden` (platform_inactive, worker_suspended), `conflict`
 * (external_id_reused).
 */
export async function createTaskWithAudit(
  context: Context,
  input: NewTask,
  options: OnceOptions = {},
): Promise<Task> {
  const { id, ...row } = taskRow(input);
  return change<Task>(context, options, {
    name: 'create_task',
    action: 'create_task',
    request: row,
    params: [
      row.platform_id,
      row.worker_id,
      row.external_id,
      row.task_type,
      row.amount,
      row.escrow,
      row.title,
      row.description,
      row.metadata,
      row.scheduled_at,
      row.due_at,
      row.hold_until,
      row.begun,
    ],
    moves: true,
    together: { operation: 'create_task', row: { id, ...row } },
  });
}

/** Posts up to 1,000 tasks, of any platforms, all or none, in one statement; answers them in the order of the list. */
export async function createTasks(
  context: Context,
  list: readonly NewTask[],
  options: OnceOptions = {},
): Promise<Task[]> {
  if (list.length > MAX_TASKS) {
    throw invalidInput('tasks', `${list.length} tasks are more than ${MAX_TASKS}.`, 'Send them in parts.');
  }
  if (list.length === 0) return [];
  const rows = list.map((input, index) => ({ place: index, ...taskRow(input, `tasks.${index}.`) }));
  const request = contentHash(rows.map(({ id: _own, ...row }) => row)).toString('hex');
  const json = `[${rows.map(({ metadata, ...row }) => `${JSON.stringify(row).slice(0, -1)},"metadata":${metadata}}`).join(',')}]`;
  const answer = await call(context, options, {
    name: 'create_tasks',
    action: 'create_tasks',
    request,
    params: [json],
    moves: true,
  });
  return readRows<Task>(answer);
}

/** Gives a pending task to a worker, also to another than it had. */
export async function assignTask(
  context: Context,
  taskId: string,
  options: OnceOptions & { readonly workerId: string },
): Promise<Task> {
  const worker = requiredText(options.workerId, 'workerId', MAX_ID);
  return begin(context, 'assign_task', [taskId, worker], options);
}

/** A worker takes an open task and begins it; of two at once one wins, the other gets `conflict`. */
export async function claimTask(
  context: Context,
  taskId: string,
  options: OnceOptions & { readonly workerId: string },
): Promise<Task> {
  const worker = requiredText(options.workerId, 'workerId', MAX_ID);
  return begin(context, 'claim_task', [taskId, worker], options);
}

/** Begins a pending task that has a worker. */
export async function startTask(context: Context, taskId: string, options: OnceOptions = {}): Promise<Task> {
  return begin(context, 'start_task', [taskId, null], options);
}

function begin(
  context: Context,
  action: string,
  [taskId, workerId]: readonly [string, string | null],
  options: OnceOptions,
): Promise<Task> {
  const params = [requiredText(taskId, 'taskId', MAX_ID), workerId];
  const what: Change = { name: 'begin_task', action, request: params, params };
  if (action !== 'start_task') return change<Task>(context, options, what);
  return change<Task>(context, options, {
    ...what,
    together: { operation: action, row: { task: params[0] } },
  });
}

/** The worker hands in what proves the work; the task stays active and waits for a verdict. */
export async function submitTask(
  context: Context,
  taskId: string,
  input: TaskEvidence & OnceOptions,
): Promise<Task> {
  const params = [requiredText(taskId, 'taskId', MAX_ID), ...evidence(input)];
  if (params[1] === null && params[2] === null) {
    throw invalidInput(
      'completionProof',
      'Nothing is handed in.',
      'Pass verificationData or completionProof.',
    );
  }
  return change<Task>(context, input, {
    name: 'submit_task',
    action: 'submit_task',
    request: params,
    params,
  });
}

/** Completes an active task, with its points; a second call gets `conflict` (task_status), or the answer of its key. */
export async function completeTaskWithReputation(
  context: Context,
  taskId: string,
  options: CompleteOptions = {},
): Promise<CompletedTask> {
  const params = [
    requiredText(taskId, 'taskId', MAX_ID),
    wholeNumber(options.delta ?? COMPLETION_DELTA, 'delta', [-MAX_DELTA, MAX_DELTA]),
    ...evidence(options),
  ];
  return change<CompletedTask>(context, options, {
    name: 'complete_task',
    action: 'complete_task',
    request: params,
    params,
    together: {
      operation: 'complete_task',
      row: {
        ...{ task: params[0], delta: params[1], verification: params[2], proof: params[3] },
        own_id: newId('rep'),
      },
    },
  });
}

/** Cancels a task that is pending or active: what of it is unpaid goes back to the platform. */
export async function cancelTask(
  context: Context,
  taskId: string,
  options: OnceOptions & { readonly reason?: string } = {},
): Promise<Task> {
  const params = [requiredText(taskId, 'taskId', MAX_ID), optionalText(options.reason, 'reason', MAX_REASON)];
  return change<Task>(context, options, {
    name: 'cancel_task',
    action: 'cancel_task',
    request: params,
    params,
    moves: true,
  });
}

/** Freezes a task that is pending (with a worker), active or completed, paid or not, until the dispute is resolved. */
export async function disputeTask(
  context: Context,
  taskId: string,
  input: OnceOptions & { readonly by: DisputeParty; readonly reason: string },
): Promise<Task> {
  const params = [
    requiredText(taskId, 'taskId', MAX_ID),
    oneOf(input.by, PARTIES, 'by'),
    requiredText(input.reason, 'reason', MAX_REASON),
  ];
  return change<Task>(context, input, {
    name: 'dispute_task',
    action: 'dispute_task',
    request: params,
    params,
  });
}

/** Ends a dispute. One of a task that is paid can only end as `complete`. */
export async function resolveDispute(
  context: Context,
  taskId: string,
  resolution: OnceOptions & Resolution,
): Promise<Task> {
  const params = [
    requiredText(taskId, 'taskId', MAX_ID),
    oneOf(resolution.outcome, OUTCOMES, 'outcome'),
    wholeNumber(resolution.severity ?? 0, 'severity', [0, MAX_SEVERITY]),
    optionalText(resolution.note, 'note', MAX_REASON),
  ];
  return change<Task>(context, resolution, {
    name: 'resolve_dispute',
    action: 'resolve_dispute',
    request: params,
    params,
    moves: true,
  });
}

/** Stars for a completed task, once from each side; a platform's move the worker's score by (stars − 3) × 5. */
export async function rateTask(
  context: Context,
  taskId: string,
  rating: OnceOptions & Rating,
): Promise<Task> {
  const params = [
    requiredText(taskId, 'taskId', MAX_ID),
    oneOf(rating.by, ['platform', 'worker'] as const, 'by'),
    wholeNumber(rating.stars, 'stars', [1, 5]),
    optionalText(rating.comment, 'comment', MAX_COMMENT),
  ];
  return change<Task>(context, rating, { name: 'rate_task', action: 'rate_task', request: params, params });
}

/** Null when there is none. */
export async function getTask(context: Context, id: string): Promise<Task | null> {
  const [row] = await context.scope.query<{ task: Record<string, unknown> }>(
    'select :schema.task_json(t) as task from :schema.tasks t where t.id = $1',
    [id],
  );
  return row === undefined ? null : readRow<Task>(row.task);
}

/** Newest first. */
export async function listTasks(context: Context, filter: TaskFilter = {}): Promise<Page<Task>> {
  const limit = pageLimit(filter.limit);
  const after = decodeCursor('tasks', filter.cursor);
  const params: unknown[] = [];
  const wheres: string[] = [];
  const add = (condition: (place: string) => string, value: unknown): void => {
    params.push(value);
    wheres.push(condition(`$${params.length}`));
  };
  if (filter.platformId !== undefined) add((place) => `t.platform_id = ${place}`, filter.platformId);
  if (filter.workerId !== undefined) add((place) => `t.worker_id = ${place}`, filter.workerId);
  if (filter.status !== undefined) {
    add((place) => `t.status = ${place}`, oneOf(filter.status, TASK_STATUSES, 'status'));
  }
  if (filter.open === true) wheres.push(`t.status = 'pending' and t.worker_id is null`);
  if (after !== null) {
    params.push(after.at, after.id);
    wheres.push(`(t.created_at, t.id) < ($${params.length - 1}::timestamptz, $${params.length})`);
  }
  params.push(limit + 1);
  const rows = await context.scope.query<{ task: Record<string, unknown> }>(
    `select :schema.task_json(t) as task from :schema.tasks t
      ${wheres.length === 0 ? '' : `where ${wheres.join(' and ')}`}
      order by t.created_at desc, t.id desc limit $${params.length}`,
    params,
  );
  const tasks = rows.map(({ task }) => readRow<Task>(task));
  return toPage('tasks', tasks, limit, (task) => task.createdAt);
}

async function change<T>(context: Context, options: OnceOptions, what: Change): Promise<T> {
  return readRow<T>((await call(context, options, what)) as Record<string, unknown>);
}

async function call(context: Context, options: OnceOptions, what: Change): Promise<unknown> {
  const once = onceParams(context, options, { operation: what.action, request: what.request });
  const params = [...actorParams(context.actor), ...once, ...what.params];
  const places = params.map((_param, index) => `$${index + 1}`);
  if (what.moves === true) places.push(`$${places.length + 1}`);
  const alone = async (): Promise<unknown> => {
    const [row] = await moving(context, (wide) =>
      context.scope.query<{ answer: unknown }>(
        `select :schema.${what.name}(${places.join(', ')}) as answer`,
        what.moves === true ? [...params, wide] : params,
      ),
    );
    return row?.answer;
  };
  const { together } = what;
  return together === undefined
    ? alone()
    : gathered(context, together.operation, once, { row: together.row, alone });
}
