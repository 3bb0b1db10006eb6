/** Idempotency keys: a repeated call gets the stored answer; the key commits with the change it guards. */
import { GuildhallError, invalidInput } from './errors.ts';
import { contentHash, decodeJson, encodeJson } from './json.ts';
import type { Scope } from './system.ts';

export interface IdempotentCall {
  /** Chosen by the caller, 1 to 255 characters. */
  readonly key: string;
  /** Whose key it is: keys of different accounts never meet. */
  readonly account: string;
  /** What is called, such as `createCost`; part of what is compared. */
  readonly operation: string;
  /** The content of the call; a second call must bring the same. */
  readonly request: unknown;
}

export interface IdempotentAnswer<T> {
  readonly value: T;
  /** True when the value is the stored one and the body did not run. */
  readonly replayed: boolean;
}

const MAX_KEY_LENGTH = 255;

/**
 * Runs the body once for a key, in one transaction with the key's row. A concurrent call with the same
 * key waits for the first and gets its answer; other content under the key is `idempotency_mismatch`.
 * Nothing is stored when the body throws, so the call can be mended and sent again under the same key.
 */
export async function runIdempotent<T>(
  scope: Scope,
  call: IdempotentCall,
  body: (scope: Scope) => Promise<T>,
): Promise<IdempotentAnswer<T>> {
  if (call.key.length === 0 || call.key.length > MAX_KEY_LENGTH) {
    throw invalidInput(
      'Idempotency-Key',
      `The idempotency key has ${call.key.length} characters.`,
      `Use 1 to ${MAX_KEY_LENGTH} characters, for example a UUID made once per intended change.`,
    );
  }
  const hash = contentHash([call.operation, call.request]);
  return scope.executor.transaction(
    async (tx) => {
      const inner = scope.on(tx);
      const claimed = await inner.query(
        `insert into :schema.idempotency_keys (account, key, operation, request_sha256)
         values ($1, $2, $3, $4)
         on conflict (account, key) do nothing
         returning true`,
        [call.account, call.key, call.operation, hash],
      );
      if (claimed.length === 0) return replay<T>(inner, call, hash);
      const value = await body(inner);
      await inner.query('update :schema.idempotency_keys set answer = $3 where account = $1 and key = $2', [
        call.account,
        call.key,
        encodeJson(value),
      ]);
      return { value, replayed: false };
    },
    { idempotent: true },
  );
}

async function replay<T>(scope: Scope, call: IdempotentCall, hash: Buffer): Promise<IdempotentAnswer<T>> {
  const rows = await scope.query<{ request_sha256: Buffer; operation: string; answer: unknown }>(
    'select request_sha256, operation, answer from :schema.idempotency_keys where account = $1 and key = $2',
    [call.account, call.key],
  );
  const stored = rows[0];
  if (stored === undefined) {
    throw new GuildhallError(
      'conflict',
      `The idempotency key "${call.key}" was cleared away at this very moment.`,
      {
        field: 'Idempotency-Key',
        hint: 'It is older than the days that keys are kept: look whether its change was made.',
      },
    );
  }
  if (!stored.request_sha256.equals(hash)) {
    throw new GuildhallError(
      'idempotency_mismatch',
      `The idempotency key "${call.key}" was used before with other content.`,
      {
        field: 'Idempotency-Key',
        hint: 'Send the first content again to get its answer, or use a new key for a new change.',
        details: { operation: stored.operation },
      },
    );
  }
  return { value: decodeJson(stored.answer) as T, replayed: true };
}
