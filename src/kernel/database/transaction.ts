/** Transactions: one handle, savepoints when nested, retried as a whole when the server says so. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely } from 'kysely';
import type pg from 'pg';
import { GuildhallError, isGuildhallError } from '../errors.ts';
import { type Dialogue, runCopyIn, runQuery } from './connection.ts';
import { kyselyInTransaction } from './kysely-dialect.ts';
import { isStalePlan, sqlStateOf, toGuildhallError } from './sql-errors.ts';
import type { AnySchema, QueryOptions, QueryResult, Transaction, TransactionOptions } from './types.ts';

const DEFAULT_RETRIES = 5;
const MAX_RETRIES = 20;
/** Full jitter up to this for the first retry, doubled for each further one. */
const BACKOFF_BASE_MS = 10;
const BACKOFF_MAX_MS = 1_000;
/** Retries end here even when attempts are left: a caller has stopped waiting by then. */
const RETRY_BUDGET_MS = 30_000;

export interface TransactionHost {
  readonly dialogue: Dialogue;
  /** `set local …` texts that a pooled connection needs in every transaction. */
  readonly localSettings: readonly string[];
  acquire(): Promise<pg.PoolClient>;
  onCallbackError(error: unknown): void;
}

interface Frame {
  readonly host: TransactionHost;
  open: boolean;
}

/** Which transaction the running code is inside of, so that the outer handle can refuse to be used there. */
const frames = new AsyncLocalStorage<Frame>();

/** Throws when called inside an open transaction of the same database. */
export function refuseInsideTransaction(host: TransactionHost): void {
  const frame = frames.getStore();
  if (frame === undefined || !frame.open || frame.host !== host) return;
  throw new GuildhallError(
    'wrong_database_handle',
    'The outer database was used inside a transaction, where it would run outside of it.',
    { hint: 'Use the handle the transaction gave you (tx), or the service bound to it.' },
  );
}

/** Runs the body in a transaction and repeats it while repeating can help. */
export async function runTransaction<T>(
  host: TransactionHost,
  body: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const retries = Math.min(options.retries ?? DEFAULT_RETRIES, MAX_RETRIES);
  const deadline = performance.now() + RETRY_BUDGET_MS;
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await attemptOnce(host, body, options);
    if (outcome.ok) {
      await runCallbacks(host, outcome.callbacks);
      return outcome.value;
    }
    const waitMs = Math.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** attempt);
    const again = attempt < retries && outcome.repeatable && performance.now() + waitMs < deadline;
    if (!again) throw outcome.error;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

type Outcome<T> =
  | { readonly ok: true; readonly value: T; readonly callbacks: readonly (() => void | Promise<void>)[] }
  | { readonly ok: false; readonly error: unknown; readonly repeatable: boolean };

async function attemptOnce<T>(
  host: TransactionHost,
  body: (tx: Transaction) => Promise<T>,
  options: TransactionOptions,
): Promise<Outcome<T>> {
  const { dialogue } = host;
  const client = await host.acquire();
  const frame: Frame = { host, open: true };
  const tx = new OpenTransaction(client, dialogue);
  let committing = false;
  let broken: Error | undefined;
  try {
    await control(client, dialogue, beginText(host, options));
    const value = await frames.run(frame, () => body(tx));
    await tx.settle();
    committing = true;
    const command = await control(client, dialogue, 'commit');
    // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error.
    if (command === 'ROLLBACK') throw swallowedError();
    return { ok: true, value, callbacks: tx.callbacks };
  } catch (thrown) {
    // Only our own error counts: the body may have lost a connection to something else.
    const lost = isGuildhallError(thrown, 'unavailable');
    if (lost) broken = thrown;
    else if (!committing) broken = await rollback(client, dialogue);
    const error = committing && lost ? commitUnknown(thrown) : thrown;
    const repeatable = lost ? !committing || options.idempotent === true : isRepeatable(thrown);
    return { ok: false, error, repeatable };
  } finally {
    frame.open = false;
    tx.close();
    client.release(broken);
  }
}

/** BEGIN, COMMIT and their kind; returns the command the server says it ran. */
async function control(client: pg.PoolClient, dialogue: Dialogue, text: string): Promise<string> {
  try {
    const result: unknown = await client.query(text);
    const last = Array.isArray(result) ? result[0] : result;
    return (last as pg.QueryResult).command;
  } catch (error) {
    throw toGuildhallError(error, dialogue.address);
  }
}

