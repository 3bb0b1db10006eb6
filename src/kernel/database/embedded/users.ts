/** Who uses the server: one file per process that acquired it, so that the last one out can be told. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GuildhallError } from '../../errors.ts';
import { randomName, readIfThere, writeWhole } from './files.ts';
import { makeFolder } from './home.ts';
import {
  HEARTBEAT_LOST_MS,
  HEARTBEAT_MS,
  isAlive,
  isForeign,
  ownMark,
  type ProcessMark,
  parseMark,
  startHeartbeat,
} from './process-mark.ts';
import type { Home, Log } from './types.ts';

export interface User {
  /** Takes the file away; the caller holds the lock. */
  remove(): Promise<void>;
}

interface UserFile {
  readonly path: string;
  readonly mark: ProcessMark;
  readonly touchedMs: number;
}

/** The caller holds the lock. */
export async function registerUser(home: Home): Promise<User> {
  const folder = await makeFolder(home, 'users');
  const path = join(folder, `${process.pid}-${randomName()}.json`);
  await writeWhole({ path, text: JSON.stringify(await ownMark()), mode: 0o600, owner: home.owner });
  const stopHeartbeat = startHeartbeat(path);
  return {
    async remove() {
      stopHeartbeat();
      await rm(path, { force: true });
    },
  };
}

/** Pids of the living users; with `prune` (and the lock held) the files of the dead go. */
export async function livingUsers(home: Home, prune = false): Promise<number[]> {
  const pids = new Set<number>();
  for (const user of await readUsers(home)) {
    if (await isAlive(user.mark, user.touchedMs)) pids.add(user.mark.pid);
    else if (prune) await rm(user.path, { force: true });
  }
  return [...pids].sort((a, b) => a - b);
}

/**
 * Refuses when a process in another container, or on another machine, has the same folder open: PostgreSQL's
 * own guards do not see across that border, and two servers on one data folder destroy it.
 */
export async function refuseForeignUsers(home: Home, log: Log): Promise<void> {
  const deadline = Date.now() + HEARTBEAT_LOST_MS;
  const first = await foreignUsers(home);
  let now = first;
  if (now.length > 0)
    log(`Another container or machine used ${home.folder} just now; waiting whether it still does.`);
  while (now.length > 0) {
    const beating = now.find((user) =>
      first.some((f) => f.path === user.path && f.touchedMs !== user.touchedMs),
    );
    if (beating !== undefined || Date.now() > deadline + HEARTBEAT_MS) {
      throw new GuildhallError('conflict', `${home.folder} is in use from another container or machine.`, {
        hint: 'Stop Guildhall there first, or give DATABASE_URL here.',
        details: { pid: (beating ?? now[0])?.mark.pid },
      });
    }
    await delay(HEARTBEAT_MS / 10);
    now = await foreignUsers(home);
  }
}

async function foreignUsers(home: Home): Promise<UserFile[]> {
  const found: UserFile[] = [];
  for (const user of await readUsers(home)) {
    if ((await isForeign(user.mark)) && (await isAlive(user.mark, user.touchedMs))) found.push(user);
  }
  return found;
}

async function readUsers(home: Home): Promise<UserFile[]> {
  const folder = join(home.folder, 'users');
  const names = await readdir(folder).catch(() => []);
  const found: UserFile[] = [];
  for (const name of names.filter((n) => n.endsWith('.json'))) {
    const path = join(folder, name);
    const [text, status] = [await readIfThere(path), await stat(path).catch(() => null)];
    const mark = text === null ? null : parseMark(text);
    if (mark !== null && status !== null) found.push({ path, mark, touchedMs: status.mtimeMs });
  }
  return found;
}
