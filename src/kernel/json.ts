/** JSON with a stable spelling for hashing, and with dates and bigints that survive storage. */
import { createHash } from 'node:crypto';

/** Keys sorted at every level, so that equal content has equal text whatever the order it was written in. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? 'null';
}

/** SHA-256 of the canonical text. */
export function contentHash(value: unknown): Buffer {
  return createHash('sha256').update(canonicalJson(value)).digest();
}

/** Like JSON.stringify, with Date and bigint tagged so that `decodeJson` gives them back. */
export function encodeJson(value: unknown): string {
  return (
    JSON.stringify(value, function (this: Record<string, unknown>, key, current: unknown) {
      const original = this[key];
      if (original instanceof Date) return { $date: original.toISOString() };
      return typeof current === 'bigint' ? { $bigint: current.toString() } : current;
    }) ?? 'null'
  );
}

/** Gives back what `encodeJson` was given; takes parsed JSON, as the driver returns it. */
export function decodeJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decodeJson);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const only = entries.length === 1 ? entries[0] : undefined;
  if (only?.[0] === '$date' && typeof only[1] === 'string') return new Date(only[1]);
  if (only?.[0] === '$bigint' && typeof only[1] === 'string') return BigInt(only[1]);
  return Object.fromEntries(entries.map(([key, inner]) => [key, decodeJson(inner)]));
}

function sorted(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}
