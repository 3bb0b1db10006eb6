/** Calls of several callers at the same moment, made in one statement: most of what a busy platform's process does. */
import { actorParams, type Batch, gather, newId, type Scope } from '../../kernel/index.ts';
import type { Context } from './context.ts';

/** Longer runs make callers wait without getting more through. */
const MOST_TOGETHER = 100;

interface Call {
  /** As the only one: with all that may be asked and answered. Without it the same function does it. */
  readonly alone?: () => Promise<unknown>;
  /** For the function that takes many. */
  readonly row: Readonly<Record<string, unknown>>;
}

const CREATING = together('create_calls');
const STARTING = together('start_calls');
const COMPLETING = together('complete_calls');
const PAYING = together('pay_calls');
/** Nothing else is on its way with these calls: a second run prepares its rows while the first has the balances. */
const RECORDING = together('record_work', false);
const BATCHES = {
  create_task: CREATING,
  start_task: STARTING,
  complete_task: COMPLETING,
  process_payment: PAYING,
  record_work: RECORDING,
} as const;

export type Gathered = keyof typeof BATCHES;

/** One call; those of others go with it when they are made at the same time. */
export function gathered(
  context: Context,
  operation: Gathered,
  once: readonly [string, string | null, string, Buffer | null],
  own: Pick<Call, 'row' | 'alone'>,
): Promise<unknown> {
  const [actor_kind, actor_id, request_id] = actorParams(context.actor);
  const [account, key, , request] = once;
  return gather(context.scope, BATCHES[operation], {
    ...own,
    row: {
      ...own.row,
      ...{ actor_kind, actor_id, request_id },
      ...{ account, key, operation, request: request?.toString('hex') ?? null },
      // Ids made here cost the database nothing.
      audit_id: newId('aud'),
    },
  });
}

/** A statement for many does the plain ones only, all or none: what is refused there is divided until it is alone. */
function together(name: string, inTurn = true): Batch<Call, unknown> {
  return {
    most: MOST_TOGETHER,
    inTurn,
    async run(scope: Scope, calls) {
      const only = calls.length === 1 ? calls[0] : undefined;
      if (only?.alone !== undefined) return [await only.alone()];
      const rows = calls.map(({ row }, index) => ({ place: index + 1, ...row }));
      const [answer] = await scope.query<{ answers: unknown[] }>(
        `select :schema.${name}($1::jsonb) as answers`,
        [JSON.stringify(rows)],
      );
      return answer?.answers ?? [];
    },
  };
}
