/** Ids: prefix by kind, then 26 characters that sort by creation time, so that one string serves SQL, API and logs. */
import { randomFillSync } from 'node:crypto';
import { invalidInput } from './errors.ts';

/** Crockford's base 32 in lower case: no i, l, o, u, so an id survives being read aloud. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ID = /^[a-z]{2,5}_[0-9a-hjkmnp-tv-z]{26}$/;
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;
/** One system call fills entropy for this many ids; bulk inserts make 10,000 at a time. */
const POOL_IDS = 512;

const pool = new Uint8Array(RANDOM_CHARACTERS * POOL_IDS);
let poolOffset = pool.length;
let lastMs = 0;
let lastTimePart = '';

/**
 * A new id such as `prj_01jd7…`: 50 bits of milliseconds since 1970, then 80 random bits.
 * Layout of the ULID specification, lower case. Ids made in one millisecond are unordered among themselves.
 */
export function newId(prefix: string): string {
  if (poolOffset >= pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  let id = `${prefix}_${timePart(Date.now())}`;
  const end = poolOffset + RANDOM_CHARACTERS;
  for (; poolOffset < end; poolOffset += 1) id += ALPHABET[(pool[poolOffset] ?? 0) & 31];
  return id;
}

/** Refuses text that is not an id of this kind, so that a mixed-up argument fails with its name and not as "not found". */
export function assertId(value: unknown, prefix: string, field: string): asserts value is string {
  if (typeof value === 'string' && value.startsWith(`${prefix}_`) && ID.test(value)) return;
  throw invalidInput(
    field,
    `"${String(value).slice(0, 80)}" is not an id of the kind ${prefix}_….`,
    `Pass the id as it was returned, for example ${prefix}_01jd7q8w9e3r5t6y7h8k9m0n1p.`,
  );
}

function timePart(ms: number): string {
  if (ms === lastMs) return lastTimePart;
  let rest = ms;
  let part = '';
  for (let index = 0; index < TIME_CHARACTERS; index += 1) {
    part = (ALPHABET[rest % 32] ?? '0') + part;
    rest = Math.floor(rest / 32);
  }
  lastMs = ms;
  lastTimePart = part;
  return part;
}
