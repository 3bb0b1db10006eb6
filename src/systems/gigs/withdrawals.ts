/** Money in and out over a rail: deposits of platforms, withdrawals of workers. The sending is in transfers.ts. */
import { actorParams, GuildhallError, requiredText, storableText } from '../../kernel/index.ts';
import { usdcText } from './amounts.ts';
import { type Context, moving, type OnceOptions, onceParams } from './context.ts';
import { address } from './parties.ts';
import { MIN_WITHDRAWAL } from './payments.ts';
import { readRow } from './rows.ts';
import type { GigTransaction } from './types.ts';

const MAX_ID = 100;
const MAX_REFERENCE = 200;
const DEFAULT_RAIL = 'sandbox';

export interface DepositInput {
  readonly platformId: string;
  readonly amount: string;
  /** The rail's id of the payment that came in: booked once. */
  readonly reference?: string;
  readonly rail?: string;
}

export interface WithdrawalInput {
  readonly workerId: string;
  /** At least 1. */
  readonly amount: string;
  /** Default: the worker's wallet address. */
  readonly toAddress?: string;
  readonly rail?: string;
}

type Answer = { readonly answer: Readonly<Record<string, unknown>> };

/**
 * Books money that has come in for a platform. A platform's own word counts on the sandbox only (`deposit_not_believed`):
 * over another rail the house books, or the rail announces it.
 */
export async function depositFunds(
  context: Context,
  { platformId, amount, reference, rail = DEFAULT_RAIL }: DepositInput,
  options: OnceOptions = {},
): Promise<GigTransaction> {
  const id = requiredText(platformId, 'platformId', MAX_ID);
  const checked = usdcText(amount, 'amount');
  const known = reference === undefined ? null : requiredText(reference, 'reference', MAX_REFERENCE);
  const name = context.rails.get(rail).name;
  if (context.actor.kind === 'platform' && name !== DEFAULT_RAIL) {
    throw new GuildhallError(
      'forbidden',
      `A platform cannot say itself what came in over the rail ${name}.`,
      {
        field: 'rail',
        reason: 'deposit_not_believed',
        hint: 'It is booked when the rail has confirmed it, or by an administrator.',
      },
    );
  }
  const once = onceParams(context, options, {
    operation: 'deposit_funds',
    request: [id, checked, known, name],
  });
  return run(context, 'deposit_funds($1, $2, $3, $4, $5, $6, $7, $8, $9::numeric, $10, $11', [
    ...[...actorParams(context.actor), ...once, id, checked, name, known],
  ]);
}

/** Takes the amount out of the balance at once and enqueues the transfer. */
export async function withdraw(
  context: Context,
  { workerId, amount, toAddress, rail = DEFAULT_RAIL }: WithdrawalInput,
  options: OnceOptions = {},
): Promise<GigTransaction> {
  const id = requiredText(workerId, 'workerId', MAX_ID);
  const checked = usdcText(amount, 'amount');
  if (Number(checked) < Number(MIN_WITHDRAWAL)) {
    throw new GuildhallError('invalid_input', `A withdrawal of ${checked} USDC is too small.`, {
      field: 'amount',
      reason: 'below_minimum',
      hint: `Take ${MIN_WITHDRAWAL} or more.`,
    });
  }
  const to = address(toAddress, 'toAddress');
  const name = context.rails.get(rail).name;
  const once = onceParams(context, options, { operation: 'withdraw', request: [id, checked, to, name] });
  return run(context, 'withdraw($1, $2, $3, $4, $5, $6, $7, $8, $9::numeric, $10, $11', [
    ...[...actorParams(context.actor), ...once, id, checked, to, name],
  ]);
}

/** Sends a withdrawal that failed again. Throws "Transaction not found" and "Transaction already completed". */
export async function retryFailedPayment(context: Context, transactionId: string): Promise<GigTransaction> {
  const id = storableText(transactionId, 'transactionId', MAX_ID);
  return run(context, 'retry_withdrawal($1, $2, $3, $4', [...actorParams(context.actor), id]);
}

async function run(context: Context, head: string, params: readonly unknown[]): Promise<GigTransaction> {
  const rows = await moving(context, (wide) =>
    context.scope.query<Answer>(`select :schema.${head}, $${params.length + 1}) as answer`, [
      ...params,
      wide,
    ]),
  );
  return readRow<GigTransaction>(rows[0]?.answer ?? {});
}
