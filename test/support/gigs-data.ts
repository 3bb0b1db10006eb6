/** The example data of the system `gigs`, for tests. */
import { createReadStream, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ImportRequest } from '../../src/kernel/index.ts';

const folder = new URL('../../examples/gigs/', import.meta.url);

export function gigsPath(name: string): string {
  return fileURLToPath(new URL(name, folder));
}

export function gigsText(name: string): string {
  return readFileSync(gigsPath(name), 'utf8');
}

/** A request to import a file of examples/gigs. */
export function gigsFile(name: string, options: Record<string, string> = {}): ImportRequest {
  return { source: name, open: () => createReadStream(gigsPath(name)), options };
}
