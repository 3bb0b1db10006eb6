/** The built-in rail: settles in a table of its own, with confirmations, and fails when told to by the address. */
import type { Scope } from '../../kernel/index.ts';
import type { PaymentRail, RailStatus, SendOutcome } from './rails.ts';
import { readRow } from './rows.ts';

type Json = Readonly<Record<string, unknown>>;

/** `scope` is the one outside of any transaction: what was sent must outlive whoever sent it. */
export function sandboxRail(scope: Scope): PaymentRail {
  return {
    name: 'sandbox',
    send: async ({ reference, amount, to, validUntil }) => {
      const [row] = await scope.query<{ answer: Json }>(
        'select :schema.sandbox_send($1, $2, $3, $4) as answer',
        [reference, amount, to, validUntil],
      );
      return readRow<SendOutcome>(row?.answer ?? {});
    },
    find: async (reference) => {
      const [row] = await scope.query<{ answer: Json | null }>('select :schema.sandbox_find($1) as answer', [
        reference,
      ]);
      return row === undefined || row.answer === null ? null : readRow<RailStatus>(row.answer);
    },
  };
}
