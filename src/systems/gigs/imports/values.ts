/** Amounts and times as the imported files write them. */
import { decimalOf, RowProblem, timeOf } from '../../../kernel/index.ts';

/** Far above any task of a gig platform; the dearest known paid 8,000 USD. */
const MAX_TASK_USD = 1_000_000;
const US_TIME = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2}):(\d{2})$/;

/** An amount above zero with six decimals at most: what USDC can hold. */
export function usdcOf(text: string, name: string): string {
  const value = decimalOf(text, name, { most: MAX_TASK_USD, unit: 'USD' });
  if (!/[1-9]/.test(value)) throw new RowProblem(`${name} is 0, and nothing is paid for it.`);
  if (!/^\d+(\.\d{1,6}0*)?$/.test(value)) {
    throw new RowProblem(`${name} is ${value.slice(0, 60)}, which has more than six decimals.`);
  }
  return value;
}

/** `7/11/2014 23:53:03`, in UTC. */
export function usTimeOf(text: string, name: string): Date {
  const match = US_TIME.exec(text.trim());
  if (match === null) return timeOf(text, name);
  const [month = '', day = '', year = '', hour = '', minute = '', second = ''] = match.slice(1);
  const two = (value: string): string => value.padStart(2, '0');
  const iso = `${year}-${two(month)}-${two(day)}T${two(hour)}:${minute}:${second}Z`;
  const time = new Date(iso);
  if (Number.isNaN(time.getTime()) || time.getUTCDate() !== Number(day)) {
    throw new RowProblem(`${name} is "${text.slice(0, 60)}", which is not a time.`);
  }
  return time;
}

/** An amount so many times, exactly. */
export function times(amount: string, count: bigint): string {
  const [whole = '0', fraction = ''] = amount.split('.');
  const units = (BigInt(whole + fraction) * count).toString().padStart(fraction.length + 1, '0');
  return fraction === ''
    ? units
    : `${units.slice(0, units.length - fraction.length)}.${units.slice(-fraction.length)}`;
}

/** Whole smallest units as a decimal, without zeros that carry nothing. */
export function inUnits(units: string, decimals: number): string {
  if (decimals === 0) return units;
  const digits = units.padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`.replace(/\.?0+$/, '');
}
