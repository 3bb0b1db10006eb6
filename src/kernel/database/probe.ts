/** First contact with a server: does it answer, is it new enough, does a transaction pooler sit between. */
import pg from 'pg';
import { GuildhallError, isGuildhallError } from '../errors.ts';
import type { ConnectionSettings } from './settings.ts';
import { sqlStateOf } from './sql-errors.ts';
import type { ConnectionProfile } from './types.ts';

export interface Probe {
  readonly profile: ConnectionProfile;
  readonly serverVersion: number;
}

/** Oldest server whose SQL we use (unique nulls not distinct, security_invoker views). */
const OLDEST_SERVER = 150_000;

const PROBE_SQL = `select current_setting('server_version_num') as version,
  current_setting('guildhall.direct', true) is not distinct from 'on' as direct`;

const STARTUP_PARAMETER = /startup parameter/i;

/** Throws `unavailable` or `configuration`, with host, port, cause and the next command. */
export async function probe(settings: ConnectionSettings): Promise<Probe> {
  try {
    if (settings.profile === 'pooled') return await ask(settings, 'pooled');
    return await askDirectly(settings);
  } catch (error) {
    throw explain(error, settings);
  }
}

/** What each connection is opened with. */
export function clientConfig(
  settings: ConnectionSettings,
  profile: ConnectionProfile,
  name: string,
): pg.ClientConfig {
  const ours = [
    // A pooler that is told to ignore start-up options drops this one too, and is known by that.
    '-c guildhall.direct=on',
    `-c statement_timeout=${settings.statementTimeoutMs}`,
    `-c lock_timeout=${settings.lockTimeoutMs}`,
    `-c idle_in_transaction_session_timeout=${settings.idleInTransactionTimeoutMs}`,
    '-c timezone=UTC',
    // The server's default, 4, is a spinning disk's: below a few hundred rows it reads a whole table rather than its
    // index, for every foreign key it checks.
    '-c random_page_cost=1.1',
  ];
  const options = [...(profile === 'direct' ? ours : []), settings.options].join(' ').trim();
  return {
    connectionString: settings.url,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    keepAlive: true,
    application_name: name,
    ...(options === '' ? {} : { options }),
  };
}

/** What a pooled connection is told at the start of each transaction instead. */
export function localSettings(settings: ConnectionSettings, profile: ConnectionProfile): string[] {
  if (profile === 'direct') return [];
  return [
    `set local statement_timeout = ${settings.statementTimeoutMs}`,
    `set local lock_timeout = ${settings.lockTimeoutMs}`,
    `set local idle_in_transaction_session_timeout = ${settings.idleInTransactionTimeoutMs}`,
    "set local timezone = 'UTC'",
  ];
}

async function askDirectly(settings: ConnectionSettings): Promise<Probe> {
  try {
    return await ask(settings, 'direct');
  } catch (error) {
    // Poolers refuse start-up parameters they do not track; a server never does for these.
    if (settings.profile === 'direct' || !isRefusedByPooler(error)) throw error;
    return ask(settings, 'pooled');
  }
}

function isRefusedByPooler(error: unknown): boolean {
  return sqlStateOf(error) === '08P01' || STARTUP_PARAMETER.test(textOf(error));
}

async function ask(settings: ConnectionSettings, profile: ConnectionProfile): Promise<Probe> {
  const client = new pg.Client(clientConfig(settings, profile, 'guildhall probe'));
  // Without a listener a connection that breaks later would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; direct: boolean }>(PROBE_SQL);
    const version = Number(rows[0]?.version ?? 0);
    if (version < OLDEST_SERVER) throw tooOld(version, settings);
    const direct = rows[0]?.direct === true || settings.profile === 'direct';
    return { profile: direct ? profile : 'pooled', serverVersion: version };
  } finally {
    await client.end().catch(() => undefined);
  }
}

function tooOld(version: number, settings: ConnectionSettings): GuildhallError {
  const release = `${Math.trunc(version / 10_000)}.${version % 10_000}`;
  return new GuildhallError('configuration', `PostgreSQL ${release} at ${settings.address} is too old.`, {
    field: 'DATABASE_URL',
    hint: 'Use PostgreSQL 15 to 18, or remove DATABASE_URL to use the embedded server.',
  });
}

/** One error for a newcomer: where we tried, why it failed, what to do next. */
function explain(error: unknown, settings: ConnectionSettings): GuildhallError {
  if (isGuildhallError(error)) return error;
  const state = sqlStateOf(error);
  const seconds = settings.connectTimeoutMs / 1000;
  return new GuildhallError(
    'unavailable',
    `Cannot connect to PostgreSQL at host ${settings.host}, port ${settings.port}: ${textOf(error)}`,
    {
      hint: `${adviceFor(error)} Then run: guildhall status. (Each attempt gives up after ${seconds} s; connect_timeout_ms in the URL changes that.)`,
      details: { host: settings.host, port: settings.port, ...(state === null ? {} : { sqlState: state }) },
      cause: error,
    },
  );
}

function adviceFor(error: unknown): string {
  const state = sqlStateOf(error);
  if (state === '28P01' || state === '28000') return 'Check user and password in DATABASE_URL.';
  if (state === '3D000') return 'Create the database first (createdb), or correct its name in DATABASE_URL.';
  if (STARTUP_PARAMETER.test(textOf(error)))
    return 'A pooler answered there. Remove profile=direct from DATABASE_URL.';
  return 'Check that the server runs and accepts connections there, or remove DATABASE_URL to use the embedded server.';
}

function textOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(textOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
