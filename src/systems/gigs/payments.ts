/** Pays completed tasks from their escrow: one, split between several workers, many at once, or when their hold is over. */
import {
  actorParams,
  type ErrorCode,
  GuildhallError,
  invalidInput,
  jsonParam,
  newId,
  requiredText,
} from '../../kernel/index.ts';
import { usdcText } from './amounts.ts';
import { type Context, moving, type OnceOptions, onceParams } from './context.ts';
import { gathered } from './gathered.ts';
import { readRow, readRows } from './rows.ts';
import type { GigTransaction } from './types.ts';

/** Below this a transfer costs more than it moves; what a payout leaves stays in the balance. */
export const MIN_WITHDRAWAL = '1';
/** Two entries each, and the ledger takes 1,000 in a call. */
export const MAX_PAYMENTS = 400;
const MAX_ID = 100;
/** Tasks paid in one statement when their hold is over; their rows are locked meanwhile. */
const HOLD_BATCH = 100;

export interface PaymentInput {
  readonly taskId: string;
  /** Refused when the task is another worker's. */
  readonly workerId?: string;
  /** `ledger` (default): into the worker's balance. The name of a rail: on to the worker's wallet at once. */
  readonly rail?: string;
  readonly metadata?: unknown;
}

export interface Payment extends GigTransaction {
  /** Amount less fee. */
  readonly net: string;
  /** Taken out of the net amount for an open advance. */
  readonly withheld: string;
  /** Over a rail: what goes to the wallet; null when it stays in the balance. */
  readonly withdrawal: GigTransaction | null;
}

export interface Share {
  readonly workerId: string;
  /** The fee is taken from it. */
  readonly amount: string;
}

export interface BulkPayment {
  readonly taskId: string;
  readonly success: boolean;
  /** Null when it was refused. */
  readonly payment: Payment | null;
  /** Null when it was paid. */
  readonly error: GuildhallError | null;
}

type Json = Readonly<Record<string, unknown>>;

/** Pays a completed task, once whatever is retried. Throws with the texts of the founding interface. */
export async function processPayment(
  context: Context,
  input: PaymentInput,
  options: OnceOptions = {},
): Promise<Payment> {
  const taskId = requiredText(input.taskId, 'taskId', MAX_ID);
  const rail = railName(context, input.rail);
  const metadata = jsonParam(input.metadata, 'metadata') ?? '{}';
  if (!metadata.startsWith('{')) throw invalidInput('metadata', 'metadata is not an object.', 'Pass {…}.');
  const once = onceParams(context, options, {
    operation: 'process_payment',
    request: [taskId, input.workerId ?? null, rail, metadata],
  });
  const answer = await gathered(context, 'process_payment', once, {
    row: { own_id: newId('txn'), task: taskId, worker: input.workerId ?? null, rail, metadata },
    alone: () =>
      call(context, `process_payment($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::numeric, $12::jsonb`, [
        ...[...actorParams(context.actor), ...once, taskId],
        ...[input.workerId ?? null, rail, MIN_WITHDRAWAL, metadata],
      ]),
  });
  return readPayment(answer as Json);
}

/** Pays shares of a completed task's escrow; the rest stays there until `refundTask`. All shares or none. */
export async function processSplitPayment(
  context: Context,
  { taskId, shares }: { readonly taskId: string; readonly shares: readonly Share[] },
  options: OnceOptions = {},
): Promise<Payment[]> {
  const id = requiredText(taskId, 'taskId', MAX_ID);
  if (shares.length === 0 || shares.length > MAX_PAYMENTS) {
    throw invalidInput('shares', `There are ${shares.length} shares.`, `Pass 1 to ${MAX_PAYMENTS}.`);
  }
  const workers = shares.map(({ workerId }, index) =>
    requiredText(workerId, `shares[${index}].workerId`, MAX_ID),
  );
  if (new Set(workers).size < workers.length) {
    throw invalidInput(
      'shares',
      'A worker has two shares.',
      'Add them up: a worker is paid once for a task.',
    );
  }
  const amounts = shares.map(({ amount }, index) => usdcText(amount, `shares[${index}].amount`));
  const once = onceParams(context, options, { operation: 'split_payment', request: [id, workers, amounts] });
  const answer = await call(context, 'split_payment($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::numeric[]', [
    ...[...actorParams(context.actor), ...once, id, workers, amounts],
  ]);
  return (answer as Json[]).map(readPayment);
}

