/** Reads a connection URL: what belongs to PostgreSQL, and the limits that are ours. */
import { availableParallelism } from 'node:os';
import { GuildhallError, isGuildhallError } from '../errors.ts';

export interface ConnectionSettings {
  /** Without our own parameters; holds the password. */
  readonly url: string;
  /** `options` of the URL, sent besides our own; some hosts route by it. */
  readonly options: string;
  /** Host, port and database for people; never the password. */
  readonly address: string;
  readonly host: string;
  readonly port: number;
  readonly poolMax: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
  /** `auto` asks the server at start. */
  readonly profile: 'auto' | 'direct' | 'pooled';
  /** Whether statements are prepared under names; off for poolers that cannot follow them. */
  readonly prepared: boolean;
}

/**
 * Our own parameters in the URL, taken out before the driver sees it. Times are in milliseconds.
 * `pgbouncer=true` is what users of other libraries have in their URLs already.
 */
const OWN_PARAMETERS = [
  'pool_max',
  'connect_timeout_ms',
  'statement_timeout_ms',
  'lock_timeout_ms',
  'idle_in_transaction_timeout_ms',
  'profile',
  'prepared',
  'pgbouncer',
] as const;

const SCHEMES = new Set(['postgres:', 'postgresql:']);

/** CPUs × 2 + 1: enough to keep the server busy while some clients wait for the disk. */
const DEFAULT_POOL_MAX = availableParallelism() * 2 + 1;

/** Parses and checks a `postgres://` URL; a bad one is refused with what is wrong in it. */
export function readConnectionSettings(url: string): ConnectionSettings {
  const parsed = parseUrl(url);
  const own = new Map<string, string>();
  for (const name of OWN_PARAMETERS) {
    const value = parsed.searchParams.get(name);
    if (value !== null) own.set(name, value);
    parsed.searchParams.delete(name);
  }
  const options = parsed.searchParams.get('options') ?? '';
  parsed.searchParams.delete('options');
  const host = parsed.hostname === '' ? (parsed.searchParams.get('host') ?? 'localhost') : parsed.hostname;
  const port = parsed.port === '' ? 5432 : Number(parsed.port);
  const name = decodeURIComponent(parsed.pathname.slice(1)) || decodeURIComponent(parsed.username);
  return {
    url: parsed.toString(),
    options,
    address: `${host}:${port}/${name}`,
    host,
    port,
    poolMax: whole(own, 'pool_max', DEFAULT_POOL_MAX, 1, 1000),
    connectTimeoutMs: whole(own, 'connect_timeout_ms', 5_000, 100, 120_000),
    statementTimeoutMs: whole(own, 'statement_timeout_ms', 30_000, 0, 86_400_000),
    lockTimeoutMs: whole(own, 'lock_timeout_ms', 10_000, 0, 86_400_000),
    idleInTransactionTimeoutMs: whole(own, 'idle_in_transaction_timeout_ms', 60_000, 0, 86_400_000),
    profile: profileOf(own),
    prepared: own.get('prepared') !== 'false',
  };
}

function parseUrl(url: string): URL {
  try {
    const parsed = new URL(url.trim());
    for (const part of [parsed.username, parsed.password, parsed.pathname]) decodeURIComponent(part);
    if (SCHEMES.has(parsed.protocol)) return parsed;
    throw notPostgres(`it begins with ${parsed.protocol}//`);
  } catch (error) {
    if (isGuildhallError(error)) throw error;
    throw notPostgres(error instanceof URIError ? 'its percent-encoding is broken' : 'it cannot be read');
  }
}

/** Neither the URL nor the parser's error goes into it: both may hold a password. */
function notPostgres(problem: string): GuildhallError {
  return new GuildhallError('configuration', `DATABASE_URL is not a PostgreSQL URL: ${problem}.`, {
    field: 'DATABASE_URL',
    hint: 'Write postgres://user:password@host:5432/database, with special characters of the password percent-encoded; or remove DATABASE_URL to use the embedded server.',
  });
}

function whole(own: Map<string, string>, name: string, fallback: number, min: number, max: number): number {
  const text = own.get(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new GuildhallError('configuration', `${name}=${text} in DATABASE_URL is not usable.`, {
    field: 'DATABASE_URL',
    hint: `Use a whole number from ${min} to ${max}.`,
  });
}

function profileOf(own: Map<string, string>): 'auto' | 'direct' | 'pooled' {
  if (own.get('pgbouncer') === 'true') return 'pooled';
  const value = own.get('profile') ?? 'auto';
  if (value === 'auto' || value === 'direct' || value === 'pooled') return value;
  throw new GuildhallError('configuration', `profile=${value} in DATABASE_URL is not known.`, {
    field: 'DATABASE_URL',
    hint: 'Use direct, pooled or auto.',
  });
}
