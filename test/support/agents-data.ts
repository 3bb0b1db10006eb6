/** The example data of the system `agents`, for tests. */
import { createReadStream, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ImportRequest } from '../../src/kernel/index.ts';

const folder = new URL('../../examples/agents/', import.meta.url);

export function dataText(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}

/** A request to import a file of examples/agents. */
export function dataFile(name: string, options: Record<string, string> = {}): ImportRequest {
  return { source: name, open: () => createReadStream(fileURLToPath(new URL(name, folder))), options };
}

/** A request to import a text; the chunk size cuts lines apart, as a network does. */
export function textFile(source: string, text: string, options: Record<string, string> = {}): ImportRequest {
  return { source, open: () => chunksOf(text, 1000), options };
}

export async function* chunksOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
