/** A server of a test's own that is killed with all its processes under load, and started again, many times. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireEmbedded, type EmbeddedServer } from '../../src/kernel/database/embedded/index.ts';
import { openDatabase } from '../../src/kernel/database/open.ts';
import type { Database } from '../../src/kernel/database/types.ts';
import { isGuildhallError } from '../../src/kernel/errors.ts';
import { until } from './kernel.ts';

/** Kills in each test that must hold; hundreds by the flag. */
export const ROUNDS = Number(process.env.GUILDHALL_FAULT_ROUNDS ?? 30);
/** What a test of so many kills may take. */
export const ROUNDS_TIMEOUT_MS = Math.max(60_000, ROUNDS * 5_000);

/**
 * Every sixth start is with fsync on: it makes no difference to a killed process, whose writes the system keeps, and
 * on a busy disk it takes a second.
 */
const FSYNC_EVERY = 6;
/** Kills of a server with fsync on in so many rounds. */
export const FSYNC_ROUNDS = Math.floor(ROUNDS / FSYNC_EVERY);
/**
 * Commits are acknowledged before they are written: what a kill takes away then is what the tests must notice.
 * By itself the server would write a fifth of a second later.
 */
export const FORGETFUL = { fsync: 'off', synchronous_commit: 'off', wal_writer_delay: '10s' };

export interface MortalServer {
  readonly url: string;
  readonly started: { readonly fsync: number; readonly all: number };
  /** How many processes were killed. */
  readonly killed: number;
  /** SIGKILL for the postmaster and all it has started, at once. */
  kill(): void;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** `settings` are those of every start; without them fsync is on in every sixth. */
export async function startMortal(settings?: Readonly<Record<string, string>>): Promise<MortalServer> {
  const home = await mkdtemp(join(tmpdir(), 'guildhall-kills-'));
  // Where the suite runs on another server's programs, so does this.
  const binaries = process.env.GUILDHALL_TEST_BINARIES;
  const started = { fsync: 0, all: 0 };
  const acquire = async (): Promise<EmbeddedServer> => {
    const synced = settings === undefined && started.all % FSYNC_EVERY === FSYNC_EVERY - 1;
    const server = await acquireEmbedded({
      home,
      settings: settings ?? { fsync: synced ? 'on' : 'off' },
      ...(binaries === undefined ? {} : { binaries }),
    });
    started.all += 1;
    if (server.durability.startsWith('fsync is on')) started.fsync += 1;
    return server;
  };
  let server = await acquire();
  let killed = 0;
  return {
    started,
    get url() {
      return server.url;
    },
    get killed() {
      return killed;
    },
    kill() {
      killed += killAll(server.pid);
    },
    async start() {
      await server.release();
      server = await acquire();
    },
    async close() {
      await server.release();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Its children are read before it dies: they are nobody's afterwards. Elsewhere than on Linux they end by themselves. */
function killAll(pid: number): number {
  const list = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(list) ? readFileSync(list, 'utf8').split(' ').map(Number).filter(Boolean) : [];
  process.kill(pid, 'SIGKILL');
  for (const child of children) {
    try {
      process.kill(child, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
  return 1 + children.length;
}

/** What works on the server between two kills. */
export interface Load {
  /** Enough has been done for the next kill. */
  readonly enough: () => boolean;
  /** Called once the server is dead: begins nothing more and waits for what has begun. */
  readonly stop: () => Promise<void>;
}

/** Kills the server so many times, each time under a load of its own; what the loads threw comes out of it. */
export async function killUnderLoad(
  server: MortalServer,
  rounds: number,
  begin: (database: Database) => Promise<Load>,
): Promise<void> {
  const ending: Promise<void>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const database = await openDatabase(server.url);
    const load = await begin(database);
    await until('enough work to kill', load.enough);
    server.kill();
    // Who was calling may look for the dead server for seconds; the next round does not wait for that.
    const over = load.stop().finally(() => database.close(0));
    over.catch(() => undefined);
    ending.push(over);
    await server.start();
  }
  await Promise.all(ending);
}

/** Calls again and again until told to stop or the server is gone; any other error is the caller's. */
export async function untilGone(stopped: () => boolean, call: () => Promise<unknown>): Promise<void> {
  while (!stopped()) {
    try {
      await call();
    } catch (error) {
      if (isGuildhallError(error, 'unavailable')) return;
      throw error;
    }
  }
}

/** Opens the server for a moment. */
export async function withDatabase<T>(
  server: MortalServer,
  body: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(server.url);
  try {
    return await body(database);
  } finally {
    await database.close();
  }
}

/** What is there before the first kill, kept also by a forgetful server. */
export function prepareOn<T>(server: MortalServer, body: (database: Database) => Promise<T>): Promise<T> {
  return withDatabase(server, async (database) => {
    const made = await body(database);
    await database.query('checkpoint');
    return made;
  });
}
