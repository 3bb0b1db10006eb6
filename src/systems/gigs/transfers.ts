/**
 * Sends withdrawals, and waits for the confirmations of them and of deposits: jobs of the queue, each step of which can be repeated. What was
 * sent and is not confirmed is looked for before it is sent again, under the same reference.
 */
import {
  defineJob,
  enqueue,
  type JobDefinition,
  JobRefused,
  type PayloadSchema,
} from '../../kernel/index.ts';
import { type Context, moving } from './context.ts';
import { noteDeposit } from './deposits.ts';
import { LEASE_S, workRound } from './job-round.ts';
import {
  FINAL_CONFIRMATIONS,
  type PaymentRail,
  type RailDeposit,
  type RailStatus,
  type SendOutcome,
} from './rails.ts';
import { readRow } from './rows.ts';

interface TransferPayload {
  readonly transactionId: string;
}

export interface TransferOptions {
  /** A rail may accept what it was sent for this long, and is not sent the same again before; default 60. */
  readonly validS?: number;
  /** Between two looks at a transfer that is not final; default 5. */
  readonly confirmEveryS?: number;
  /** Jobs of each kind in one round; default 20. */
  readonly limit?: number;
}

const DEFAULTS = { validS: 60, confirmEveryS: 5, limit: 20 } as const;
/** The rail is waited for so long. */
const ANSWER_MS = (LEASE_S * 1_000) / 2;
/** A rail that is away is asked each minute; 1,000 times are most of a day, after which `chaseTransfers` begins anew. */
const RETRY = { maxFailures: 1_000, maxLosses: 1_000, baseS: 1, mostS: 60 };
const IDLE = '10 minutes';
const CHASED = 1_000;

const payloadSchema: PayloadSchema<TransferPayload> = {
  '~standard': {
    version: 1,
    vendor: 'guildhall',
    validate: (value) =>
      typeof (value as TransferPayload | null)?.transactionId === 'string'
        ? { value: value as TransferPayload }
        : { issues: [{ message: 'transactionId is missing' }] },
  },
};
const named = (name: string): JobDefinition<TransferPayload, TransferPayload> =>
  defineJob({ name, schema: payloadSchema, retry: RETRY, leaseS: LEASE_S, handler: () => undefined });
const SEND = named('send-transfer');
const CONFIRM = named('confirm-transfer');
/** Also written in note_deposit. */
const CONFIRM_DEPOSIT = named('confirm-deposit');

/** What follows a step; null: nothing does. */
type Next = { readonly job: typeof SEND; readonly delayS: number } | null;
type Step = (context: Context, id: string, options: Required<TransferOptions>) => Promise<Next>;

interface Turn {
  readonly action: 'none' | 'confirm' | 'find' | 'send';
  readonly round: number;
  readonly rail: string;
  readonly reference: string;
  readonly amount: string;
  readonly to: string;
  readonly submittedAt: Date;
  readonly validUntil: Date;
  readonly validForS: number;
}

/** One round over the transfers that are due; true when more wait. Safe in several processes at once. */
export async function workTransfers(context: Context, given: TransferOptions = {}): Promise<boolean> {
  const options = { ...DEFAULTS, ...given };
  const worked = await Promise.all([
    workQueue(context, { queue: SEND.name, step: sendStep, options }),
    workQueue(context, { queue: CONFIRM.name, step: confirmStep, options }),
    workQueue(context, { queue: CONFIRM_DEPOSIT.name, step: confirmDepositStep, options }),
  ]);
  return worked.some((count) => count > 0);
}

/** Puts withdrawals and deposits that nobody has touched for ten minutes back in line; true when more wait. */
export async function chaseTransfers(context: Context): Promise<boolean> {
  const [row] = await context.scope.query<{ chased: number }>(
    'select :schema.chase_transfers($1::interval, $2) as chased',
    [IDLE, CHASED],
  );
  return row?.chased === CHASED;
}

function workQueue(
  context: Context,
  { queue, step, options }: { queue: string; step: Step; options: Required<TransferOptions> },
): Promise<number> {
  return workRound(context.scope, {
    ...{ queue, worker: 'transfers', limit: options.limit, retry: RETRY },
    run: async ({ payload }) => {
      const { transactionId } = payload as TransferPayload;
      const next = await step(context, transactionId, options);
      return async (inner) => {
        if (next === null) return;
        const wait = next.delayS > 0 ? { delayS: next.delayS } : {};
        await enqueue(inner, next.job, { transactionId }, { key: transactionId, ...wait });
      };
    },
  });
}

