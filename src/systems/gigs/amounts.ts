/** Checks amounts of USDC before they get near a statement. */
import { decimalText, invalidInput } from '../../kernel/index.ts';

const DECIMALS = 6;
/** Of the domain usdc: below 10^14. */
const MAX_WHOLE_DIGITS = 14;
const PLAIN = /^(\d+)(?:\.(\d+))?$/;

/** Decimal text above zero with six decimals at most, written plainly. */
export function usdcText(value: unknown, field: string): string {
  const text = decimalText(value, field, { min: 'positive' });
  const [, whole = '', decimals = ''] = PLAIN.exec(text) ?? [];
  if (whole === '' || whole.length > MAX_WHOLE_DIGITS || decimals.replace(/0+$/, '').length > DECIMALS) {
    throw invalidInput(
      field,
      `${field} is not an amount of USDC: ${text.slice(0, 80)}.`,
      `Write up to ${MAX_WHOLE_DIGITS} digits and ${DECIMALS} decimals, for example "12.50".`,
    );
  }
  return text;
}
