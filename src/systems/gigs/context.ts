/** What every function of the system is given: the schema, the accounts and who acts. */
import {
  type Accounts,
  type Actor,
  contentHash,
  type Database,
  invalidInput,
  isGuildhallError,
  type Scope,
  type Transaction,
} from '../../kernel/index.ts';
import type { Rails } from './rails.ts';

export interface Context {
  readonly scope: Scope;
  readonly accounts: Accounts;
  readonly actor: Actor;
  /** Ways for money to leave. */
  readonly rails: Rails;
}

/** A call that moves money or creates work is made once for its key. */
export interface OnceOptions {
  /** Chosen by the caller, 1 to 255 characters; the same key and content again give the first answer. */
  readonly idempotencyKey?: string;
}

const MAX_KEY = 255;

/** Parameters of `begin_once`: whose key, key, operation and the hash of the content; nulls without a key. */
export function onceParams(
  context: Context,
  options: OnceOptions,
  call: { readonly operation: string; readonly request: unknown },
): [string, string | null, string, Buffer | null] {
  const key = options.idempotencyKey;
  const account = context.actor.id ?? 'system';
  if (key === undefined) return [account, null, call.operation, null];
  if (key.length === 0 || key.length > MAX_KEY) {
    throw invalidInput(
      'idempotencyKey',
      `The idempotency key has ${key.length} characters.`,
      `Use 1 to ${MAX_KEY}.`,
    );
  }
  return [account, key, call.operation, contentHash([call.operation, call.request])];
}

/** A deadlock with another call: nothing was written, and somebody else got through. */
const MAX_ATTEMPTS = 5;

/**
 * Runs a function of ours that moves money, in one statement. One that finds too little in a slot of a hot account is
 * called again with all slots of it locked: `wide` is true then. Inside a transaction it is called so at once, because
 * a refused statement would end the transaction.
 */
export async function moving<T>(context: Context, run: (wide: boolean) => Promise<T>): Promise<T> {
  if ((context.scope.executor as Database | Transaction).inTransaction) return run(true);
  let wide = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run(wide);
    } catch (error) {
      if (!isGuildhallError(error) || attempt === MAX_ATTEMPTS) throw error;
      const short = error.reason === 'ledger_slot_short';
      if (!short && error.code !== 'serialization') throw error;
      wide ||= short;
    }
  }
}