const sendStep: Step = async (context, id, options) => {
  let turn = await beginSend(context, id, options);
  if (turn.action === 'none') return null;
  const confirm: Next = { job: CONFIRM, delayS: options.confirmEveryS };
  if (turn.action === 'confirm') return confirm;
  const rail = context.rails.get(turn.rail);
  if (turn.action === 'find') {
    const found = await within(() => rail.find(turn.reference));
    if (found !== null) return (await note(context, id, turn, found)) === 'processing' ? confirm : null;
    turn = await beginSend(context, id, options, turn.submittedAt);
    // Nothing has arrived yet, but it still may: not sent again before it no longer can.
    if (turn.action !== 'send') return { job: SEND, delayS: Math.max(turn.validForS, 0) };
  }
  const outcome = await within((signal) => rail.send({ ...orderOf(turn), signal })).catch(
    (error: unknown): SendOutcome => ({ outcome: 'unknown', reason: String(error) }),
  );
  switch (outcome.outcome) {
    case 'accepted': {
      const { railReference } = outcome;
      await note(context, id, turn, { state: 'accepted', railReference, confirmations: 0 });
      return confirm;
    }
    case 'refused':
      await note(context, id, turn, { state: 'failed', reason: outcome.reason, confirmations: 0 });
      return null;
    case 'unknown':
      return { job: SEND, delayS: Math.min(options.confirmEveryS, options.validS) };
  }
};

const confirmStep: Step = async (context, id, options) => {
  const turn = await beginSend(context, id, options);
  if (turn.action === 'none') return null;
  if (turn.action !== 'confirm') return { job: SEND, delayS: 0 };
  const status = await within(() => context.rails.get(turn.rail).find(turn.reference));
  if (status === null) throw new Error(`The rail no longer knows ${turn.reference}, which it had accepted.`);
  const state = await note(context, id, turn, status);
  return state === 'processing' ? { job: CONFIRM, delayS: options.confirmEveryS } : null;
};

const confirmDepositStep: Step = async (context, id, options) => {
  const [deposit] = await context.scope.query<{ rail: string; reference: string }>(
    `select rail, rail_reference as reference from :schema.transactions
      where id = $1 and tx_type = 'deposit' and status = 'pending'`,
    [id],
  );
  if (deposit === undefined) return null;
  const { rail, reference } = deposit;
  const found = await findDeposit(context.rails.get(rail), reference);
  if (found === null) throw new Error(`The rail no longer knows the deposit ${reference}.`);
  const { status } = await noteDeposit(context, { rail, reference, found, delayS: options.confirmEveryS });
  return status === 'pending' ? { job: CONFIRM_DEPOSIT, delayS: options.confirmEveryS } : null;
};

/** What the rail says of money that came in. Refuses for good when it cannot be asked. */
export function findDeposit(rail: PaymentRail, reference: string): Promise<RailDeposit | null> {
  if (rail.findDeposit === undefined) {
    throw new JobRefused(
      `The rail ${rail.name} cannot be asked for the deposit ${reference}: it has no findDeposit.`,
    );
  }
  return within(() => (rail.findDeposit as NonNullable<PaymentRail['findDeposit']>)(reference));
}

async function beginSend(
  { scope }: Context,
  id: string,
  { validS }: Required<TransferOptions>,
  foundNone: Date | null = null,
): Promise<Turn> {
  const [row] = await scope.query<{ turn: Readonly<Record<string, unknown>> }>(
    'select :schema.begin_send($1, $2, $3) as turn',
    [id, validS, foundNone],
  );
  return readRow<Turn>(row?.turn ?? { action: 'none' });
}

function orderOf({ reference, amount, to, validUntil }: Turn) {
  return { reference, amount, to, validUntil };
}

type Noted = Partial<RailStatus> & Pick<RailStatus, 'state' | 'confirmations'>;

/** Writes down what the rail says of a withdrawal, and returns its status after that. */
export async function note(
  context: Context,
  id: string,
  turn: Pick<Turn, 'round'>,
  seen: Noted,
): Promise<string | null> {
  const rows = await moving(context, (wide) =>
    context.scope.query<{ status: string | null }>(
      'select :schema.note_transfer($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as status',
      [
        ...[id, turn.round, seen.state, seen.confirmations, FINAL_CONFIRMATIONS],
        ...[
          seen.railReference ?? null,
          seen.txHash ?? null,
          seen.blockNumber ?? null,
          seen.reason ?? null,
          wide,
        ],
      ],
    ),
  );
  return rows[0]?.status ?? null;
}

/** The answer of a rail, or an error when it takes longer than we wait. */
export async function within<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('The rail did not answer in time.')), {
      once: true,
    });
  });
  return Promise.race([ask(signal), late]);
}
