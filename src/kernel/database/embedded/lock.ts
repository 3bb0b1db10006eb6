/**
 * One process at a time starts, stops, enters or leaves. The lock is the highest number in the folder:
 * `7.held` is held by the process whose mark it contains, `7.released` is free. Taking it means creating the
 * next number exclusively. The highest number is never removed, so a slow process that judged an old holder
 * dead cannot take a lock that has gone on since; with one single file name it could.
 */
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GuildhallError } from '../../errors.ts';
import { errorCode } from './files.ts';
import { makeFolder } from './home.ts';
import { isAlive, ownMark, type ProcessMark, parseMark, startHeartbeat } from './process-mark.ts';
import type { Home } from './types.ts';

interface Entry {
  readonly number: number;
  readonly name: string;
  readonly held: boolean;
}

const POLL_MS = 20;
/** Longer than the slowest thing done under the lock (server.ts: two minutes for a start with recovery). */
const WAIT_MS = 180_000;
/** A file with no readable mark is one being written just now, unless it is older than this. */
const UNWRITTEN_MS = 5_000;

export async function withLock<T>(home: Home, body: () => Promise<T>): Promise<T> {
  const folder = await makeFolder(home, 'lock');
  const held = await waitForLock(folder, await ownMark());
  const stopHeartbeat = startHeartbeat(join(folder, `${held}.held`));
  try {
    return await body();
  } finally {
    stopHeartbeat();
    await rename(join(folder, `${held}.held`), join(folder, `${held}.released`)).catch(ignoreMissing);
  }
}

async function waitForLock(folder: string, mark: ProcessMark): Promise<number> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const number = await tryLock(folder, mark);
    if (number !== null) return number;
    if (Date.now() > deadline) {
      throw new GuildhallError(
        'timeout',
        `Another process has kept ${folder} locked for ${WAIT_MS / 1000} s.`,
        {
          hint: 'Wait for the other guildhall command to finish, or end it; the newest file there names its pid.',
        },
      );
    }
    await delay(POLL_MS);
  }
}

async function tryLock(folder: string, mark: ProcessMark): Promise<number | null> {
  const before = await list(folder);
  const highest = Math.max(0, ...before.map((entry) => entry.number));
  for (const entry of before) {
    if (entry.number === highest && entry.held && (await isHeld(join(folder, entry.name)))) return null;
  }
  const number = highest + 1;
  const mine = `${number}.held`;
  try {
    await writeFile(join(folder, mine), JSON.stringify(mark), { flag: 'wx', mode: 0o644 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return null;
    throw error;
  }
  const after = await list(folder);
  if (after.some((entry) => entry.number >= number && entry.name !== mine)) {
    await rm(join(folder, mine), { force: true });
    return null;
  }
  for (const entry of after) if (entry.number < number) await rm(join(folder, entry.name), { force: true });
  return number;
}

async function list(folder: string): Promise<Entry[]> {
  const names = await readdir(folder);
  return names.flatMap((name) => {
    const match = /^(\d{1,15})\.(held|released)$/.exec(name);
    return match === null ? [] : [{ number: Number(match[1]), name, held: match[2] === 'held' }];
  });
}

async function isHeld(path: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    const mark = parseMark(text);
    return mark === null ? Date.now() - mtimeMs < UNWRITTEN_MS : await isAlive(mark, mtimeMs);
  } catch (error) {
    // Gone between listing and reading: released or overtaken, which the next round will see.
    if (errorCode(error) === 'ENOENT') return true;
    throw error;
  }
}

function ignoreMissing(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error;
}
