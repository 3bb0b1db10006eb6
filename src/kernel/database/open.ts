/** Opens a database: a pool behind our facade, probed once so that a wrong address fails now and clearly. */
import type { Kysely } from 'kysely';
import pg from 'pg';
import { GuildhallError, isGuildhallError } from '../errors.ts';
import { type Dialogue, isUnfit, noteLoss, runQuery } from './connection.ts';
import { kyselyOnPool } from './kysely-dialect.ts';
import { clientConfig, localSettings, type Probe, probe } from './probe.ts';
import { type ConnectionSettings, readConnectionSettings } from './settings.ts';
import { sqlStateOf, unavailable } from './sql-errors.ts';
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

/** A server that is starting or full is asked again for this long before the caller hears of it. */
const ACQUIRE_BUDGET_MS = 5_000;
const ACQUIRE_PAUSE_MS = 50;
const IDLE_CONNECTION_MS = 30_000;
/** Connections are renewed, so that a moved or resized server is noticed. */
const MAX_CONNECTION_AGE_S = 1_800;
const CLOSE_GRACE_MS = 10_000;
/** After an error the state of the transaction comes too late, so a text that may have begun one is told by its words. */
const BEGINS = /\b(?:begin|start\s+transaction)\b/i;

/**
 * Connects to a PostgreSQL server, directly or through a transaction-mode pooler.
 * Throws `unavailable` within the connect time-out (default 5 s, `connect_timeout_ms` in the URL)
 * and `configuration` for a bad URL or a server older than 15.
 */
export async function openDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  const settings = readConnectionSettings(url);
  return new PooledDatabase(settings, await probe(settings), options);
}

class PooledDatabase implements Database, TransactionHost {
  readonly inTransaction = false;
  readonly profile: ConnectionProfile;
  readonly serverVersion: number;
  readonly address: string;
  readonly dialogue: Dialogue;
  readonly localSettings: readonly string[];
  private readonly pool: pg.Pool;
  private readonly clients = new Set<pg.PoolClient>();
  private readonly max: number;
  private readonly onError: (error: unknown) => void;
  private kyselyInstance: Kysely<AnySchema> | undefined;
  /** Callers that hold a connection or wait for one. */
  private busy = 0;
  /** Those of them that have not asked for a connection themselves. */
  private entered = 0;
  private closing: Promise<void> | undefined;
  /** Set when the grace time is over. */
  private cutOff = false;
  private becameIdle: (() => void) | undefined;

  constructor(settings: ConnectionSettings, probed: Probe, options: OpenOptions) {
    this.profile = probed.profile;
    this.serverVersion = probed.serverVersion;
    this.address = settings.address;
    this.max = settings.poolMax;
    this.onError = options.onError ?? (() => undefined);
    this.dialogue = {
      address: settings.address,
      watchMs: probed.profile === 'pooled' ? settings.statementTimeoutMs : 0,
      direct: probed.profile === 'direct',
      named: settings.prepared,
      generation: 0,
      lostNames: 0,
      listeners: [],
    };
    this.localSettings = localSettings(settings, probed.profile);
    this.pool = new pg.Pool({
      ...clientConfig(settings, probed.profile, options.applicationName ?? 'guildhall'),
      max: settings.poolMax,
      idleTimeoutMillis: IDLE_CONNECTION_MS,
      maxLifetimeSeconds: MAX_CONNECTION_AGE_S,
    });
    this.pool.on('error', (error) => this.onError(error));
    this.pool.on('connect', (client) => {
      this.clients.add(client);
      // One that breaks between two statements tells it here only.
      client.on('error', (error) => noteLoss(client, this.dialogue, error));
    });
    this.pool.on('remove', (client) => this.clients.delete(client));
  }

  async query<Row = Record<string, unknown>>(
    text: string,
    params: readonly unknown[] = [],
    options: QueryOptions = {},
  ): Promise<QueryResult<Row>> {
    const client = await this.acquire();
    let suspect = false;
    try {
      return await runQuery<Row>(client, this.dialogue, text, params, options);
    } catch (error) {
      suspect = BEGINS.test(text);
      throw error;
    } finally {
      this.release(client, suspect);
    }
  }

  kysely<Schema = AnySchema>(): Kysely<Schema> {
    this.kyselyInstance ??= kyselyOnPool(async () => {
      const client = await this.acquire();
      return {
        query: (text, params) => runQuery(client, this.dialogue, text, params),
        release: () => this.release(client),
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

  enter(): () => void {
    refuseInsideTransaction(this);
    if (this.closing !== undefined) throw this.closedError();
    this.busy += 1;
    this.entered += 1;
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.entered -= 1;
      this.leave();
    };
  }

  /** A connection from the pool; a server that is only just starting is given a moment. */
  async acquire(): Promise<pg.PoolClient> {
    refuseInsideTransaction(this);
    // Who entered before close() is still served.
    if (this.closing !== undefined && this.entered === 0) throw this.closedError();
    this.busy += 1;
    try {
      const client = await this.connect();
      if (!this.cutOff) return client;
      client.release(true);
      throw this.closedError();
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  /** Gives a connection back; one that broke, or that a caller left in a transaction, is thrown away. */
  release(client: pg.PoolClient, suspect = false): void {
    client.release(suspect || isUnfit(client));
    this.leave();
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

  private async connect(): Promise<pg.PoolClient> {
    const deadline = performance.now() + ACQUIRE_BUDGET_MS;
    for (;;) {
      try {
        return await this.pool.connect();
      } catch (error) {
        const state = sqlStateOf(error);
        const failed = this.connectError(error);
        const passing = state === '57P03' || state === '53300' || failed.message.includes('ECONNREFUSED');
        if (!passing || performance.now() > deadline) throw failed;
        await new Promise((resolve) => setTimeout(resolve, ACQUIRE_PAUSE_MS * (1 + Math.random())));
        if (this.closing !== undefined) throw this.closedError();
      }
    }
  }

  private leave(): void {
    this.busy -= 1;
    if (this.busy === 0) this.becameIdle?.();
  }

  /** Whoever called before close() is served within the grace time; what still runs then is cut off. */
  private async drain(graceMs: number): Promise<void> {
    if (this.busy > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.becameIdle = resolve;
        timer = setTimeout(resolve, graceMs);
      });
      clearTimeout(timer);
    }
    this.cutOff = true;
    const ended = this.pool.end();
    if (this.busy === 0) return ended;
    // A client with a statement under way closes its socket at once; the statement fails as `unavailable`.
    await Promise.all([...this.clients].map((client) => (client as unknown as pg.Client).end()));
  }

  private closedError(): GuildhallError {
    return new GuildhallError('unavailable', 'The database handle was closed.', {
      reason: 'closed',
      hint: 'Open a new one; work that outlives close() must be awaited before it.',
    });
  }

  private connectError(error: unknown): GuildhallError {
    if (isGuildhallError(error)) return error;
    const text = error instanceof Error ? error.message : '';
    if (!text.includes('timeout exceeded when trying to connect')) return unavailable(error, this.address);
    const { open, waiting } = this.poolState();
    return new GuildhallError(
      'unavailable',
      `No connection to ${this.address} came free: ${open} of ${this.max} in use, ${waiting} callers waiting.`,
      {
        reason: 'pool_exhausted',
        hint: 'Raise pool_max in DATABASE_URL or shorten transactions.',
        cause: error,
      },
    );
  }
}
