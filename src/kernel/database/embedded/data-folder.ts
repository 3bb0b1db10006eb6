/** Makes the data folder, whole or not at all, and sets what the server reads at its start. */
import { appendFile, chown, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GuildhallError, invalidInput } from '../../errors.ts';
import { exists, randomName, readIfThere, writeWhole } from './files.ts';
import { run } from './run.ts';
import { scramVerifier } from './scram.ts';
import type { Cluster, ServerPrograms } from './types.ts';

export interface MakeRequest {
  readonly cluster: Cluster;
  readonly server: ServerPrograms;
  readonly password: string;
  readonly settings: Readonly<Record<string, string>>;
}

export const SUPERUSER = 'guildhall';
/** Measured at about a second; this is for a slow disk under load. */
const INITDB_TIMEOUT_MS = 120_000;
const RESET_TIMEOUT_MS = 60_000;
/** The first version with a collation that sorts the same on every system. */
const BUILTIN_LOCALE_MAJOR = 17;
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 } as const;
const UNFINISHED = 'unfinished-';
const SETTINGS_FILE = 'guildhall.conf';

/** What we want otherwise than PostgreSQL's own defaults. */
const SETTINGS: Readonly<Record<string, string>> = {
  cluster_name: 'guildhall',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  fsync: 'on',
  jit: 'off', // compiling costs more than it saves on short statements
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C', // we read the log
  log_checkpoints: 'off',
  // Only the server's own messages: what went wrong in a statement is told to whoever sent it.
  log_min_messages: 'log',
  password_encryption: 'scram-sha-256',
};
/** Ours to choose: another value would make the server unreachable for us, or reachable for others. */
const FIXED = new Set(['listen_addresses', 'port', 'unix_socket_directories', 'data_directory', 'hba_file']);

const ACCESS = `# Written by guildhall: this machine only, and with the password.
host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
`;

/** Major version of the data that is there; null when there is none. */
export async function dataMajor(cluster: Cluster): Promise<number | null> {
  const text = await readIfThere(join(cluster.dataFolder, 'PG_VERSION'));
  if (text !== null) return Number.parseInt(text, 10);
  if (!(await exists(cluster.dataFolder))) return null;
  throw new GuildhallError('configuration', `${cluster.dataFolder} is there but holds no PostgreSQL data.`, {
    hint: 'Move it away and start again, or run guildhall reset.',
  });
}

/** initdb in a folder of another name, renamed when complete: what carries the name `data` is whole. */
export async function makeDataFolder(request: MakeRequest): Promise<void> {
  const { cluster, server, password } = request;
  const { account } = cluster;
  const unfinished = join(cluster.root, UNFINISHED + randomName());
  try {
    await mkdir(unfinished, { mode: 0o700 });
    if (account !== null) await chown(unfinished, account.uid, account.gid);
    const [data, passwordFile] = [join(unfinished, 'data'), join(unfinished, 'password')];
    const text = `${await scramVerifier(password)}\n`;
    await writeWhole({ path: passwordFile, text, mode: 0o600, owner: account });
    const args = [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...initdbArguments(request)];
    const made = await run(join(server.folder, 'initdb'), args, { account, timeoutMs: INITDB_TIMEOUT_MS });
    if (!made.ok) throw notMade(cluster, made.output);
    const include = `\ninclude_if_exists '../${SETTINGS_FILE}'\n`;
    await appendFile(join(data, 'postgresql.conf'), include, { flush: true });
    const access = { path: join(data, 'pg_hba.conf'), text: ACCESS, mode: 0o600, owner: account };
    await writeWhole({ ...access, durable: true });
    await rename(data, cluster.dataFolder);
  } finally {
    await rm(unfinished, REMOVAL);
  }
}

/** Removes what a killed initdb or a killed reset left behind. The caller holds the lock. */
export async function removeLeftovers(cluster: Cluster): Promise<void> {
  for (const name of await readdir(cluster.root)) {
    // Retried, because an initdb whose parent was killed may still be writing in it.
    if (name.startsWith(UNFINISHED)) await rm(join(cluster.root, name), REMOVAL);
  }
}

/** Deletes the data; killed in the middle, it leaves no half of it under its name. */
export async function removeData(cluster: Cluster): Promise<void> {
  const doomed = join(cluster.root, UNFINISHED + randomName());
  await rename(cluster.dataFolder, doomed);
  await rm(doomed, REMOVAL);
  await rm(cluster.logFile, { force: true });
}

export async function writeSettings(
  cluster: Cluster,
  extra: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries({ ...SETTINGS, ...extra }).map(([name, value]) => {
    if (!/^[a-z_][a-z0-9_.]*$/.test(name) || (name in extra && FIXED.has(name))) {
      throw invalidInput(
        `settings.${name}`,
        `"${name}" is not a setting that can be given to the embedded server.`,
      );
    }
    return `${name} = ${quote(name, value)}`;
  });
  const { account } = cluster;
  await writeWhole({
    path: join(cluster.root, SETTINGS_FILE),
    text: `# Written by guildhall at every start; your own settings go to "alter system".\n${lines.join('\n')}\n`,
    mode: 0o600,
    owner: account,
  });
}

/** Sets the password without knowing the old one; the server must not run. */
export async function resetPassword(
  cluster: Cluster,
  server: ServerPrograms,
  password: string,
): Promise<void> {
  const statement = `alter role ${SUPERUSER} with login superuser password '${await scramVerifier(password)}'\n`;
  const done = await run(
    join(server.folder, 'postgres'),
    ['--single', '-D', cluster.dataFolder, 'postgres'],
    { account: cluster.account, input: statement, timeoutMs: RESET_TIMEOUT_MS },
  );
  if (!done.ok) {
    throw new GuildhallError('unavailable', `The password of ${cluster.dataFolder} could not be renewed.`, {
      hint: `PostgreSQL said: ${done.output.trim().split('\n').slice(-3).join(' / ')}`,
    });
  }
}

function initdbArguments({ server, settings }: MakeRequest): string[] {
  const builtin = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  return [
    `--username=${SUPERUSER}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    ...(server.major >= BUILTIN_LOCALE_MAJOR ? builtin : []),
    '--data-checksums',
    '--no-instructions',
    // Who gives up fsync for speed, as tests do, wants it here as well.
    ...(settings.fsync === 'off' ? ['--no-sync'] : []),
  ];
}

function quote(name: string, value: string): string {
  if (/[\n\r\0]/.test(value)) throw invalidInput(`settings.${name}`, 'A setting is one line of text.');
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

function notMade(cluster: Cluster, output: string): GuildhallError {
  return new GuildhallError('unavailable', `The data folder ${cluster.dataFolder} could not be made.`, {
    hint: `initdb said: ${output.trim().split('\n').slice(-6).join(' / ')}`,
    details: { account: cluster.account?.name ?? null },
  });
}
