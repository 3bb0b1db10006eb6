/** Keyset pages: stable under inserts and deletes, as fast on page 1,000 as on page 1. */
import { invalidInput } from './errors.ts';

export interface Page<T> {
  readonly data: T[];
  readonly hasMore: boolean;
  /** Give it back as `cursor` for the next page; null on the last one. */
  readonly nextCursor: string | null;
  /** Only when asked for: counting reads every matching row. */
  readonly total?: number;
}

export interface PageRequest {
  readonly limit?: number;
  readonly cursor?: string;
  readonly withTotal?: boolean;
}

/** Lists of the API end here, as its users know from elsewhere; a page stays a response of a few kB. */
export const MAX_PAGE = 100;
export const DEFAULT_PAGE = 50;

/** Checks `limit`; `max` is higher for lists inside one process. */
export function pageLimit(
  limit: number | undefined,
  { max = MAX_PAGE, fallback = DEFAULT_PAGE } = {},
): number {
  if (limit === undefined) return Math.min(fallback, max);
  if (Number.isInteger(limit) && limit >= 1 && limit <= max) return limit;
  throw invalidInput(
    'limit',
    `limit must be a whole number from 1 to ${max}, but is ${limit}.`,
    `Pass 1 to ${max}.`,
  );
}

/** Position after the row with these sort values. `list` names the list, so that a cursor fits no other. */
export function encodeCursor(list: string, at: Date, id: string): string {
  return Buffer.from(JSON.stringify([list, at.toISOString(), id])).toString('base64url');
}

/** Reads a cursor of this list into the parameters of `(time, id) < ($n, $n+1)`; null starts at the beginning. */
export function decodeCursor(list: string, cursor: string | undefined): { at: Date; id: string } | null {
  if (cursor === undefined) return null;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === 3 && parts[0] === list && typeof parts[2] === 'string') {
      const at = new Date(String(parts[1]));
      if (!Number.isNaN(at.getTime())) return { at, id: parts[2] };
    }
  } catch {
    // Falls through to the one answer for every unreadable cursor.
  }
  throw invalidInput(
    'cursor',
    'The cursor is not one of this list.',
    'Pass nextCursor of the page before, unchanged.',
  );
}

/** Cuts the extra row off (queries ask for limit + 1) and makes the cursor of the next page. */
export function toPage<T extends { readonly id: string }>(
  list: string,
  rows: readonly T[],
  limit: number,
  timeOf: (row: T) => Date,
): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const hasMore = rows.length > limit;
  return {
    data,
    hasMore,
    nextCursor: hasMore && last !== undefined ? encodeCursor(list, timeOf(last), last.id) : null,
  };
}
