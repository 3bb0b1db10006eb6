/** Opens a database: a pool behind our facade, probed once so that a wrong address fails now and clearly. */
import type { Kysely } from 'kysely';
import pg from 'pg';
import { GuildhallError, isGuildhallError } from '../errors.ts';
import { type Dialogue, runQuery } from './connection.ts';
import { kyselyOnPool } from './kysely-dialect.ts';
import { type ConnectionSettings, readConnectionSettings } from './settings.ts';
import { isConnectionLost, sqlStateOf, toGuildhallError } from './sql-errors.ts';
import { refuseInsideTransaction, runTransaction, type TransactionHost } from './transaction.ts';
import type {
  AnySchema,
  ConnectionProfile,
  Database,
  PoolState,
  QueryOptions,
  QueryResult,
  QueryTiming,
  Transaction,
  TransactionOptions,
} from './types.ts';

export interface OpenOptions {
  /** Shown by the server in pg_stat_activity; default `guildhall`. */
  readonly applicationName?: string;
  /** Errors nobody can be given: idle connections that broke, callbacks after COMMIT that threw. */
  readonly onError?: (error: unknown) => void;
}

/** Oldest server whose SQL we use (unique nulls not distinct, security_invoker views). */
const OLDEST_SERVER = 150_000;
/** A server that is starting or full is asked again for this long before the caller hears of it. */
const ACQUIRE_BUDGET_MS = 5_000;
const ACQUIRE_PAUSE_MS = 50;
const IDLE_CONNECTION_MS = 30_000;
/** Connections are renewed, so that a moved or resized server is noticed. */
const MAX_CONNECTION_AGE_S = 1_800;
const CLOSE_GRACE_MS = 10_000;

/**
 * Connects to a PostgreSQL server, directly or through a transaction-mode pooler.
 * Throws `unavailable` within the connect time-out (default 5 s, `connect_timeout_ms` in the URL)
 * and `configuration` for a bad URL or a server older than 15.
 */
export async function openDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  const settings = readConnectionSettings(url);
  const probed = await probe(settings);
  return new PooledDatabase(settings, probed, options);
}

interface Probe {
  readonly profile: ConnectionProfile;
  readonly serverVersion: number;
}

async function probe(settings: ConnectionSettings): Promise<Probe> {
  if (settings.profile !== 'pooled') {
    try {
      return { profile: 'direct', serverVersion: await askVersion(settings, 'direct') };
    } catch (error) {
      // Poolers refuse start-up parameters they do not track; a server never does for these.
      const refused = sqlStateOf(error) === '08P01' || /startup parameter/i.test(textOf(error));
      if (!refused || settings.profile === 'direct') throw explain(error, settings);
    }
  }
  try {
    return { profile: 'pooled', serverVersion: await askVersion(settings, 'pooled') };
  } catch (error) {
    throw explain(error, settings);
  }
}

