/** USDC as whole millionths, for exact arithmetic on decimal text outside the database. */
import { assert } from '../../kernel/index.ts';

const AMOUNT = /^(\d{1,15})(?:\.(\d{1,6}))?$/;
const UNIT = 1_000_000n;

/** Null for anything but plain decimal text of zero or more with at most six decimals. */
export function parseMicros(text: string): bigint | null {
  const [, whole, part = ''] = AMOUNT.exec(text) ?? [];
  return whole === undefined ? null : BigInt(whole) * UNIT + BigInt(part.padEnd(6, '0'));
}

/** For amounts that the database gave: they have at most six decimals. */
export function toMicros(text: string): bigint {
  const micros = parseMicros(text);
  assert(micros !== null, `an amount of USDC, and not "${text}"`);
  return micros;
}

/** Shortest decimal text: `3500000n` is `3.5`. */
export function fromMicros(micros: bigint): string {
  const part = (micros % UNIT).toString().padStart(6, '0').replace(/0+$/, '');
  return part === '' ? `${micros / UNIT}` : `${micros / UNIT}.${part}`;
}

/**
 * Money out of a statistic: taken to twelve significant digits, which is what sums and means of doubles are good for,
 * then cut after six decimals. So 69.99999999999999 is 70, and 0.0000019 is 0.000001. Below zero is zero.
 */
export function microsOfStatistic(value: number): bigint {
  if (!(value > 0)) return 0n;
  return toMicros(Number(value.toPrecision(12)).toFixed(9).slice(0, -3));
}

export function lessOf(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
