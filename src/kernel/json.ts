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
  return JSON.stringify(tagged(value)) ?? 'null';
}

/** Gives back what `encodeJson` was given; takes parsed JSON, as the driver returns it. */
export function decodeJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decodeJson);
  if (typeof value !== 'object' || value === null) return value;
  const tag = onlyKey(value);
  const inner: unknown = tag === undefined ? undefined : (value as Record<string, unknown>)[tag];
  if (tag === '$date') return new Date(String(inner));
  if (tag === '$bigint') return BigInt(String(inner));
  if (tag === '$plain') return mapped(inner as object, decodeJson);
  return mapped(value, decodeJson);
}

const TAGS = new Set(['$date', '$bigint', '$plain']);

function tagged(value: unknown): unknown {
  if (typeof value === 'bigint') return { $bigint: value.toString() };
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : { $date: value.toISOString() };
  if (Array.isArray(value)) return value.map(tagged);
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return tagged(value.toJSON());
  const object = mapped(value, tagged);
  // Somebody's own object that looks like one of our tags is wrapped, so that it comes back as it was.
  return onlyKey(object) === undefined ? object : { $plain: object };
}

/** The tag that an object consists of, if it is one. */
function onlyKey(value: object): string | undefined {
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] !== undefined && TAGS.has(keys[0]) ? keys[0] : undefined;
}

function mapped(value: object, change: (inner: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, change(inner)]),
  );
}

function sorted(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]),
  );
}
