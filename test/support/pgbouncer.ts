/** PgBouncer in transaction mode in front of the test server, where the machine has it. */
import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PgBouncer {
  /** The URL of the database, through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

const FOLDERS = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
export const binary = FOLDERS.map((folder) => join(folder, 'pgbouncer')).find(isExecutable) ?? null;

/** For instance 1.25; 0 when there is none. */
export const version = binary === null ? 0 : readVersion(binary);

/** Starts one on a free port; `settings` are lines of its configuration. */
export async function startPgBouncer(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<PgBouncer> {
  if (binary === null) throw new Error('PgBouncer is not installed: apt-get install -y pgbouncer');
  const target = new URL(databaseUrl);
  const folder = await mkdtemp(join(tmpdir(), 'guildhall-pgbouncer-'));
  const port = await freePort();
  const users = join(folder, 'users.txt');
  const config = join(folder, 'pgbouncer.ini');
  const password = decodeURIComponent(target.password).replaceAll('"', '""');
  await writeFile(users, `"${decodeURIComponent(target.username)}" "${password}"\n`);
  const lines = Object.entries({
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: users,
    pool_mode: 'transaction',
    default_pool_size: '3',
    server_login_retry: '1',
    ...settings,
  }).map(([name, value]) => `${name} = ${value}`);
  await writeFile(
    config,
    `[databases]\n* = host=${target.hostname} port=${target.port}\n\n[pgbouncer]\n${lines.join('\n')}\n`,
  );
  const account = accountForServer();
  await protect([folder, users, config], account);
  const child = spawn(binary, [config], { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder, ...account });
  let output = '';
  const ready = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes('process up')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`pgbouncer ended with ${code}:\n${output}`)));
  });
  await ready;
  target.hostname = '127.0.0.1';
  target.port = String(port);
  return {
    url: target.toString(),
    stop: async () => {
      const gone = new Promise((resolve) => child.on('exit', resolve));
      child.kill('SIGTERM');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function protect(paths: readonly string[], account: { uid?: number; gid?: number }): Promise<void> {
  for (const path of paths) {
    await chmod(path, path === paths[0] ? 0o700 : 0o600);
    if (account.uid !== undefined && account.gid !== undefined) await chown(path, account.uid, account.gid);
  }
}

/** Like the server it refuses root, so root lends it the account of the server. */
function accountForServer(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith(`${name}:`));
    const [, , uid, gid] = (line ?? '').split(':');
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  return {};
}

function readVersion(program: string): number {
  const output = execFileSync(program, ['--version'], { encoding: 'utf8' });
  return Number(/(\d+\.\d+)/.exec(output)?.[1] ?? 0);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
