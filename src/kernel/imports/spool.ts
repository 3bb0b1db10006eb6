/** The body of a call as a file that can be read more than once. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type RouteContext, requestBytes } from '../routes.ts';

/** A body is kept on disk while it is read; a larger file belongs to the command line, which needs no copy. */
export const MAX_IMPORT_BYTES = 2 * 1024 * 1024 * 1024;

/**
 * An import looks at the beginning of a file to recognise it, and a client that sends slowly must hold up neither a
 * connection nor the rows of a batch.
 */
export async function spoolBody(
  c: RouteContext,
): Promise<{ open: () => AsyncIterable<Uint8Array> } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'guildhall-import-'));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const path = join(folder, 'body');
  try {
    await pipeline(Readable.from(requestBytes(c)), createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    await dispose();
    throw error;
  }
  return { open: () => createReadStream(path), [Symbol.asyncDispose]: dispose };
}
