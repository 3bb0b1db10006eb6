/** Work that is done already: posted, completed and paid in one call, for platforms that report it afterwards. */
import { invalidInput, moment, newId, requiredText } from '../../kernel/index.ts';
import { type Context, type OnceOptions, onceParams } from './context.ts';
import { gathered } from './gathered.ts';
import { type Payment, readPayment } from './payments.ts';
import { readRow } from './rows.ts';
import { evidence, type NewTask, type TaskEvidence, taskRow, wholeNumber } from './task-input.ts';
import { COMPLETION_DELTA, type CompletedTask, MAX_DELTA } from './tasks.ts';

/** A task that is over. There is nothing to schedule, to hold or to set aside. */
export interface DoneWork
  extends Pick<NewTask, 'platformId' | 'externalId' | 'amount' | 'title' | 'description' | 'metadata'>,
    TaskEvidence {
  readonly workerId: string;
  /** Default: when it is completed. */
  readonly startedAt?: Date;
  /** Not in the future; default now. */
  readonly completedAt?: Date;
  /** Points for the worker, default 10. */
  readonly delta?: number;
}

export interface RecordedWork {
  readonly task: CompletedTask;
  readonly payment: Payment;
}

/** How far a platform's clock may be ahead of ours. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Posts a task that is done, completes it with its points and pays it into the worker's balance, all or nothing, in one
 * statement. The money comes from the platform's funds at once. The audit trail and the events are those of the three
 * steps. Throws `limit_exceeded` (insufficient_funds), `forbidden` (platform_inactive, worker_suspended), `conflict`
 * (external_id_reused: the platform posted this task before).
 */
export async function recordWork(
  context: Context,
  input: DoneWork,
  options: OnceOptions = {},
): Promise<RecordedWork> {
  const { id, platform_id, worker_id, external_id, amount, title, description, metadata } = taskRow({
    ...input,
    workerId: requiredText(input.workerId, 'workerId', 200),
  });
  const [verification, proof] = evidence(input);
  const delta = wholeNumber(input.delta ?? COMPLETION_DELTA, 'delta', [-MAX_DELTA, MAX_DELTA]);
  const completed_at = moment(input.completedAt, 'completedAt');
  const started_at = moment(input.startedAt, 'startedAt') ?? completed_at;
  checkTimes(started_at, completed_at);
  const work = {
    ...{ platform_id, worker_id, external_id, amount, title, description, metadata },
    ...{ verification, proof, delta, started_at, completed_at },
  };
  const once = onceParams(context, options, { operation: 'record_work', request: work });
  const row = { id, event_id: newId('rep'), payout_id: newId('txn'), ...work };
  const answer = await gathered(context, 'record_work', once, { row });
  const { task, payment } = answer as Record<'task' | 'payment', Record<string, unknown>>;
  return { task: readRow<CompletedTask>(task), payment: readPayment(payment) };
}

function checkTimes(startedAt: Date | null, completedAt: Date | null): void {
  const latest = Date.now() + CLOCK_SKEW_MS;
  for (const [field, at] of [
    ['completedAt', completedAt],
    ['startedAt', startedAt],
  ] as const) {
    if (at !== null && at.getTime() > latest) {
      throw invalidInput(field, `${field} is in the future.`, 'Record work when it is done.');
    }
  }
  if (startedAt !== null && startedAt.getTime() > (completedAt?.getTime() ?? latest)) {
    throw invalidInput('startedAt', 'startedAt is after completedAt.', 'Pass when the work began.');
  }
}
