/** Decides where the data lies: in the home folder, or elsewhere when the server's account cannot work there. */
import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, rm, rmdir, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GuildhallError } from '../../errors.ts';
import { accountOf, chooseAccount, isRoot } from './account.ts';
import { exists, randomName, readIfThere, writeWhole } from './files.ts';
import { readNote } from './home.ts';
import { run } from './run.ts';
import type { Account, Cluster, Home, Log } from './types.ts';

/** In a folder outside the home: names the home it belongs to. */
const OWNER_FILE = 'home.txt';
/** Enough of a SHA-256 that two clones of one machine do not meet. */
const NAME_LENGTH = 16;

/** Where existing data lies, or null. Looks only. */
export async function findCluster(home: Home): Promise<Cluster | null> {
  for (const root of await findRoots(home)) {
    const data = join(root, 'data');
    if (await exists(data)) return describe(home, root, await ownerOf(data));
  }
  return null;
}

/** The folders of this home that are there, with data or without; the one in use first. */
export async function findRoots(home: Home): Promise<string[]> {
  const inHome = homeRoot(home);
  const note = await readNote(home);
  const roots = new Set([note?.root ?? inHome, inHome, ...outerRoots(home)]);
  const found: string[] = [];
  for (const root of roots) {
    if (root === inHome ? await exists(root) : await belongsTo(root, home)) found.push(root);
  }
  return found;
}

/** Makes a folder in which the server's account can work. */
export async function placeCluster(home: Home, log: Log): Promise<Cluster> {
  const account = await chooseAccount(home.owner);
  const inHome = homeRoot(home);
  if (await makeRoot(inHome, home, account).catch(() => false)) return describe(home, inHome, account);
  await rmdir(inHome).catch(() => undefined);
  const who =
    account === null
      ? 'This file system does not keep permissions'
      : `The account ${account.name} cannot work`;
  for (const root of outerRoots(home)) {
    if (!(await makeRoot(root, home, account).catch(() => false))) continue;
    await writeWhole({ path: join(root, OWNER_FILE), text: `${home.folder}\n`, mode: 0o600 });
    log(`${who} in ${home.folder}: the data is placed in ${root}.`);
    return describe(home, root, account);
  }
  throw new GuildhallError('configuration', `${who} in ${home.folder}, and no other folder would do.`, {
    hint: 'Move the clone to a folder that others may pass through, name another account in GUILDHALL_PG_ACCOUNT, or set DATABASE_URL.',
    details: { tried: [inHome, ...outerRoots(home)] },
  });
}

/** Before a start: the way to existing data may have been closed since it was made. */
export async function checkReach(cluster: Cluster): Promise<void> {
  if (cluster.account?.uid === 0) {
    throw new GuildhallError(
      'configuration',
      `${cluster.dataFolder} belongs to root, and PostgreSQL refuses to run as root.`,
      {
        hint: `Give it to an unprivileged account: chown -R postgres "${cluster.dataFolder}"`,
      },
    );
  }
  if (cluster.account === null) return;
  await letPass(cluster.home.folder, cluster.account);
  await letPass(cluster.root, cluster.account);
  if (await canWork(cluster.dataFolder, cluster.account)) return;
  throw new GuildhallError(
    'configuration',
    `The account ${cluster.account.name}, to which the data belongs, cannot reach ${cluster.dataFolder}.`,
    {
      hint: 'Let others pass through the folders above it (chmod o+x), or move the clone back to where it was.',
    },
  );
}

function homeRoot(home: Home): string {
  return join(home.folder, 'postgres');
}

function outerRoots(home: Home): string[] {
  const name = createHash('sha256').update(home.folder).digest('hex').slice(0, NAME_LENGTH);
  if (process.platform === 'win32') return [];
  if (!isRoot()) return [join(homedir(), '.local', 'share', 'guildhall', name)];
  return [join('/var/lib/guildhall', name), join(tmpdir(), `guildhall-${name}`)];
}

function describe(home: Home, root: string, account: Account | null): Cluster {
  return {
    home,
    root,
    dataFolder: join(root, 'data'),
    logFile: join(root, 'server.log'),
    account,
    relocated: root !== homeRoot(home),
  };
}

async function ownerOf(dataFolder: string): Promise<Account | null> {
  const owner = await accountOf(await stat(dataFolder));
  if (isRoot()) return owner;
  if (process.platform === 'win32' || owner.uid === process.getuid?.()) return null;
  throw new GuildhallError(
    'configuration',
    `${dataFolder} belongs to ${owner.name}, so only that account and root can use it.`,
    {
      hint: 'Run the command as that account or as root (it was so when the data was made), or set DATABASE_URL.',
    },
  );
}

/** The temporary folder is open to everybody, so what lies there must be ours before it is believed. */
async function belongsTo(root: string, home: Home): Promise<boolean> {
  if (!(await isOurs(root))) return false;
  return (await readIfThere(join(root, OWNER_FILE)))?.trim() === home.folder;
}

async function isOurs(root: string): Promise<boolean> {
  const status = await lstat(root).catch(() => null);
  return status?.isDirectory() === true && status.uid === process.getuid?.();
}

/** False when the account cannot work in it, or the file system does not keep what PostgreSQL insists on. */
async function makeRoot(root: string, home: Home, account: Account | null): Promise<boolean> {
  const inHome = root === homeRoot(home);
  if (!inHome && (await mkdir(dirname(root), { recursive: true })) !== undefined)
    await chmod(dirname(root), 0o711);
  await mkdir(root, { mode: 0o700 }).catch(() => undefined);
  if (process.platform === 'win32') return true;
  if (!inHome && !(await isOurs(root))) return false;
  if (inHome && home.owner !== null) await chown(root, home.owner.uid, home.owner.gid);
  if (account !== null) {
    if (inHome) await letPass(home.folder, account);
    await letPass(root, account);
  }
  return keepsPermissions(root, account);
}

/** The account's group may pass through, and not even list: what lies inside is private file by file. */
async function letPass(folder: string, account: Account | null): Promise<void> {
  const { uid, gid, mode } = await stat(folder);
  if (account === null || uid === account.uid) return;
  if (gid !== account.gid) await chown(folder, uid, account.gid).catch(() => undefined);
  if ((mode & 0o777) !== 0o710) await chmod(folder, 0o710).catch(() => undefined);
}

async function keepsPermissions(root: string, account: Account | null): Promise<boolean> {
  const probe = join(root, `probe-${randomName()}`);
  try {
    await mkdir(probe, { mode: 0o700 });
    if (account !== null) await chown(probe, account.uid, account.gid);
    const { mode, uid } = await stat(probe);
    if ((mode & 0o077) !== 0 || (account !== null && uid !== account.uid)) return false;
    return account === null || (await canWork(probe, account));
  } catch {
    return false;
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}

/** Tries it as the account: permission bits alone do not tell of access lists and network file systems. */
async function canWork(folder: string, account: Account): Promise<boolean> {
  const args = ['-c', 'cd -- "$1" && test -r . && test -w .', 'sh', folder];
  return (await run('/bin/sh', args, { account, timeoutMs: 10_000 })).ok;
}
