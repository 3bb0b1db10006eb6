/** Says in one sentence how safe the data is and where it lies. */
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { sep } from 'node:path';
import type { Facts } from './session.ts';
import type { Cluster } from './types.ts';

/** File system types of Linux (magic numbers in linux/magic.h) that promise less than a disk. */
const WEAK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  16914836: 'in memory, gone when this machine stops', // tmpfs
  2035054128: "in this container's own layer, gone when the container is removed", // overlay
  26985: 'on a network file system, only as safe as that is', // nfs
  4283649346: 'on a network file system, only as safe as that is', // smb2
};

export async function durabilitySentence(cluster: Cluster, facts: Facts): Promise<string> {
  const where = [`the data lies in ${cluster.dataFolder}`, ...(await weakness(cluster))].join(', ');
  return `${promise(facts)}; ${where}.`;
}

function promise(facts: Facts): string {
  if (!facts.fsync) return 'fsync is off, so a crash of this machine can destroy the data';
  if (!facts.synchronousCommit) {
    return 'fsync is on but commits do not wait for it, so a crash of this machine can lose the last moments';
  }
  return 'fsync is on, so every commit survives a crash or a power cut';
}

async function weakness(cluster: Cluster): Promise<string[]> {
  const type = await statfs(cluster.dataFolder)
    .then((status) => status.type)
    .catch(() => 0);
  const weak = process.platform === 'linux' ? WEAK_FILE_SYSTEMS[type] : undefined;
  if (weak !== undefined) return [weak];
  if (!cluster.relocated) return [];
  const outside = `outside ${cluster.home.folder}, where the server's account cannot work`;
  const cleared = 'in a temporary folder that the system may clear';
  return cluster.root.startsWith(tmpdir() + sep) ? [outside, cleared] : [outside];
}
