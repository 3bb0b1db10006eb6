/** Money that came in over a rail, as the rail has it: pending first, booked once when it is final. */
import { requiredText } from '../../kernel/index.ts';
import { usdcText } from './amounts.ts';
import { type Context, moving } from './context.ts';
import { FINAL_CONFIRMATIONS, type RailDeposit } from './rails.ts';
import { readRow } from './rows.ts';

export interface NotedDeposit {
  /** Of the transaction. */
  readonly id: string;
  readonly status: 'pending' | 'completed' | 'failed';
  /** It was completed or failed before. */
  readonly wasOver: boolean;
}

const MAX_ID = 100;
const MAX_REFERENCE = 200;

/** Writes down what the rail says; a deposit that is new and not final is looked at again after `delayS`. */
export async function noteDeposit(
  context: Context,
  {
    rail,
    reference,
    found,
    delayS,
  }: {
    readonly rail: string;
    readonly reference: string;
    readonly found: RailDeposit;
    readonly delayS: number;
  },
): Promise<NotedDeposit> {
  // A rail is code of others: what it answers is checked like what a caller sends.
  const params = [
    rail,
    requiredText(reference, 'reference', MAX_REFERENCE),
    requiredText(found.platformId, 'platformId', MAX_ID),
    usdcText(found.amount, 'amount'),
    ...[found.state, found.confirmations, FINAL_CONFIRMATIONS, found.txHash ?? null, found.logIndex ?? null],
    ...[found.blockNumber ?? null, found.reason ?? null, delayS],
  ];
  const rows = await moving(context, (wide) =>
    context.scope.query<{ noted: Readonly<Record<string, unknown>> }>(
      `select :schema.note_deposit($1, $2, $3, $4::numeric, $5, $6, $7, $8, $9, $10, $11, $12, $13) as noted`,
      [...params, wide],
    ),
  );
  return readRow<NotedDeposit>(rows[0]?.noted ?? {});
}
