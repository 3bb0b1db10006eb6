/** Limits of what a call can cost and hold; what is beyond them refuses the row. */
import { decimalOf, wholeNumberOf } from '../../../kernel/index.ts';

/** A call far above any real one: the dearest call known costs some 100 USD. */
const MAX_CALL_USD = 10_000;
/** Ten times the largest context window of 2026. */
const MAX_CALL_TOKENS = 100_000_000n;

/** A logged amount, kept as the text it was logged in. */
export function amountOf(text: string, name: string, most: number = MAX_CALL_USD): string {
  return decimalOf(text, name, { most, unit: 'USD' });
}

export function tokensOf(text: string, name: string, limit: bigint = MAX_CALL_TOKENS): bigint {
  return wholeNumberOf(text, name, limit);
}
