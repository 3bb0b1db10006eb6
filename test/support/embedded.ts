/** Homes, child processes and refusals for the tests of the embedded server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import pg from 'pg';
import { afterAll, afterEach, beforeAll } from 'vitest';
import {
  acquireEmbedded,
  destroyEmbedded,
  type EmbeddedOptions,
  type EmbeddedServer,
  stopEmbedded,
} from '../../src/kernel/database/embedded/index.ts';
import { findPackage } from '../../src/kernel/database/embedded/package-server.ts';
import { isRunning } from '../../src/kernel/database/embedded/process-mark.ts';
import { type GuildhallError, isGuildhallError } from '../../src/kernel/errors.ts';

export const isRoot = process.getuid?.() === 0;
export const OTHER_MAJOR = '/usr/lib/postgresql/15/bin';
export const hasOtherMajor = existsSync(join(OTHER_MAJOR, 'initdb')) && findPackage() !== null;
/** Left by a process that lives no more: no process has this start time. */
export const DEAD_MARK = { pid: process.pid, started: '1', machine: '' };
/** Speed only; that a crash of the server loses nothing does not depend on it. */
export const SETTINGS = { fsync: 'off' };
const CHILD = resolve(`node_modules/.cache/guildhall-test/embedded-child-${process.pid}.mjs`);

export const seed = { folder: '', home: '' };
let tables = 0;
const folders: string[] = [];
const homes: string[] = [];
const children: ChildProcess[] = [];

/** Call it at the top of a test file: prepares the homes before it and leaves nothing running after it. */
export function useEmbeddedHomes(): void {
  beforeAll(async () => {
    await build({
      stdin: { contents: CHILD_SOURCE, resolveDir: process.cwd(), loader: 'ts' },
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      outfile: CHILD,
      logLevel: 'error',
    });
    seed.folder = mkdtempSync(join(tmpdir(), 'guildhall-embedded-'));
    chmodSync(seed.folder, 0o755);
    seed.home = join(seed.folder, '.guildhall');
    await (await acquire(seed.home)).release();
  });

  afterEach(async () => {
    for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
    await stopEmbedded(seed.home);
    for (const home of homes.splice(0)) await destroyEmbedded(home);
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  afterAll(async () => {
    await destroyEmbedded(seed.home);
    rmSync(CHILD, { force: true });
    rmSync(seed.folder, { recursive: true, force: true });
  });
}

/** Acquires, tells what it got, and releases when told to, or never. */
const CHILD_SOURCE = `
  import { acquireEmbedded } from './src/kernel/database/embedded/index.ts';
  const say = (value: unknown) => process.stdout.write(JSON.stringify(value) + '\\n');
  try {
    const options = { home: process.argv[2] ?? '', settings: { fsync: 'off' } };
    const server = await acquireEmbedded({ ...options, log: (text) => say({ text }) });
    say({ pid: server.pid, port: server.port, url: server.url, started: server.started });
    process.stdin.once('data', async () => {
      await server.release();
      say({ released: true });
      process.exit(0);
    });
  } catch (error) {
    say({ error: String(error) });
    process.exit(1);
  }
`;

export interface Child {
  readonly process: ChildProcess;
  /** The next thing it says that has this key. */
  says(key: string): Promise<Record<string, unknown>>;
  release(): Promise<void>;
}

export function startChild(home: string, detached = false): Child {
  const child = spawn(process.execPath, [CHILD, home], { stdio: ['pipe', 'pipe', 'inherit'], detached });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const says = async (key: string) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`The child ended before it said "${key}".`);
      const said = JSON.parse(value);
      if (said.error !== undefined) throw new Error(said.error);
      if (key in said) return said;
    }
  };
  return {
    process: child,
    says,
    async release() {
      child.stdin.write('release\n');
      await says('released');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

export async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

export function newFolder(mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), 'guildhall-embedded-'));
  chmodSync(folder, mode);
  folders.push(folder);
  return folder;
}

export function newHome(mode = 0o755): string {
  const home = join(newFolder(mode), '.guildhall');
  homes.push(home);
  return home;
}

/** A home with a database, stopped, that most tests share: initdb is what takes the time. */
export function usedHome(): string {
  return seed.home;
}

/** Writes something, and returns the query that finds it again. */
export async function keep(url: string): Promise<string> {
  const table = `kept_${++tables}`;
  await query(url, `create table ${table} as select 42 as answer`);
  return `select answer from ${table}`;
}

export function copyHome(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  const data = join('postgres', 'data');
  const { uid, gid } = statSync(join(from, data));
  if (!isRoot) return;
  for (const entry of ['', ...readdirSync(join(to, data), { recursive: true })]) {
    chownSync(join(to, data, String(entry)), uid, gid);
  }
}

export async function acquire(home: string, more: Partial<EmbeddedOptions> = {}): Promise<EmbeddedServer> {
  return acquireEmbedded({ home, settings: SETTINGS, ...more });
}

export async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

export async function isUp(server: { readonly pid: number }): Promise<boolean> {
  return isRunning(server.pid);
}

export async function refusal(promise: Promise<unknown>): Promise<GuildhallError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!isGuildhallError(error)) throw new Error(`Not refused by us: ${String(error)}`);
  return error;
}
