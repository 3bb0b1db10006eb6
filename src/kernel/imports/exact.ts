/** An exact running sum of decimal texts, for totals that are told before the database is asked. */

const PARTS = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

export class ExactSum {
  private units = 0n;
  private scale = 0;

  /** Adds a non-negative decimal such as `0.0001107` or `1.4999999999999999e-05`. */
  add(text: string): void {
    const { units, scale } = parseExact(text);
    if (scale > this.scale) {
      this.units *= 10n ** BigInt(scale - this.scale);
      this.scale = scale;
    }
    this.units += units * 10n ** BigInt(this.scale - scale);
  }

  toString(): string {
    return format(this.units, this.scale);
  }

  /** Rounded half up to at most so many decimals. */
  rounded(decimals: number): string {
    if (this.scale <= decimals) return this.toString();
    const divisor = 10n ** BigInt(this.scale - decimals);
    return format((this.units + divisor / 2n) / divisor, decimals);
  }
}

/** Below zero, zero, or above, as `a` is smaller than, equal to, or larger than `b`. */
export function compareExact(a: string, b: string): number {
  const [left, right] = [parseExact(a), parseExact(b)];
  const scale = Math.max(left.scale, right.scale);
  const difference =
    left.units * 10n ** BigInt(scale - left.scale) - right.units * 10n ** BigInt(scale - right.scale);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

function parseExact(text: string): { readonly units: bigint; readonly scale: number } {
  const [, whole = '0', fraction = '', exponent = '0'] = PARTS.exec(text) ?? [];
  const scale = fraction.length - Number(exponent);
  const units = BigInt(whole + fraction);
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 };
}

function format(units: bigint, scale: number): string {
  if (scale === 0) return units.toString();
  const digits = units.toString().padStart(scale + 1, '0');
  return `${digits.slice(0, -scale)}.${digits.slice(-scale)}`.replace(/\.?0+$/, '');
}
