/** Calls of several callers at the same moment, made in one statement: most of what a busy platform's process does. */
import { actorParams, type Batch, gather, newId, type Scope } from '../../kernel/index.ts';
import { type Context, moving } from './context.ts';

/** Longer runs make callers wait without getting more through. */
const MOST_TOGETHER = 100;

interface Call {
  /** As the only one: with all that may be asked and answered, and repeated when it lost a deadlock. */
  readonly alone: () => Promise<unknown>;
  /** For the function that takes many. */
  readonly row: Readonly<Record<string, unknown>>;
}

const BATCHES = {
  create_task: together('create_calls'),
  start_task: together('start_calls'),
  complete_task: together('complete_calls'),
  process_payment: together('pay_calls'),
  // Nothing else is on its way with these calls: a second run prepares its rows while the first has the balances.
  record_work: together('record_work', false),
} as const;

export type Gathered = keyof typeof BATCHES;

/**
 * One call; those of others go with it when they are made at the same time. Without `alone` the function for many does
 * the work of one as well, and tells what is the matter with it.
 */
export function gathered(
  context: Context,
  operation: Gathered,
  once: readonly [string, string | null, string, Buffer | null],
  own: Pick<Call, 'row'> & Partial<Pick<Call, 'alone'>>,
): Promise<unknown> {
  const [actor_kind, actor_id, request_id] = actorParams(context.actor);
  const [account, key, , request] = once;
  const row = {
    ...own.row,
    ...{ actor_kind, actor_id, request_id },
    ...{ account, key, operation, request: request?.toString('hex') ?? null },
    // Ids made here cost the database nothing.
    audit_id: newId('aud'),
  };
  const batch = BATCHES[operation];
  const alone = async () => (await moving(context, () => batch.ask(context.scope, [row])))[0];
  return gather(context.scope, batch, { row, alone: own.alone ?? alone });
}

/** A statement for many does the plain ones only, all or none: what is refused there is divided until it is alone. */
function together(
  name: string,
  inTurn = true,
): Batch<Call, unknown> & { ask(scope: Scope, rows: readonly Call['row'][]): Promise<unknown[]> } {
  const ask = async (scope: Scope, rows: readonly Call['row'][]): Promise<unknown[]> => {
    const [answer] = await scope.query<{ answers: unknown[] }>(
      `select :schema.${name}($1::jsonb) as answers`,
      [JSON.stringify(rows.map((row, index) => ({ place: index + 1, ...row })))],
    );
    return answer?.answers ?? [];
  };
  return {
    ask,
    most: MOST_TOGETHER,
    inTurn,
    async run(scope, calls) {
      const only = calls.length === 1 ? calls[0] : undefined;
      if (only !== undefined) return [await only.alone()];
      return ask(
        scope,
        calls.map(({ row }) => row),
      );
    },
  };
}
