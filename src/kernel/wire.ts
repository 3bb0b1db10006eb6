/** How values leave over JSON: dates as ISO text, counts as numbers while they are exact, decimals as text. */
import type { JSONValue } from 'hono/utils/types';

/**
 * The JSON form of a value. A `bigint` is a number as long as every JSON reader keeps it exact (up to 2^53 - 1)
 * and decimal text beyond: counts of tokens stay convenient, and no digit is ever lost silently.
 */
export type Wire<T> = unknown extends T
  ? JSONValue
  : T extends bigint
    ? number | string
    : T extends Date
      ? string
      : T extends readonly (infer Item)[]
        ? Wire<Item>[]
        : T extends object
          ? { -readonly [Key in keyof T]: Wire<T[Key]> }
          : T;

/** JSON text of a value that may hold dates and bigints. */
export function toJsonText(value: unknown): string {
  try {
    // Without a replacer this is several times faster, and most answers hold no bigint.
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, (_key, entry: unknown) =>
      typeof entry === 'bigint' ? wireNumber(entry) : entry,
    );
  }
}

/** A count for JSON: a number while exact, text beyond. */
export function wireNumber(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
