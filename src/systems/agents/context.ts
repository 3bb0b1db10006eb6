/** What every function of the system is given: the schema, the accounts and who acts. */
import {
  type Accounts,
  type Actor,
  actorParams as actorParamsOf,
  type IdempotentCall,
  invalidInput,
  runIdempotent,
  type Scope,
} from '../../kernel/index.ts';
import { type CreateOptions, DEFAULT_LIST, MAX_LIST } from './types.ts';

export { jsonParam, moment, requiredText, storableText } from '../../kernel/index.ts';

export interface Context {
  readonly scope: Scope;
  readonly accounts: Accounts;
  readonly actor: Actor;
}

/** Parameters of `record_change` that say who acts. */
export function actorParams(context: Context): [string, string | null, string | null] {
  return actorParamsOf(context.actor);
}

/** Runs a creating call once for its key; without one it just runs. */
export async function once<T>(
  context: Context,
  options: CreateOptions,
  call: Pick<IdempotentCall, 'operation' | 'request'>,
  body: (context: Context) => Promise<T>,
): Promise<T> {
  if (options.idempotencyKey === undefined) return body(context);
  const full = { ...call, key: options.idempotencyKey, account: context.actor.id ?? 'system' };
  const answer = await runIdempotent(context.scope, full, (scope) => body({ ...context, scope }));
  return answer.value;
}

/** Limit of a list inside the process. */
export function listLimit(limit: number | undefined): number {
  if (limit === undefined) return DEFAULT_LIST;
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIST) return limit;
  throw invalidInput(
    'limit',
    `limit must be a whole number from 1 to ${MAX_LIST}.`,
    'Page with a cursor for more.',
  );
}
