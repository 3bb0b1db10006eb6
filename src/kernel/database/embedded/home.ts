/** The private folder `.guildhall`: password, the note of where things are, locks and users. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, chown, mkdir, realpath, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { GuildhallError } from '../../errors.ts';
import { isRoot } from './account.ts';
import { exists, messageOf, readIfThere, writeWhole } from './files.ts';
import type { Home } from './types.ts';

/** What a later process must know and cannot see from the data folder itself. */
export interface Note {
  readonly home: string;
  readonly root: string;
  readonly port: number;
  readonly serverFolder: string;
}

const NOTE_FILE = 'server.json';
const PASSWORD_FILE = 'password';
/** 192 bits; base64url, so that it needs no escaping in a URL. */
const PASSWORD_BYTES = 24;

/** Makes the folder where it is missing. */
export async function openHome(folder: string): Promise<Home> {
  try {
    const made = await mkdir(resolve(folder), { recursive: true, mode: 0o700 });
    const home = await describe(resolve(folder));
    const { mode } = await stat(home.folder);
    if (process.platform !== 'win32' && (mode & 0o007) !== 0) await chmod(home.folder, mode & 0o770);
    // Somebody may commit everything they find; the password must not be among it.
    const ignore = join(home.folder, '.gitignore');
    if (made !== undefined || !(await exists(ignore))) {
      await writeWhole({ path: ignore, text: '*\n', mode: 0o600, owner: home.owner });
    }
    return home;
  } catch (error) {
    throw unusable(folder, error);
  }
}

/** Null when there is no such folder. */
export async function findHome(folder: string): Promise<Home | null> {
  try {
    return (await exists(resolve(folder))) ? await describe(resolve(folder)) : null;
  } catch (error) {
    throw unusable(folder, error);
  }
}

/** A folder in the home; root makes it for the home's owner. */
export async function makeFolder(home: Home, name: string): Promise<string> {
  const folder = join(home.folder, name);
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined && home.owner !== null) await chown(folder, home.owner.uid, home.owner.gid);
  return folder;
}

export async function readNote(home: Home): Promise<Note | null> {
  const text = await readIfThere(join(home.folder, NOTE_FILE));
  try {
    const note: unknown = text === null ? null : JSON.parse(text);
    if (typeof note !== 'object' || note === null) return null;
    const { home: of, root, port, serverFolder } = note as Record<string, unknown>;
    // A copied clone brings along the note of the original, whose server is none of ours.
    if (of !== home.folder || typeof root !== 'string' || typeof serverFolder !== 'string') return null;
    return { home: of, root, port: typeof port === 'number' ? port : 0, serverFolder };
  } catch {
    return null;
  }
}

export async function writeNote(home: Home, note: Omit<Note, 'home'>): Promise<void> {
  const text = `${JSON.stringify({ home: home.folder, ...note }, null, 2)}\n`;
  await writeWhole({ path: join(home.folder, NOTE_FILE), text, mode: 0o600, owner: home.owner });
}

export async function readPassword(home: Home): Promise<string | null> {
  const text = (await readIfThere(join(home.folder, PASSWORD_FILE)))?.trim();
  return text === undefined || text === '' ? null : text;
}

export async function makePassword(home: Home): Promise<string> {
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  await writeWhole({
    path: join(home.folder, PASSWORD_FILE),
    text: `${password}\n`,
    mode: 0o600,
    owner: home.owner,
  });
  return password;
}

/** After the data is gone: its password and the note of where it was. */
export async function forget(home: Home): Promise<void> {
  await rm(join(home.folder, PASSWORD_FILE), { force: true });
  await rm(join(home.folder, NOTE_FILE), { force: true });
}

async function describe(folder: string): Promise<Home> {
  const path = await realpath(folder);
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  const { uid, gid } = await stat(path);
  return { folder: path, owner: isRoot() && uid !== 0 ? { uid, gid } : null };
}

function unusable(folder: string, cause: unknown): GuildhallError {
  return new GuildhallError('configuration', `The folder ${folder} cannot be used: ${messageOf(cause)}.`, {
    hint: 'Give this account the folder (it may be from a run as another user, such as root), or set DATABASE_URL.',
    cause,
  });
}