/** Returns what went wrong when the connection cannot be reused. */
async function rollback(client: pg.PoolClient, dialogue: Dialogue): Promise<Error | undefined> {
  try {
    await control(client, dialogue, 'rollback');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function isRepeatable(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === '40001' || state === '40P01' || isStalePlan(error);
}

function beginText(host: TransactionHost, options: TransactionOptions): string {
  const mode = [
    ...(options.isolation === undefined ? [] : [`isolation level ${isolationText(options.isolation)}`]),
    ...(options.readOnly === true ? ['read only'] : []),
  ].join(' ');
  const local = [...host.localSettings];
  if (options.statementTimeoutMs !== undefined) {
    local.push(`set local statement_timeout = ${Math.trunc(options.statementTimeoutMs)}`);
  }
  return [`begin ${mode}`, ...local].join('; ');
}

/** The level comes from a closed list even when the caller is not type-checked. */
function isolationText(level: string): string {
  if (level === 'serializable' || level === 'repeatable read' || level === 'read committed') return level;
  throw new GuildhallError('invalid_input', `Isolation level "${level}" is not known.`, {
    field: 'isolation',
    hint: 'Use read committed, repeatable read or serializable.',
  });
}

async function runCallbacks(
  host: TransactionHost,
  callbacks: readonly (() => void | Promise<void>)[],
): Promise<void> {
  for (const callback of callbacks) {
    try {
      await callback();
    } catch (error) {
      host.onCallbackError(error);
    }
  }
}

function commitUnknown(cause: GuildhallError): GuildhallError {
  return new GuildhallError(
    'unavailable',
    'The connection broke while COMMIT was under way: whether it took effect is unknown.',
    { reason: 'commit_unknown', hint: 'Repeat the call with the same idempotency key; it runs once.', cause },
  );
}

function swallowedError(): GuildhallError {
  return new GuildhallError(
    'conflict',
    'The transaction was rolled back: a statement in it failed and the error was caught without a savepoint.',
    { hint: 'Put the statement that may fail into a nested tx.transaction(…).' },
  );
}

/** The handle inside a transaction. Statements queue up, so `Promise.all` over it is safe. */
class OpenTransaction implements Transaction {
  readonly inTransaction = true;
  readonly callbacks: (() => void | Promise<void>)[] = [];
  private open = true;
  private nested = 0;
  private tail: Promise<unknown> = Promise.resolve();
  private kyselyInstance: Kysely<AnySchema> | undefined;

  constructor(
    private readonly client: pg.PoolClient,
    private readonly dialogue: Dialogue,
    private readonly depth = 0,
  ) {}

  query<Row = Record<string, unknown>>(
    text: string,
    params: readonly unknown[] = [],
    options: QueryOptions = {},
  ): Promise<QueryResult<Row>> {
    return this.enqueue(() =>
      runQuery<Row>(this.client, this.dialogue, text, params, { ...options, inTransaction: true }),
    );
  }

  kysely<Schema = AnySchema>(): Kysely<Schema> {
    this.kyselyInstance ??= kyselyInTransaction(this);
    return this.kyselyInstance as Kysely<Schema>;
  }

  copyIn(statement: string, chunks: AsyncIterable<string> | Iterable<string>): Promise<number> {
    return this.enqueue(() => runCopyIn(this.client, this.dialogue, statement, chunks));
  }

  transaction<T>(body: (tx: Transaction) => Promise<T>): Promise<T> {
    const name = `nested_${this.depth + 1}`;
    return this.enqueue(async () => {
      const inner = new OpenTransaction(this.client, this.dialogue, this.depth + 1);
      this.nested += 1;
      await control(this.client, this.dialogue, `savepoint ${name}`);
      try {
        const value = await body(inner);
        await inner.settle();
        await control(this.client, this.dialogue, `release savepoint ${name}`);
        this.callbacks.push(...inner.callbacks);
        return value;
      } catch (error) {
        if (!isGuildhallError(error, 'unavailable')) {
          await control(this.client, this.dialogue, `rollback to savepoint ${name}`);
        }
        throw error;
      } finally {
        inner.close();
        this.nested -= 1;
      }
    });
  }

  afterCommit(callback: () => void | Promise<void>): void {
    this.callbacks.push(callback);
  }

  close(): void {
    this.open = false;
  }

  /** Waits for statements that the body started and did not await. */
  async settle(): Promise<void> {
    await this.tail;
  }

  private enqueue<T>(run: () => Promise<T>): Promise<T> {
    if (!this.open || this.nested > 0) return Promise.reject(this.misuse());
    const result = this.tail.then(run);
    this.tail = result.catch(() => undefined);
    return result;
  }

  private misuse(): GuildhallError {
    return new GuildhallError(
      'wrong_database_handle',
      this.open
        ? 'The outer transaction was used while a nested one is open.'
        : 'A transaction was used after it ended.',
      { hint: 'Use the innermost handle, and await every statement before the body returns.' },
    );
  }
}
