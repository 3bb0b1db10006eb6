/** Keys that are the same at every import of the same row. */
import { createHash } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ID_CHARACTERS = 26;

/** An id derived from content instead of time and chance: importing again makes the same one. */
export function derivedId(prefix: string, ...parts: readonly (string | number)[]): string {
  const bytes = hash(parts);
  let id = `${prefix}_`;
  for (let index = 0; index < ID_CHARACTERS; index += 1) id += ALPHABET[(bytes[index] ?? 0) & 31];
  return id;
}

/** The key of an imported row: place and content of the row, and what it goes to. */
export function importKey(...parts: readonly (string | number)[]): string {
  return hash(parts).subarray(0, 18).toString('base64url');
}

function hash(parts: readonly (string | number)[]): Buffer {
  return createHash('sha256').update(parts.join('\u0000')).digest();
}
