/** Writing files so that others see all of a file or none, and reading ones that may be missing. */
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';

export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

export interface WriteOptions {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  /** Given when we are root and the file is for somebody else. */
  readonly owner?: FileOwner | null;
  /** Forces it to disk: for what is not simply written again when a power cut took it. */
  readonly durable?: boolean;
}

/** Replaces the file whole. Exclusive creation, since a link laid in our way must not be followed. */
export async function writeWhole(options: WriteOptions): Promise<void> {
  const temporary = `${options.path}.${randomName()}`;
  try {
    const file = await open(temporary, 'wx', options.mode);
    try {
      await file.writeFile(options.text);
      if (options.owner != null) await file.chown(options.owner.uid, options.owner.gid);
      if (options.durable === true) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, options.path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The text of a file, or null when there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** False also where we may not look. */
export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

export function randomName(): string {
  return randomBytes(6).toString('hex');
}

export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
