/** What callers hand in for tasks, checked before it gets near a statement. */
import { decimalText, invalidInput, jsonParam, moment, newId, requiredText } from '../../kernel/index.ts';
import type { TaskStatus, TaskType } from './types.ts';

/** Cents are the least that payment rails move. */
export const MIN_TASK_AMOUNT = 0.01;
/** The original allowed 10,000, and real paid tasks reach 16,000: a bound for slips of the hand, no rule of business. */
export const MAX_TASK_AMOUNT = 1_000_000;
/** Tasks of one call of createTasks: a statement of about a second. */
export const MAX_TASKS = 1_000;
/** The event's column holds 1,000 characters, with some of our own words in front. */
export const MAX_REASON = 900;
const MAX_ID = 200;
const MAX_TITLE = 500;
const MAX_DESCRIPTION = 10_000;
const MAX_PROOF = 2_000;
const TYPES: readonly TaskType[] = ['fixed', 'streaming'];

export interface NewTask {
  readonly platformId: string;
  /** Who is to do it; without one it is open for workers to claim. */
  readonly workerId?: string | null;
  /** The platform's own id: posting it again with the same content answers the first task. */
  readonly externalId?: string;
  /** Default `fixed`. */
  readonly taskType?: TaskType;
  /** USDC as decimal text, 0.01 to 1,000,000. */
  readonly amount: string;
  /** Of a streaming task: what is set aside at once, default the whole amount; the rest is topped up. */
  readonly escrow?: string;
  readonly title?: string;
  readonly description?: string;
  readonly metadata?: unknown;
  readonly scheduledAt?: Date;
  /** Completed later than this it is late, which costs 5 points. */
  readonly dueAt?: Date;
  /** Not paid before this moment. */
  readonly holdUntil?: Date;
  /** The worker has begun already: the task is active from its first moment. Needs a worker. */
  readonly begun?: boolean;
}

/** What a worker hands in: facts for the verification, and a hash or address of what proves the work. */
export interface TaskEvidence {
  readonly verificationData?: unknown;
  readonly completionProof?: string;
}

export interface TaskRow {
  readonly id: string;
  readonly platform_id: string;
  readonly worker_id: string | null;
  readonly external_id: string | null;
  readonly task_type: TaskType;
  readonly amount: string;
  readonly escrow: string | null;
  readonly title: string | null;
  readonly description: string | null;
  /** JSON text. */
  readonly metadata: string;
  readonly scheduled_at: Date | null;
  readonly due_at: Date | null;
  readonly hold_until: Date | null;
  readonly begun: boolean;
}

/** `at` stands before the names of fields in a list: `tasks.3.`. */
export function taskRow(input: NewTask, at = ''): TaskRow {
  const taskType = oneOf(input.taskType ?? 'fixed', TYPES, `${at}taskType`);
  if (input.escrow !== undefined && taskType === 'fixed') {
    throw invalidInput(
      `${at}escrow`,
      'Only streaming tasks may be posted with less than their amount.',
      'Leave escrow out, or pass taskType "streaming".',
    );
  }
  const workerId = optionalText(input.workerId, `${at}workerId`, MAX_ID);
  const begun = input.begun ?? false;
  if (typeof begun !== 'boolean' || (begun && workerId === null)) {
    throw invalidInput(
      `${at}begun`,
      workerId === null ? 'A task that nobody has taken cannot have begun.' : 'begun must be true or false.',
      'Pass workerId, or leave begun out.',
    );
  }
  return {
    id: newId('tsk'),
    platform_id: requiredText(input.platformId, `${at}platformId`, MAX_ID),
    worker_id: workerId,
    external_id: optionalText(input.externalId, `${at}externalId`, MAX_ID),
    task_type: taskType,
    amount: taskAmount(input.amount, `${at}amount`),
    escrow: input.escrow === undefined ? null : decimalText(input.escrow, `${at}escrow`, { min: 'zero' }),
    title: optionalText(input.title, `${at}title`, MAX_TITLE),
    description: optionalText(input.description, `${at}description`, MAX_DESCRIPTION),
    metadata: jsonParam(input.metadata, `${at}metadata`) ?? '{}',
    scheduled_at: moment(input.scheduledAt, `${at}scheduledAt`),
    due_at: moment(input.dueAt, `${at}dueAt`),
    hold_until: moment(input.holdUntil, `${at}holdUntil`),
    begun,
  };
}

export function evidence(input: TaskEvidence): [string | null, string | null] {
  return [
    jsonParam(input.verificationData, 'verificationData'),
    optionalText(input.completionProof, 'completionProof', MAX_PROOF),
  ];
}

/** Null for none; blank text is refused like text that is too long. */
export function optionalText(value: unknown, field: string, maxLength: number): string | null {
  return value === undefined || value === null ? null : requiredText(value, field, maxLength);
}

export function oneOf<T extends string>(value: unknown, allowed: readonly T[], field: string): T {
  if (allowed.includes(value as T)) return value as T;
  throw invalidInput(
    field,
    `${field} is ${JSON.stringify(value)}.`,
    `Use one of: ${allowed.map((one) => `"${one}"`).join(', ')}.`,
  );
}

export function wholeNumber(value: unknown, field: string, [least, most]: readonly [number, number]): number {
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return Number(value);
  throw invalidInput(
    field,
    `${field} must be a whole number from ${least} to ${most}, but is ${String(value)}.`,
    `Pass ${least} to ${most}.`,
  );
}

export const TASK_STATUSES: readonly TaskStatus[] = [
  'pending',
  'active',
  'completed',
  'cancelled',
  'disputed',
];

function taskAmount(value: unknown, field: string): string {
  const amount = decimalText(value, field, { min: 'positive' });
  // Six decimals below a million are exact enough in a float to compare with these two.
  if (Number(amount) >= MIN_TASK_AMOUNT && Number(amount) <= MAX_TASK_AMOUNT) return amount;
  throw invalidInput(
    field,
    `${field} must be from ${MIN_TASK_AMOUNT} to ${MAX_TASK_AMOUNT} USDC, but is ${amount}.`,
    'Split what is larger into several tasks.',
  );
}
