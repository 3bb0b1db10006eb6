/** Reads counts out of a provider's usage object, and refuses what cannot be a count. */
import { invalidInput } from '../../kernel/index.ts';

/** A single call far above any context window (10 million tokens in 2026) is a broken log, not a call. */
export const MAX_QUANTITY = 1_000_000_000_000n;

export type Body = Readonly<Record<string, unknown>>;

const WHOLE = /^\d{1,15}$/;
const DECIMAL = /^\d{1,15}(\.\d{1,9})?$/;

export function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path; undefined where any step is missing or null. */
export function at(body: Body, path: string): unknown {
  let value: unknown = body;
  for (const step of path.split('.')) {
    if (!isBody(value)) return undefined;
    value = value[step];
  }
  return value ?? undefined;
}

/** True when the body has the field, even as zero. */
export function has(body: Body, path: string): boolean {
  return at(body, path) !== undefined;
}

/** A count at the first of the paths that is there; 0 where none is. */
export function count(body: Body, ...paths: readonly string[]): bigint {
  for (const path of paths) {
    const value = at(body, path);
    if (value !== undefined) return wholeNumber(value, path);
  }
  return 0n;
}

/** A quantity that may have a fraction, such as seconds; `0` where it is missing. */
export function quantity(body: Body, path: string): string {
  const value = at(body, path);
  if (value === undefined) return '0';
  const text = numberText(value);
  if (text === null || !DECIMAL.test(text)) throw refuse(path, value, 'a quantity of zero or more');
  return text;
}

/** What is left of a total when its parts are taken out; parts above their total would be priced twice. */
export function rest(total: bigint, parts: readonly bigint[], field: string): bigint {
  const left = parts.reduce((sum, part) => sum - part, total);
  if (left >= 0n) return left;
  throw invalidInput(
    field,
    `${field} is ${total}, but the parts it is said to contain add up to ${total - left}.`,
    'Check the usage object: cached, reasoning and media tokens must be part of the total they stand under.',
  );
}

export function text(body: Body, path: string): string | null {
  const value = at(body, path);
  return typeof value === 'string' && value !== '' ? value : null;
}

function wholeNumber(value: unknown, path: string): bigint {
  const digits = numberText(value);
  if (digits === null || !WHOLE.test(digits)) throw refuse(path, value, 'a whole number of zero or more');
  const result = BigInt(digits);
  if (result > MAX_QUANTITY) throw refuse(path, value, `at most ${MAX_QUANTITY}`);
  return result;
}

/** Text of a number, a bigint, or a number kept as text by a lossless JSON parser. */
function numberText(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  if (typeof value === 'bigint') return value.toString();
  if (isBody(value) && value.isLosslessNumber === true) return String(value);
  return null;
}

function refuse(path: string, value: unknown, wanted: string): Error {
  const shown = isBody(value) ? JSON.stringify(value) : String(value);
  return invalidInput(
    path,
    `${path} is ${shown.slice(0, 60)}, but ${wanted} is expected.`,
    'Correct the usage object.',
  );
}
