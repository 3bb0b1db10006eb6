/** Runs statements on one driver connection: prepared names, exact types, timing. */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { canonicalDecimal } from '../decimal.ts';
import { isStalePlan, sqlStateOf, toGuildhallError } from './sql-errors.ts';
import type { QueryOptions, QueryResult, QueryTiming } from './types.ts';

/** Names kept per connection; a pooler keeps 200 by default, and texts beyond it are surely generated. */
const MAX_NAMES = 150;
/** Texts whose hashes are remembered; above it the memory is started afresh. */
const MAX_HASHES = 2_000;

const INT8 = 20;
const INT8_ARRAY = 1016;
const NUMERIC = 1700;
const NUMERIC_ARRAY = 1231;
const DATE = 1082;
const INTERVAL = 1186;

/** What all connections of one pool share. */
export interface Dialogue {
  readonly address: string;
  /** Off once a pooler has shown that it cannot follow named statements. */
  named: boolean;
  /** Part of every name, so that a name with a stale plan is never used again. */
  generation: number;
  readonly listeners: ((timing: QueryTiming) => void)[];
}

const arrayOf = (parse: (text: string) => unknown) => (text: string) =>
  text === '{}'
    ? []
    : text
        .slice(1, -1)
        .split(',')
        .map((item) => (item === 'NULL' ? null : parse(item)));

const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [INT8]: BigInt,
  [INT8_ARRAY]: arrayOf(BigInt),
  [NUMERIC]: canonicalDecimal,
  [NUMERIC_ARRAY]: arrayOf(canonicalDecimal),
  [DATE]: (text) => text,
  [INTERVAL]: (text) => text,
};

/** Type parsers given to each connection, so that nothing global is changed. */
export const exactTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    return (PARSERS[oid] ?? pg.types.getTypeParser(oid, format ?? 'text')) as never;
  },
};

const names = new WeakMap<pg.ClientBase, Set<string>>();
const hashes = new Map<string, string>();

/**
 * One statement. A stale prepared plan outside a transaction is repeated once, unnamed;
 * inside it the error is thrown for the transaction to repeat as a whole.
 */
export async function runQuery<Row>(
  client: pg.ClientBase,
  dialogue: Dialogue,
  text: string,
  params: readonly unknown[] = [],
  options: QueryOptions & { readonly inTransaction?: boolean } = {},
): Promise<QueryResult<Row>> {
  const name = options.named === false || params.length === 0 ? undefined : nameFor(client, dialogue, text);
  try {
    return await timed<Row>(client, dialogue, text, params, name);
  } catch (error) {
    if (name === undefined || !isStalePlan(error)) throw toGuildhallError(error, dialogue.address);
    retireNames(dialogue, error);
    if (options.inTransaction === true) throw toGuildhallError(error, dialogue.address);
    try {
      return await timed<Row>(client, dialogue, text, params, undefined);
    } catch (again) {
      throw toGuildhallError(again, dialogue.address);
    }
  }
}

/** Streams text into `copy … from stdin`; returns the rows the server took. */
export async function runCopyIn(
  client: pg.ClientBase,
  dialogue: Dialogue,
  statement: string,
  chunks: AsyncIterable<string> | Iterable<string>,
): Promise<number> {
  const started = performance.now();
  try {
    const stream = client.query(copyFrom(statement));
    await pipeline(Readable.from(chunks, { objectMode: false }), stream);
    report(dialogue, statement, started, stream.rowCount ?? 0, null);
    return stream.rowCount ?? 0;
  } catch (error) {
    report(dialogue, statement, started, 0, sqlStateOf(error) ?? 'XX000');
    throw toGuildhallError(error, dialogue.address);
  }
}

async function timed<Row>(
  client: pg.ClientBase,
  dialogue: Dialogue,
  text: string,
  params: readonly unknown[],
  name: string | undefined,
): Promise<QueryResult<Row>> {
  const started = performance.now();
  try {
    const values = params as unknown[];
    const result = await client.query(
      name === undefined ? { text, values, types: exactTypes } : { name, text, values, types: exactTypes },
    );
    const rowCount = result.rowCount ?? 0;
    report(dialogue, text, started, rowCount, null);
    return { rows: result.rows as Row[], rowCount };
  } catch (error) {
    report(dialogue, text, started, 0, sqlStateOf(error) ?? 'XX000');
    throw error;
  }
}

function report(dialogue: Dialogue, text: string, started: number, rowCount: number, sqlState: string | null): void {
  if (dialogue.listeners.length === 0) return;
  const timing = { text, durationMs: performance.now() - started, rowCount, sqlState };
  for (const listener of dialogue.listeners) listener(timing);
}

/** A short name for the text on this connection, or undefined when it has enough names already. */
function nameFor(client: pg.ClientBase, dialogue: Dialogue, text: string): string | undefined {
  if (!dialogue.named) return undefined;
  let known = names.get(client);
  if (known === undefined) {
    known = new Set();
    names.set(client, known);
  }
  const name = `g${dialogue.generation}_${hashOf(text)}`;
  if (known.has(name)) return name;
  if (known.size >= MAX_NAMES) return undefined;
  known.add(name);
  return name;
}

function retireNames(dialogue: Dialogue, error: unknown): void {
  dialogue.generation += 1;
  if (sqlStateOf(error) !== '0A000') dialogue.named = false;
}

function hashOf(text: string): string {
  let hash = hashes.get(text);
  if (hash === undefined) {
    if (hashes.size >= MAX_HASHES) hashes.clear();
    hash = createHash('sha256').update(text).digest('base64url').slice(0, 20);
    hashes.set(text, hash);
  }
  return hash;
}
