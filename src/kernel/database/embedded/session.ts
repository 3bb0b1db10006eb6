/** Asks the running server whether it is ours and ready; makes the database where it is missing. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { GuildhallError } from '../../errors.ts';
import { SUPERUSER } from './data-folder.ts';
import { errorCode, messageOf } from './files.ts';
import { isGone, logTail, START_TIMEOUT_MS } from './postmaster.ts';
import type { Cluster, Postmaster } from './types.ts';

export interface Facts {
  readonly version: string;
  readonly fsync: boolean;
  readonly synchronousCommit: boolean;
}

export type Answer =
  | { readonly kind: 'ready'; readonly facts: Facts }
  | { readonly kind: 'refused' | 'gone' };

interface Login {
  readonly port: number;
  readonly password: string;
  readonly database: string;
}

const DATABASE = 'guildhall';
const CONNECT_TIMEOUT_MS = 5_000;
/** For making the database, which copies a template of 7 MB and waits for a checkpoint. */
const STATEMENT_TIMEOUT_MS = 60_000;
const RETRY_MS = 20;
/** SQLSTATEs and system errors of a server that is coming up, or too busy for this moment. */
const NOT_YET = new Set(['57P03', '53300', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']);
const WRONG_PASSWORD = new Set(['28P01', '28000']);

export function connectionUrl(port: number, password: string): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${DATABASE}`;
}

/** `refused`: it does not take our password. `gone`: it ended while we asked. */
export async function askServer(cluster: Cluster, postmaster: Postmaster, password: string): Promise<Answer> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  const login = { port: postmaster.port, password, database: DATABASE };
  for (;;) {
    try {
      return { kind: 'ready', facts: await connected(login, readFacts) };
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (WRONG_PASSWORD.has(code)) return { kind: 'refused' };
      if (code === '3D000') {
        await connected({ ...login, database: 'postgres' }, makeDatabase);
      } else if (await isGone(postmaster.pid, 0)) {
        return { kind: 'gone' };
      } else if (!NOT_YET.has(code) || Date.now() > deadline) {
        throw await noAnswer(cluster, postmaster, error);
      } else {
        await delay(RETRY_MS);
      }
    }
  }
}

async function connected<T>(login: Login, body: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    ...login,
    host: '127.0.0.1',
    user: SUPERUSER,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ssl: false,
    // Stands in for PGOPTIONS, which is meant for other servers.
    options: `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
    application_name: 'guildhall starter',
  });
  // A server that ends while we are connected must not end this process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await body(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function readFacts(client: pg.Client): Promise<Facts> {
  const { rows } = await client.query<{ version: string; fsync: string; synchronous_commit: string }>(`
    select current_setting('server_version') as version,
           current_setting('fsync') as fsync,
           current_setting('synchronous_commit') as synchronous_commit`);
  const row = rows[0];
  return {
    version: row?.version.split(' ')[0] ?? 'unknown',
    fsync: row?.fsync !== 'off',
    synchronousCommit: row?.synchronous_commit !== 'off',
  };
}

async function makeDatabase(client: pg.Client): Promise<void> {
  await client.query(`create database ${DATABASE}`);
}

async function noAnswer(cluster: Cluster, postmaster: Postmaster, cause: unknown): Promise<GuildhallError> {
  const where = `127.0.0.1:${postmaster.port} (pid ${postmaster.pid})`;
  return new GuildhallError('unavailable', `The server at ${where} does not answer: ${messageOf(cause)}.`, {
    hint: `Look into ${cluster.logFile}; guildhall down stops it, and the next command starts it again.`,
    details: { log: await logTail(cluster.logFile) },
    cause,
  });
}
