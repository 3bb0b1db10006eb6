/** What any process may do with the server of a folder: stop it, look at it, delete its data. */
import { rm, rmdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { removeData } from './data-folder.ts';
import { findHome, forget, readNote } from './home.ts';
import { withLock } from './lock.ts';
import { findCluster, findRoots } from './placement.ts';
import { findPostmaster, stopPostmaster } from './postmaster.ts';
import type { Cluster, EmbeddedStatus } from './types.ts';
import { livingUsers } from './users.ts';

/** Stops it, whoever uses it. */
export async function stopEmbedded(folder: string): Promise<'stopped' | 'not running'> {
  const home = await findHome(folder);
  if (home === null || (await findCluster(home)) === null) return 'not running';
  return withLock(home, async () => {
    await livingUsers(home, true);
    const cluster = await findCluster(home);
    return cluster !== null && (await stopCluster(cluster)) ? 'stopped' : 'not running';
  });
}

/** Looks only: takes no lock and changes nothing. */
export async function embeddedStatus(folder: string): Promise<EmbeddedStatus> {
  const home = await findHome(folder);
  if (home === null) return { running: false, users: [] };
  const [cluster, users] = [await findCluster(home), await livingUsers(home)];
  if (cluster === null) return { running: false, users };
  const { dataFolder } = cluster;
  const postmaster = await findPostmaster(dataFolder);
  if (postmaster === null) return { running: false, dataFolder, users };
  return { running: true, pid: postmaster.pid, port: postmaster.port, dataFolder, users };
}

/** Stops the server and deletes its data for good; ask first. */
export async function destroyEmbedded(folder: string): Promise<void> {
  const home = await findHome(folder);
  if (home === null) return;
  await withLock(home, async () => {
    const cluster = await findCluster(home);
    if (cluster !== null) {
      await stopCluster(cluster);
      await removeData(cluster);
    }
    for (const root of await findRoots(home)) await removeRoot(root);
    await forget(home);
  });
}

/** The folder of all relocated clones goes with the last of them; the system's own folders stay. */
async function removeRoot(root: string): Promise<void> {
  await rm(root, { recursive: true, force: true });
  const parent = dirname(root);
  if (basename(parent) === 'guildhall') await rmdir(parent).catch(() => undefined);
}

/** False when it did not run. The caller holds the lock. */
export async function stopCluster(cluster: Cluster): Promise<boolean> {
  const postmaster = await findPostmaster(cluster.dataFolder);
  if (postmaster === null) return false;
  await stopPostmaster(postmaster, cluster.dataFolder, (await readNote(cluster.home))?.serverFolder ?? null);
  return true;
}
