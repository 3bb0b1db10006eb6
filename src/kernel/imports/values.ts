/** Checks of single values in imported rows. Each throws a RowProblem, whose message becomes the refusal. */
import { isGuildhallError } from '../errors.ts';
import type { ImportEntry } from './types.ts';

/** Why a row is refused; the import goes on. */
export class RowProblem extends Error {}

const MAX_NAME = 200;
const SHOWN = 60;
/** NUL, and halves of surrogate pairs, which no UTF-8 text can hold. */
const UNSTORABLE = /\0|\p{Surrogate}/u;
const UNSTORABLE_ALL = /\0|\p{Surrogate}/gu;

const DECIMAL = /^-?\d{1,30}(?:\.\d{1,60})?(?:[eE][+-]?\d{1,3})?$/;
const WHOLE = /^-?\d{1,60}$/;

/** A number from zero, kept as the text it was written in. */
export function decimalOf(
  text: string,
  name: string,
  limit: { readonly most: number; readonly unit?: string },
): string {
  const value = text.trim();
  if (value === '') throw new RowProblem(`${name} is missing.`);
  if (!DECIMAL.test(value)) throw new RowProblem(`${name} is "${cut(value)}", which is not a number.`);
  if (value.startsWith('-') && Number(value) !== 0)
    throw new RowProblem(`${name} is negative: ${cut(value)}.`);
  // The check is a coarse one, so the rounding of a JavaScript number does not matter; the text is what is stored.
  if (Number(value) > limit.most)
    throw new RowProblem(
      `${name} is ${[cut(value), limit.unit].filter(Boolean).join(' ')}, above the limit of ${limit.most}.`,
    );
  return value.replace(/^-/, '');
}

export function wholeNumberOf(text: string, name: string, limit: bigint): bigint {
  const value = text.trim();
  if (value === '') throw new RowProblem(`${name} is missing.`);
  if (!WHOLE.test(value)) throw new RowProblem(`${name} is "${cut(value)}", which is not a whole number.`);
  const number = BigInt(value);
  if (number < 0n) throw new RowProblem(`${name} is negative: ${value}.`);
  if (number > limit) throw new RowProblem(`${name} is ${value}, above the limit of ${limit}.`);
  return number;
}

export function nameOf(text: string, name: string): string {
  const value = text.trim();
  if (value === '') throw new RowProblem(`${name} is missing.`);
  if (value.length > MAX_NAME) throw new RowProblem(`${name} has more than ${MAX_NAME} characters.`);
  if (UNSTORABLE.test(value))
    throw new RowProblem(`${name} contains a NUL character or half of a character.`);
  return value;
}

/** A moment from ISO text, from `2023-11-16 18:17:03.9799600` (UTC, cut to milliseconds), or from seconds since 1970. */
export function timeOf(text: string, name: string): Date {
  const value = text.trim();
  if (value === '') throw new RowProblem(`${name} is missing.`);
  const iso = value.replace(' ', 'T').replace(/(\.\d{3})\d+/, '$1');
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/.test(iso) ? iso : `${iso}${iso.includes('T') ? 'Z' : 'T00:00:00Z'}`;
  const time = /^\d{9,10}(\.\d+)?$/.test(value)
    ? new Date(Math.trunc(Number(value) * 1000))
    : new Date(zoned);
  if (Number.isNaN(time.getTime())) throw new RowProblem(`${name} is "${cut(value)}", which is not a time.`);
  return time;
}

/** Text that fits a log line or an error column, without what PostgreSQL cannot store. */
export function shortText(text: string, length: number): string {
  const clean = text.trim();
  const short = clean.length <= length ? clean : `${clean.slice(0, length - 1)}…`;
  return short.replace(UNSTORABLE_ALL, '\ufffd');
}

function cut(text: string): string {
  return text.slice(0, SHOWN);
}

/** Turns what is wrong with a row into its refusal. */
export function guarded<Entry extends ImportEntry>(
  line: number,
  content: string,
  read: () => Omit<Entry, 'line' | 'content' | 'refusal'> & Partial<ImportEntry>,
): Entry {
  try {
    return { line, content, ...read() } as Entry;
  } catch (error) {
    if (!(error instanceof RowProblem) && !isGuildhallError(error, 'invalid_input')) throw error;
    return { line, content, refusal: error.message } as Entry;
  }
}
