/** Reads the JSON that functions answer: snake_case to camelCase, moments to dates. */

const MOMENT = /(?:At|Time|Until|Due|Date)$/;
const ISO = /^\d{4}-\d\d-\d\dT/;

/** A row of a `…_json` function. Amounts are decimal text already; keys inside metadata stay as they are. */
export function readRow<T>(json: Readonly<Record<string, unknown>>): T {
  const row: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(json)) {
    const name = key.replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
    row[name] = typeof value === 'string' && MOMENT.test(name) && ISO.test(value) ? new Date(value) : value;
  }
  return row as T;
}

export function readRows<T>(list: unknown): T[] {
  return (list as Readonly<Record<string, unknown>>[]).map((row) => readRow<T>(row));
}
