/** Bulk insert: one statement for many rows, by unnest or COPY, with a rule for conflicts. */
import { GuildhallError, invalidInput } from './errors.ts';
import { explainConstraint } from './scope.ts';
import type { Scope } from './system.ts';

export interface BulkInsert {
  /** Table of the instance's schema. */
  readonly table: string;
  /** Column name to PostgreSQL type, for instance `{ id: 'text', amount: 'numeric' }`. */
  readonly columns: Readonly<Record<string, string>>;
  /** One array per row, in the order of the columns. */
  readonly rows: readonly (readonly unknown[])[];
  /** `fail` (default) refuses the whole batch; `skip` leaves out rows that are there already. */
  readonly onConflict?: 'fail' | 'skip';
  /** `copy` is a third faster above some ten thousand rows, and cannot skip. */
  readonly via?: 'unnest' | 'copy';
}

/** One statement takes this many rows: 16 MB at 300 bytes each, and the limit is the caller's to split at. */
export const MAX_BULK_ROWS = 50_000;

const IDENTIFIER = /^[a-z_][a-z0-9_]*$/;
const TYPE = /^[a-z][a-z0-9_ ]*(\(\d+(,\d+)?\))?$/;

/** Inserts all rows or none; returns how many went in (fewer than given only with `skip`). */
export async function bulkInsert(scope: Scope, insert: BulkInsert): Promise<number> {
  const { table, columns, rows, onConflict = 'fail', via = 'unnest' } = insert;
  if (rows.length === 0) return 0;
  if (rows.length > MAX_BULK_ROWS) {
    throw invalidInput(
      'rows',
      `${rows.length} rows are more than ${MAX_BULK_ROWS} in one call.`,
      'Split the batch.',
    );
  }
  const names = Object.keys(columns);
  for (const name of [table, ...names]) if (!IDENTIFIER.test(name)) throw badName(name);
  for (const type of Object.values(columns)) if (!TYPE.test(type)) throw badName(type);
  if (via === 'copy') return copyRows(scope, insert, names);
  const arrays = Object.values(columns).map((type, index) => rows.map((row) => arrayItem(row[index], type)));
  const casts = Object.values(columns).map((type, index) => `$${index + 1}::${type}[]`);
  const text = `insert into :schema.${table} (${names.join(', ')}) select * from unnest(${casts.join(', ')})${
    onConflict === 'skip' ? ' on conflict do nothing' : ''
  }`;
  try {
    return (await scope.executor.query(scope.sql(text), arrays)).rowCount;
  } catch (error) {
    throw explainConstraint(error, scope.constraints);
  }
}

/** The driver would make a JSON list within the array into a further dimension of it. */
function arrayItem(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null;
  return typeof value === 'object' && /^jsonb?$/.test(type) ? JSON.stringify(value) : value;
}

async function copyRows(
  scope: Scope,
  { table, rows, onConflict }: BulkInsert,
  names: string[],
): Promise<number> {
  if (onConflict === 'skip') {
    throw invalidInput('via', 'COPY cannot skip conflicts.', 'Use via: "unnest" with onConflict: "skip".');
  }
  const statement = scope.sql(`copy :schema.${table} (${names.join(', ')}) from stdin`);
  try {
    return await scope.executor.copyIn(statement, copyLines(rows, names.length));
  } catch (error) {
    throw explainConstraint(error, scope.constraints);
  }
}

/** Rows gathered into one chunk for the socket. */
const ROWS_PER_CHUNK = 500;

function* copyLines(rows: readonly (readonly unknown[])[], width: number): Generator<string> {
  for (let start = 0; start < rows.length; start += ROWS_PER_CHUNK) {
    let chunk = '';
    for (const row of rows.slice(start, start + ROWS_PER_CHUNK)) {
      const cells = Array.from({ length: width }, (_, index) => copyCell(row[index]));
      chunk += `${cells.join('\t')}\n`;
    }
    yield chunk;
  }
}

function copyCell(value: unknown): string {
  if (value === null || value === undefined) return '\\N';
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\\\x${Buffer.from(value).toString('hex')}`;
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(/[\\\n\r\t]/g, (character) => COPY_ESCAPES[character] ?? character);
}

const COPY_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function badName(name: string): GuildhallError {
  return new GuildhallError('internal', `"${name}" is not a name for a bulk insert.`);
}
