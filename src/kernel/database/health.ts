/** What tells whether a database is well, in one round trip. */
import { isGuildhallError } from '../errors.ts';
import type { Database, PoolState } from './types.ts';

export interface DatabaseHealth {
  readonly ok: boolean;
  /** Why it is not; null when it is. */
  readonly problem: string | null;
  readonly address: string;
  readonly profile: string;
  readonly serverVersion: string | null;
  readonly roundTripMs: number | null;
  readonly pool: PoolState;
  readonly sizeBytes: bigint | null;
  readonly connections: number | null;
  readonly maxConnections: number | null;
  /** Age in seconds of the oldest transaction that is still open. */
  readonly oldestTransactionS: number | null;
  /** Age of the oldest transaction id; above 200 million the server starts to vacuum by force. */
  readonly transactionIdAge: number | null;
  /** Difference of this machine's clock to the server's; leases use the server's. */
  readonly clockSkewMs: number | null;
  readonly fsync: boolean | null;
}

interface HealthRow {
  readonly version: string;
  readonly size: bigint;
  readonly connections: number;
  readonly max_connections: number;
  readonly oldest_s: number;
  readonly xid_age: number;
  readonly now: Date;
  readonly fsync: boolean;
}

/** Longest wait for an answer: readiness must turn within 2 s of a loss. */
export const HEALTH_TIMEOUT_MS = 1_500;

const HEALTH_SQL = `
select current_setting('server_version') as version, pg_database_size(current_database()) as size,
  (select count(*)::integer from pg_stat_activity where backend_type = 'client backend') as connections,
  current_setting('max_connections')::integer as max_connections,
  coalesce((select extract(epoch from clock_timestamp() - min(xact_start))::float8 from pg_stat_activity
            where pid <> pg_backend_pid() and backend_type = 'client backend'), 0) as oldest_s,
  (select age(datfrozenxid) from pg_database where datname = current_database()) as xid_age,
  clock_timestamp() as now, current_setting('fsync')::boolean as fsync`;

/** True when the database answers within the time allowed. */
export async function isReachable(database: Database, timeoutMs = HEALTH_TIMEOUT_MS): Promise<boolean> {
  try {
    await withTimeout(database.query('select 1'), timeoutMs);
    return true;
  } catch {
    return false;
  }
}

/** Never throws: a database that does not answer is reported as such. */
export async function databaseHealth(
  database: Database,
  timeoutMs = HEALTH_TIMEOUT_MS,
): Promise<DatabaseHealth> {
  const { address, profile } = database;
  const started = performance.now();
  try {
    const { rows } = await withTimeout(database.query<HealthRow>(HEALTH_SQL), timeoutMs);
    const roundTripMs = Math.round((performance.now() - started) * 100) / 100;
    const row = rows[0] as HealthRow;
    return {
      ok: true,
      problem: null,
      address,
      profile,
      serverVersion: row.version,
      roundTripMs,
      pool: database.poolState(),
      sizeBytes: row.size,
      connections: row.connections,
      maxConnections: row.max_connections,
      oldestTransactionS: Math.round(row.oldest_s * 1000) / 1000,
      transactionIdAge: row.xid_age,
      clockSkewMs: Math.round(Date.now() - roundTripMs / 2 - row.now.getTime()),
      fsync: row.fsync,
    };
  } catch (error) {
    const problem = isGuildhallError(error) ? error.message : 'The database did not answer in time.';
    return {
      ok: false,
      problem,
      address,
      profile,
      serverVersion: null,
      roundTripMs: null,
      pool: database.poolState(),
      sizeBytes: null,
      connections: null,
      maxConnections: null,
      oldestTransactionS: null,
      transactionIdAge: null,
      clockSkewMs: null,
      fsync: null,
    };
  }
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timeout')), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
