/** What a piece of code may do with the database: the same interface outside and inside a transaction. */
import type { Kysely } from 'kysely';

export interface QueryResult<Row> {
  readonly rows: Row[];
  /** Rows affected, as the server reports it; 0 where the command has no count. */
  readonly rowCount: number;
}

export interface QueryOptions {
  /** `false` sends the statement unnamed: for texts built once, so they do not crowd out prepared ones. */
  readonly named?: boolean;
}

export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable';

export interface TransactionOptions {
  readonly isolation?: IsolationLevel;
  readonly readOnly?: boolean;
  /** Attempts after the first for serialization failures and deadlocks; default 5, limit 20. */
  readonly retries?: number;
  /** Set when running the body twice is harmless: a connection lost in COMMIT is then retried as well. */
  readonly idempotent?: boolean;
  /** Overrides the default statement time-out inside this transaction; 0 is none. */
  readonly statementTimeoutMs?: number;
}

// biome-ignore lint/suspicious/noExplicitAny: Kysely's schema parameter is chosen by each system.
export type AnySchema = any;

/** Runs SQL. bigint comes back as `bigint`, numeric as decimal text, timestamptz as `Date`, date as text. */
export interface Executor {
  /** One statement with `$1`-style parameters; prepared on the server under a name when it has any. */
  query<Row = Record<string, unknown>>(
    text: string,
    params?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>;
  /** A Kysely over this very connection: inside a transaction it takes part in it. */
  kysely<Schema = AnySchema>(): Kysely<Schema>;
  /**
   * Outside: a transaction, retried as a whole. Inside: a savepoint, which has the isolation and the limits of the
   * transaction around it; asking for a stronger isolation there is refused.
   */
  transaction<T>(body: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Streams rows in COPY text format; inside a transaction it takes part in it. Returns the rows copied. */
  copyIn(statement: string, chunks: AsyncIterable<string> | Iterable<string>): Promise<number>;
}

export interface Transaction extends Executor {
  readonly inTransaction: true;
  /** Runs after the outermost COMMIT; an error there is logged, since the change already stands. */
  afterCommit(callback: () => void | Promise<void>): void;
}

export interface PoolState {
  readonly max: number;
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
}

export type ConnectionProfile = 'direct' | 'pooled';

export interface Database extends Executor {
  readonly inTransaction: false;
  /** `pooled`: a transaction-mode pooler sits between; nothing may live in a session. */
  readonly profile: ConnectionProfile;
  /** Server version as PostgreSQL numbers it, for instance 180004. */
  readonly serverVersion: number;
  /** Where it is, for people: host, port and database, never the password. */
  readonly address: string;
  poolState(): PoolState;
  /**
   * Says that a call has begun which will use the database soon: `close()` waits until the function it returns is
   * called. Throws as a query would, inside a transaction and after `close()`.
   */
  enter(): () => void;
  /** Called with every finished statement; for metrics and slow-statement logs. */
  onQuery(listener: (timing: QueryTiming) => void): void;
  /** Waits for running statements up to `graceMs` (default 10,000), then closes every connection. */
  close(graceMs?: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface QueryTiming {
  readonly text: string;
  readonly durationMs: number;
  readonly rowCount: number;
  /** SQLSTATE, or null when it succeeded. */
  readonly sqlState: string | null;
}
