/** The rules of the original's service that are not SQL, the same for each rival. */
import type { NewCost } from '../support/contract.ts';

/** JSON lies in text columns, and the service hands out values. */
export function parseJson(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

export function assertAmount(cost: NewCost): void {
  if (!/^\d+(\.\d+)?$/.test(cost.amount)) throw new Error(`Amount must be positive: ${cost.amount}`);
}
