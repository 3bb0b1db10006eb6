/** Transactions: one handle, savepoints when nested, retried as a whole when the server says so. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely } from 'kysely';
import type pg from 'pg';
import { GuildhallError } from '../errors.ts';
import { type Dialogue, lossOfConnection, runControl, runCopyIn, runQuery } from './connection.ts';
import { kyselyInTransaction } from './kysely-dialect.ts';
import { isStalePlan, sqlStateOf } from './sql-errors.ts';
import type {
  AnySchema,
  IsolationLevel,
  QueryOptions,
  QueryResult,
  Transaction,
  TransactionOptions,
} from './types.ts';

const DEFAULT_RETRIES = 5;
const MAX_RETRIES = 20;
/** Full jitter up to this for the first retry, doubled for each further one. */
const BACKOFF_BASE_MS = 10;
const BACKOFF_MAX_MS = 1_000;
/** Retries end here even when attempts are left: a caller has stopped waiting by then. */
const RETRY_BUDGET_MS = 30_000;

/** From weak to strong: a nested transaction cannot be stronger than the one around it. */
const LEVELS: readonly IsolationLevel[] = ['read committed', 'repeatable read', 'serializable'];

export interface TransactionHost {
  readonly dialogue: Dialogue;
  /** `set local …` texts that a pooled connection needs in every transaction. */
  readonly localSettings: readonly string[];
  acquire(): Promise<pg.PoolClient>;
  release(client: pg.PoolClient): void;
  onCallbackError(error: unknown): void;
}

type Callback = () => void | Promise<void>;

/** A transaction or savepoint that the running code is inside of, and the ones around it. */
interface Frame {
  readonly tx: OpenTransaction;
  readonly around: Frame | undefined;
}

const frames = new AsyncLocalStorage<Frame>();