async function askVersion(settings: ConnectionSettings, profile: ConnectionProfile): Promise<number> {
  const client = new pg.Client(clientConfig(settings, profile, 'guildhall probe'));
  // Without a listener a connection that breaks later would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const result = await client.query<{ version: string }>("select current_setting('server_version_num') as version");
    const version = Number(result.rows[0]?.version ?? 0);
    if (version < OLDEST_SERVER) {
      throw new GuildhallError('configuration', `PostgreSQL ${version} at ${settings.address} is too old.`, {
        hint: 'Use PostgreSQL 15 to 18.',
      });
    }
    return version;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** One error for a newcomer: where we tried, why it failed, what to do next. */
function explain(error: unknown, settings: ConnectionSettings): GuildhallError {
  if (isGuildhallError(error)) return error;
  const state = sqlStateOf(error);
  const seconds = settings.connectTimeoutMs / 1000;
  const advice =
    state === '28P01' || state === '28000'
      ? 'Check user and password in DATABASE_URL.'
      : state === '3D000'
        ? 'Create the database first (createdb), or correct its name in DATABASE_URL.'
        : 'Check that the server runs and accepts connections there, or remove DATABASE_URL to use the embedded server.';
  return new GuildhallError(
    'unavailable',
    `Cannot connect to PostgreSQL at host ${settings.host}, port ${settings.port}: ${textOf(error)}`,
    {
      hint: `${advice} Then run: guildhall status. (Each attempt gives up after ${seconds} s; connect_timeout_ms in the URL changes that.)`,
      details: { host: settings.host, port: settings.port, ...(state === null ? {} : { sqlState: state }) },
      cause: error,
    },
  );
}

function textOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(textOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

function clientConfig(settings: ConnectionSettings, profile: ConnectionProfile, name: string): pg.ClientConfig {
  const common: pg.ClientConfig = {
    connectionString: settings.url,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    keepAlive: true,
    application_name: name,
  };
  if (profile === 'pooled') return common;
  const options = [
    `-c statement_timeout=${settings.statementTimeoutMs}`,
    `-c lock_timeout=${settings.lockTimeoutMs}`,
    `-c idle_in_transaction_session_timeout=${settings.idleInTransactionTimeoutMs}`,
    '-c timezone=UTC',
  ];
  return { ...common, options: options.join(' ') };
}

function localSettings(settings: ConnectionSettings, profile: ConnectionProfile): string[] {
  if (profile === 'direct') return [];
  return [
    `set local statement_timeout = ${settings.statementTimeoutMs}`,
    `set local lock_timeout = ${settings.lockTimeoutMs}`,
    `set local idle_in_transaction_session_timeout = ${settings.idleInTransactionTimeoutMs}`,
    "set local timezone = 'UTC'",
  ];
}

class PooledDatabase implements Database, TransactionHost {
  readonly inTransaction = false;
  readonly profile: ConnectionProfile;
  readonly serverVersion: number;
  readonly address: string;
  readonly dialogue: Dialogue;
  readonly localSettings: readonly string[];
  private readonly pool: pg.Pool;
  private readonly max: number;
  private readonly onError: (error: unknown) => void;
  private kyselyInstance: Kysely<AnySchema> | undefined;
  private closing: Promise<void> | undefined;

  constructor(settings: ConnectionSettings, probed: Probe, options: OpenOptions) {
    this.profile = probed.profile;
    this.serverVersion = probed.serverVersion;
    this.address = settings.address;
    this.max = settings.poolMax;
    this.onError = options.onError ?? (() => undefined);
    this.dialogue = { address: settings.address, named: settings.prepared, generation: 0, listeners: [] };
    this.localSettings = localSettings(settings, probed.profile);
    this.pool = new pg.Pool({
      ...clientConfig(settings, probed.profile, options.applicationName ?? 'guildhall'),
      max: settings.poolMax,
      idleTimeoutMillis: IDLE_CONNECTION_MS,
      maxLifetimeSeconds: MAX_CONNECTION_AGE_S,
    });
    this.pool.on('error', (error) => this.onError(error));
    // A client that breaks while lent out reports through its query; the event needs a listener all the same.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async query<Row = Record<string, unknown>>(
    text: string,
    params: readonly unknown[] = [],
    options: QueryOptions = {},
  ): Promise<QueryResult<Row>> {
    const client = await this.acquire();
    let broken: Error | undefined;
    try {
      return await runQuery<Row>(client, this.dialogue, text, params, options);
    } catch (error) {
      if (isGuildhallError(error, 'unavailable')) broken = error;
      throw error;
    } finally {
      client.release(broken);
    }
  }

  kysely<Schema = AnySchema>(): Kysely<Schema> {
    this.kyselyInstance ??= kyselyOnPool(async () => {
      const client = await this.acquire();
      return {
        query: (text, params) => runQuery(client, this.dialogue, text, params),
        release: () => client.release(),
      };
    });
    return this.kyselyInstance as Kysely<Schema>;
  }

  async copyIn(statement: string, chunks: AsyncIterable<string> | Iterable<string>): Promise<number> {
    return this.transaction((tx) => tx.copyIn(statement, chunks), { retries: 0 });
  }

  transaction<T>(body: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return runTransaction(this, body, options);
  }

  /** A connection from the pool; a server that is only just starting is given a moment. */
  async acquire(): Promise<pg.PoolClient> {
    refuseInsideTransaction(this);
    if (this.closing !== undefined) {
      throw new GuildhallError('unavailable', 'The database handle was closed.', {
        hint: 'Open a new one; work that outlives close() must be awaited before it.',
      });
    }
    const deadline = performance.now() + ACQUIRE_BUDGET_MS;
    for (;;) {
      try {
        return await this.pool.connect();
      } catch (error) {
        const state = sqlStateOf(error);
        const passing = state === '57P03' || state === '53300' || textOf(error).includes('ECONNREFUSED');
        if (!passing || performance.now() > deadline) throw this.acquireError(error);
        await new Promise((resolve) => setTimeout(resolve, ACQUIRE_PAUSE_MS * (1 + Math.random())));
      }
    }
  }

  onCallbackError(error: unknown): void {
    this.onError(error);
  }

  poolState(): PoolState {
    const { totalCount: open, idleCount: idle, waitingCount: waiting } = this.pool;
    return { max: this.max, open, idle, waiting };
  }

  onQuery(listener: (timing: QueryTiming) => void): void {
    this.dialogue.listeners.push(listener);
  }

  close(graceMs = CLOSE_GRACE_MS): Promise<void> {
    this.closing ??= this.drain(graceMs);
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async drain(graceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([this.pool.end(), patience]);
    clearTimeout(timer);
  }

  private acquireError(error: unknown): GuildhallError {
    if (!isConnectionLost(error)) return toGuildhallError(error, this.address);
    if (!textOf(error).includes('timeout exceeded when trying to connect')) {
      return toGuildhallError(error, this.address);
    }
    const { open, waiting } = this.poolState();
    return new GuildhallError(
      'unavailable',
      `No connection to ${this.address} came free: ${open} of ${this.max} in use, ${waiting} callers waiting.`,
      { reason: 'pool_exhausted', hint: 'Raise pool_max in DATABASE_URL or shorten transactions.', cause: error },
    );
  }
}
