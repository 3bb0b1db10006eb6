/** Where the test run's server keeps its data: cloning 900 small files a database is what a disk is slow at. */
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const MEMORY = '/dev/shm';
/** Containers often give 64 MB, and a run needs hundreds; the log of its many databases grows to about a gigabyte. */
const NEEDED_BYTES = 4 * 1024 ** 3;

/** Memory where Linux offers enough of it, the temporary folder elsewhere. */
export function scratchFolder() {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (process.platform === 'linux' && bavail * bsize >= NEEDED_BYTES) return MEMORY;
  } catch {
    // No such folder here.
  }
  return tmpdir();
}