/** Throws when called inside an open transaction of the same database. */
export function refuseInsideTransaction(host: TransactionHost): void {
  for (let frame = frames.getStore(); frame !== undefined; frame = frame.around) {
    if (frame.tx.host !== host || !frame.tx.open) continue;
    throw new GuildhallError(
      'wrong_database_handle',
      'The outer database was used inside a transaction, where it would run outside of it.',
      { hint: 'Use the handle the transaction gave you (tx), or the service bound to it.' },
    );
  }
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
  | { readonly ok: true; readonly value: T; readonly callbacks: readonly Callback[] }
  | { readonly ok: false; readonly error: unknown; readonly repeatable: boolean };

async function attemptOnce<T>(
  host: TransactionHost,
  body: (tx: Transaction) => Promise<T>,
  options: TransactionOptions,
): Promise<Outcome<T>> {
  const { dialogue } = host;
  const begin = beginText(host, options);
  const client = await host.acquire();
  const tx = new OpenTransaction(host, client, options.isolation ?? 'read committed');
  let committing = false;
  try {
    await runControl(client, dialogue, begin);
    const value = await tx.run(body);
    committing = true;
    const command = await runControl(client, dialogue, 'commit');
    // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error.
    if (command === 'ROLLBACK') throw swallowedError();
    return { ok: true, value, callbacks: tx.callbacks };
  } catch (thrown) {
    // Only our own connection counts: the body may have lost one to something else.
    const loss = lossOfConnection(client);
    if (loss === undefined) {
      // Also after a failed COMMIT, to hear that the transaction is over: else the connection would be thrown away.
      await runControl(client, dialogue, 'rollback').catch(() => undefined);
      return { ok: false, error: thrown, repeatable: isRepeatable(thrown) };
    }
    if (!committing) return { ok: false, error: thrown, repeatable: loss.code === 'unavailable' };
    return { ok: false, error: commitUnknown(loss), repeatable: options.idempotent === true };
  } finally {
    host.release(client);
  }
}

function isRepeatable(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === '40001' || state === '40P01' || isStalePlan(error);
}

function beginText(host: TransactionHost, options: TransactionOptions): string {
  const mode = [
    ...(options.isolation === undefined ? [] : [`isolation level ${checkedLevel(options.isolation)}`]),
    ...(options.readOnly === true ? ['read only'] : []),
  ].join(' ');
  const local = [...host.localSettings];
  if (options.statementTimeoutMs !== undefined) {
    local.push(`set local statement_timeout = ${Math.trunc(options.statementTimeoutMs)}`);
  }
  return [`begin ${mode}`, ...local].join('; ');
}

/** The level comes from a closed list even when the caller is not type-checked. */
function checkedLevel(level: IsolationLevel): IsolationLevel {
  if (LEVELS.includes(level)) return level;
  throw new GuildhallError('invalid_input', `Isolation level "${level}" is not known.`, {
    field: 'isolation',
    hint: `Use ${LEVELS.join(', ')}.`,
  });
}

async function runCallbacks(host: TransactionHost, callbacks: readonly Callback[]): Promise<void> {
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

/** The handle inside a transaction or savepoint. Statements queue up, so `Promise.all` over it is safe. */
class OpenTransaction implements Transaction {
  readonly inTransaction = true;
  readonly callbacks: Callback[] = [];
  readonly host: TransactionHost;
  open = true;
  private readonly client: pg.PoolClient;
  private readonly isolation: IsolationLevel;
  private readonly outer: OpenTransaction | undefined;
  private readonly depth: number;
  private tail: Promise<unknown> = Promise.resolve();
  private kyselyInstance: Kysely<AnySchema> | undefined;

  constructor(
    host: TransactionHost,
    client: pg.PoolClient,
    isolation: IsolationLevel,
    outer: OpenTransaction | undefined = undefined,
  ) {
    this.host = host;
    this.client = client;
    this.isolation = isolation;
    this.outer = outer;
    this.depth = outer === undefined ? 0 : outer.depth + 1;
  }

  query<Row = Record<string, unknown>>(
    text: string,
    params: readonly unknown[] = [],
    options: QueryOptions = {},
  ): Promise<QueryResult<Row>> {
    return this.enqueue(() =>
      runQuery<Row>(this.client, this.host.dialogue, text, params, { ...options, inTransaction: true }),
    );
  }

  kysely<Schema = AnySchema>(): Kysely<Schema> {
    this.kyselyInstance ??= kyselyInTransaction(this);
    return this.kyselyInstance as Kysely<Schema>;
  }

  copyIn(statement: string, chunks: AsyncIterable<string> | Iterable<string>): Promise<number> {
    return this.enqueue(() => runCopyIn(this.client, this.host.dialogue, statement, chunks));
  }

  transaction<T>(body: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const wanted = options.isolation ?? this.isolation;
    if (LEVELS.indexOf(checkedLevel(wanted)) > LEVELS.indexOf(this.isolation)) {
      return Promise.reject(this.tooWeak(wanted));
    }
    return this.enqueue(() => this.nest(body));
  }

  afterCommit(callback: Callback): void {
    if (!this.open) throw this.misuse();
    this.callbacks.push(callback);
  }

  /** Runs the body, then ends this handle: what was queued runs before success and is refused after failure. */
  async run<T>(body: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      const value = await frames.run({ tx: this, around: frames.getStore() }, () => body(this));
      await this.settle();
      const loss = lossOfConnection(this.client);
      if (loss !== undefined) throw loss;
      return value;
    } finally {
      this.open = false;
      await this.settle();
    }
  }

  private async nest<T>(body: (tx: Transaction) => Promise<T>): Promise<T> {
    const { client, host } = this;
    const { dialogue } = host;
    const inner = new OpenTransaction(host, client, this.isolation, this);
    const name = `nested_${inner.depth}`;
    await runControl(client, dialogue, `savepoint ${name}`);
    try {
      const value = await inner.run(body);
      await runControl(client, dialogue, `release savepoint ${name}`);
      this.callbacks.push(...inner.callbacks);
      return value;
    } catch (error) {
      if (lossOfConnection(client) === undefined) {
        // Released as well, or a loop of failures would pile up savepoints.
        await runControl(client, dialogue, `rollback to savepoint ${name}; release savepoint ${name}`);
      }
      throw error;
    }
  }

  /** Waits for statements that the body started and did not await. */
  private async settle(): Promise<void> {
    for (let last: unknown; last !== this.tail; ) {
      last = this.tail;
      await last;
    }
  }

  private enqueue<T>(run: () => Promise<T>): Promise<T> {
    if (!this.open || this.isAroundCaller()) return Promise.reject(this.misuse());
    const result = this.tail.then(() => {
      if (!this.open) throw this.misuse();
      return run();
    });
    this.tail = result.catch(() => undefined);
    return result;
  }

  /** True when the caller is inside a savepoint of this handle: it would wait for itself for ever. */
  private isAroundCaller(): boolean {
    for (let frame = frames.getStore(); frame !== undefined; frame = frame.around) {
      if (!frame.tx.open) continue;
      for (let outer = frame.tx.outer; outer !== undefined; outer = outer.outer)
        if (outer === this) return true;
    }
    return false;
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

  private tooWeak(wanted: IsolationLevel): GuildhallError {
    return new GuildhallError(
      'invalid_input',
      `A ${wanted} transaction was asked for inside a ${this.isolation} one, which cannot be made stronger.`,
      { field: 'isolation', hint: `Open the outermost transaction with isolation: '${wanted}'.` },
    );
  }
}