/** Gives what is left of a task's escrow back to its platform. */
export async function refundTask(
  context: Context,
  taskId: string,
  options: OnceOptions = {},
): Promise<GigTransaction> {
  const id = requiredText(taskId, 'taskId', MAX_ID);
  const once = onceParams(context, options, { operation: 'refund_task', request: id });
  const answer = await call(context, 'refund_task($1, $2, $3, $4, $5, $6, $7, $8', [
    ...[...actorParams(context.actor), ...once, id],
  ]);
  return readRow<GigTransaction>(answer as Json);
}

/** Pays many tasks in one statement; those that cannot be paid say why, and do not hinder the others. */
export async function executeBulkPayments(
  context: Context,
  taskIds: readonly string[],
  options: OnceOptions & { readonly rail?: string } = {},
): Promise<BulkPayment[]> {
  if (taskIds.length === 0) return [];
  if (taskIds.length > MAX_PAYMENTS) {
    throw invalidInput('taskIds', `There are ${taskIds.length} tasks.`, `Pass at most ${MAX_PAYMENTS}.`);
  }
  const ids = taskIds.map((id, index) => requiredText(id, `taskIds[${index}]`, MAX_ID));
  const rail = railName(context, options.rail);
  const once = onceParams(context, options, { operation: 'bulk_payments', request: [ids, rail] });
  const answers = await call(context, 'bulk_payments($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::numeric', [
    ...[...actorParams(context.actor), ...once, ids, rail, MIN_WITHDRAWAL],
  ]);
  return (answers as Json[]).map((answer, index): BulkPayment => {
    const taskId = ids[index] as string;
    if (answer.refusal === undefined) {
      return { taskId, success: true, payment: readPayment(answer), error: null };
    }
    return { taskId, success: false, payment: null, error: readRefusal(answer.refusal as Json) };
  });
}

/** Pays approved tasks whose hold is over; true when more may wait. Safe in several processes at once. */
export async function releaseHolds(context: Context, limit = HOLD_BATCH): Promise<boolean> {
  const rows = await moving(context, (wide) =>
    context.scope.query<{ taken: number }>('select :schema.release_holds($1, $2) as taken', [limit, wide]),
  );
  return rows[0]?.taken === limit;
}

/** Checks that the rail is there; `ledger` always is. */
export function railName(context: Context, name = 'ledger'): string {
  return name === 'ledger' ? name : context.rails.get(name).name;
}

async function call(context: Context, head: string, params: readonly unknown[]): Promise<unknown> {
  const rows = await moving(context, (wide) =>
    context.scope.query<{ answer: unknown }>(`select :schema.${head}, $${params.length + 1}) as answer`, [
      ...params,
      wide,
    ]),
  );
  return rows[0]?.answer;
}

/** The JSON that functions answer for a payment. */
export function readPayment(json: Json): Payment {
  const payment = readRow<Payment>(json);
  if (payment.withdrawal === null) return payment;
  const [withdrawal] = readRows<GigTransaction>([payment.withdrawal]);
  return { ...payment, withdrawal: withdrawal ?? null };
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  GH403: 'forbidden',
  GH404: 'not_found',
  GH409: 'conflict',
  GH429: 'limit_exceeded',
};

function readRefusal(refusal: Json): GuildhallError {
  const code = CODES[refusal.state as string] ?? 'conflict';
  return new GuildhallError(code, refusal.message as string, {
    reason: refusal.reason as string,
    field: (refusal.field as string | undefined) ?? 'taskId',
    details: (refusal.details as Json | undefined) ?? {},
    ...(refusal.hint === undefined ? {} : { hint: refusal.hint as string }),
  });
}
