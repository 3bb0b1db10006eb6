/** Exact decimals as text: what money and quantities are outside the database. Arithmetic happens in SQL. */
import { invalidInput } from './errors.ts';

/** Plain or scientific notation, as price tables and JSON logs write numbers. */
const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;
/** Far above any amount met in real data (31-digit token amounts), far below what numeric can hold. */
const MAX_DIGITS = 60;

export interface DecimalRules {
  readonly min?: 'zero' | 'positive';
}

/**
 * Checks decimal text such as `"0.045"` and returns it unchanged.
 * Refuses JavaScript numbers (they have lost digits before we see them), NaN, Infinity, and blanks.
 */
export function decimalText(value: unknown, field: string, rules: DecimalRules = {}): string {
  if (typeof value === 'number') {
    throw invalidInput(
      field,
      `${field} is a JavaScript number, which cannot hold decimal amounts exactly.`,
      `Pass it as text: "${Number.isFinite(value) ? value : '0.00'}".`,
    );
  }
  if (typeof value === 'bigint') return decimalText(value.toString(), field, rules);
  if (typeof value !== 'string' || !DECIMAL.test(value)) {
    throw invalidInput(
      field,
      `${field} must be decimal text, but is ${describe(value)}.`,
      'Write digits with at most one point, for example "12.50".',
    );
  }
  if (digitsOf(value) > MAX_DIGITS) {
    throw invalidInput(field, `${field} has more than ${MAX_DIGITS} digits.`, 'Check the unit.');
  }
  if (rules.min === 'zero' && isNegative(value)) {
    throw invalidInput(field, `${field} must not be negative, but is ${value}.`, 'Pass zero or more.');
  }
  if (rules.min === 'positive' && (isNegative(value) || isZero(value))) {
    throw invalidInput(field, `${field} must be above zero, but is ${value}.`, 'Pass an amount above zero.');
  }
  return value;
}

/**
 * Drops zeros that carry no value, so that equal amounts are equal text: `0.090` is `0.09`, `1.000` is `1`.
 * Scientific notation stays as it is: the zeros at its end belong to the exponent.
 */
export function canonicalDecimal(text: string): string {
  if (!text.includes('.') || text.includes('e') || text.includes('E')) return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end -= 1;
  if (text.charCodeAt(end - 1) === 46) end -= 1;
  return text.slice(0, end);
}

/** True for zero in any spelling. */
export function isZero(text: string): boolean {
  return !/[1-9]/.test(text.split(/[eE]/)[0] ?? '');
}

/** Digits it takes to write it out, an exponent included. */
function digitsOf(text: string): number {
  const [mantissa = '', exponent = '0'] = text.split(/[eE]/);
  return mantissa.replace(/[^0-9]/g, '').length + Math.abs(Number(exponent));
}

function isNegative(text: string): boolean {
  return text.startsWith('-') && !isZero(text);
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'missing';
  return typeof value === 'string' ? `"${value.slice(0, 80)}"` : `of type ${typeof value}`;
}
