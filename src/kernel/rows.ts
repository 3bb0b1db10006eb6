/** The one place where snake_case rows become camelCase values. */

const camelNames = new Map<string, string>();

/** `input_tokens` → `inputTokens`; column names are few, so the answers are kept. */
export function camelName(name: string): string {
  let camel = camelNames.get(name);
  if (camel === undefined) {
    camel = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    camelNames.set(name, camel);
  }
  return camel;
}

/** Renames the columns of a row; values, also nested JSON, are left as they are. */
export function camelRow<T>(row: object): T {
  const result: Record<string, unknown> = {};
  for (const name in row) result[camelName(name)] = row[name as keyof typeof row];
  return result as T;
}

export function camelRows<T>(rows: readonly object[]): T[] {
  return rows.map((row) => camelRow<T>(row));
}
