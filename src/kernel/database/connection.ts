/** Runs statements on one driver connection: prepared names, timing, and whether the connection still lives. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { GuildhallError } from '../errors.ts';
import { exactTypes } from './exact-types.ts';
import { type PreparedName, PreparedStatement } from './prepared-statement.ts';
import { isStalePlan, lossOf, sqlStateOf, toGuildhallError } from './sql-errors.ts';
import type { QueryOptions, QueryResult, QueryTiming } from './types.ts';

/** Names kept per connection; a pooler keeps 200 by default, and texts beyond it are surely generated. */
const MAX_NAMES = 150;
/** Texts whose hashes are remembered; above it the memory is started afresh. */
const MAX_HASHES = 2_000;
/** Somebody's DEALLOCATE ALL loses names once; a pooler that cannot follow them loses them again and again. */
const MAX_LOST_NAMES = 3;

/** What all connections of one pool share. */
export interface Dialogue {
  readonly address: string;
  /**
   * Longest statement outside a transaction, watched by us where a pooler keeps the server from being told;
   * 0 where the server does it.
   */
  readonly watchMs: number;
  /** False where a pooler may hand a name on to another server connection. */
  readonly direct: boolean;
  /** Off once a pooler has shown that it cannot follow named statements. */
  named: boolean;
  /** Part of every name, so that a name with a stale plan is never used again. */
  generation: number;
  /** How often the server did not know a name that we had given it. */
  lostNames: number;
  readonly listeners: ((timing: QueryTiming) => void)[];
}

interface KnownNames {
  readonly generation: number;
  /** By text. */
  readonly names: Map<string, PreparedName>;
}

const knownNames = new WeakMap<pg.ClientBase, KnownNames>();
const losses = new WeakMap<pg.ClientBase, GuildhallError>();
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
  const { generation } = dialogue;
  const prepared =
    options.named === false || params.length === 0 ? undefined : nameFor(client, dialogue, text);
  const watchMs = options.inTransaction === true ? 0 : dialogue.watchMs;
  const run = (as: PreparedName | undefined) =>
    timed<Row>(client, dialogue, { text, params, prepared: as, watchMs });
  try {
    return await run(prepared);
  } catch (error) {
    if (prepared === undefined || !isStalePlan(error)) throw failure(client, dialogue, error);
    if (generation === dialogue.generation) retireNames(dialogue, error);
    if (options.inTransaction === true) throw failure(client, dialogue, error);
    try {
      return await run(undefined);
    } catch (again) {
      throw failure(client, dialogue, again);
    }
  }
}

/** BEGIN, COMMIT and their kind; returns the command the server says it ran. */
export async function runControl(client: pg.ClientBase, dialogue: Dialogue, text: string): Promise<string> {
  try {
    const result: unknown = await client.query(text);
    const first = Array.isArray(result) ? result[0] : result;
    return (first as pg.QueryResult).command;
  } catch (error) {
    throw failure(client, dialogue, error);
  }
}

/** Streams text into `copy … from stdin`; returns the rows the server took. Errors of the source pass unchanged. */
export async function runCopyIn(
  client: pg.ClientBase,
  dialogue: Dialogue,
  statement: string,
  chunks: AsyncIterable<string> | Iterable<string>,
): Promise<number> {
  const started = performance.now();
  let sourceFailed: { readonly error: unknown } | undefined;
  async function* watched(): AsyncGenerator<string> {
    try {
      yield* chunks;
    } catch (error) {
      sourceFailed = { error };
      throw error;
    }
  }
  try {
    const stream = client.query(copyFrom(statement));
    await pipeline(Readable.from(watched(), { objectMode: false }), stream);
    report(dialogue, statement, started, stream.rowCount, null);
    return stream.rowCount;
  } catch (error) {
    report(dialogue, statement, started, 0, sqlStateOf(error) ?? 'XX000');
    if (sourceFailed !== undefined) throw sourceFailed.error;
    throw failure(client, dialogue, error);
  }
}

/** Remembers that a connection broke, whoever noticed first; also called for errors outside any statement. */
export function noteLoss(client: pg.ClientBase, dialogue: Dialogue, error: unknown): void {
  if (losses.has(client)) return;
  const loss = lossOf(error, dialogue.address);
  if (loss !== null) losses.set(client, loss);
}

/** Why the connection is gone; undefined while it lives. */
export function lossOfConnection(client: pg.ClientBase): GuildhallError | undefined {
  return losses.get(client);
}

/** True when the next user of the connection would find it broken, or inside somebody's transaction. */
export function isUnfit(client: pg.ClientBase): boolean {
  return losses.has(client) || client.getTransactionStatus() !== 'I';
}

/** The first loss explains more than what it leads to ("not queryable"). */
function failure(client: pg.ClientBase, dialogue: Dialogue, error: unknown): GuildhallError {
  noteLoss(client, dialogue, error);
  return losses.get(client) ?? toGuildhallError(error, dialogue.address);
}

interface Statement {
  readonly text: string;
  readonly params: readonly unknown[];
  readonly prepared: PreparedName | undefined;
  readonly watchMs: number;
}

async function timed<Row>(
  client: pg.ClientBase,
  dialogue: Dialogue,
  statement: Statement,
): Promise<QueryResult<Row>> {
  const started = performance.now();
  try {
    const result = await answered<Row>(client, dialogue, statement);
    report(dialogue, statement.text, started, result.rowCount, null);
    return result;
  } catch (error) {
    report(dialogue, statement.text, started, 0, sqlStateOf(error) ?? 'XX000');
    throw error;
  }
}

/**
 * By callback: the driver's own promise chains each answer to the next, so that one that grew old keeps all later
 * ones from being collected young, and each such collection takes four times as long.
 */
function answered<Row>(
  client: pg.ClientBase,
  dialogue: Dialogue,
  { text, params, prepared, watchMs }: Statement,
): Promise<QueryResult<Row>> {
  return new Promise((resolve, reject) => {
    if (prepared !== undefined) {
      const callback = (error: Error | null, result?: QueryResult<Row>): void => {
        if (result !== undefined) resolve(result);
        else reject(error);
      };
      client.query(
        new PreparedStatement<Row>({ prepared, params, trustShape: dialogue.direct, watchMs, callback }),
      );
      return;
    }
    const watch = watchMs === 0 ? {} : { query_timeout: watchMs };
    const config = { text, values: params as unknown[], types: exactTypes, ...watch };
    client.query(config, (error: Error | null, result: pg.QueryResult) => {
      if (error === null || error === undefined)
        resolve({ rows: result.rows, rowCount: result.rowCount ?? 0 });
      else reject(error);
    });
  });
}

function report(
  dialogue: Dialogue,
  text: string,
  started: number,
  rowCount: number,
  sqlState: string | null,
): void {
  if (dialogue.listeners.length === 0) return;
  const timing = { text, durationMs: performance.now() - started, rowCount, sqlState };
  for (const listener of dialogue.listeners) listener(timing);
}

/** A short name for the text on this connection, or undefined when it has enough names already. */
function nameFor(client: pg.ClientBase, dialogue: Dialogue, text: string): PreparedName | undefined {
  if (!dialogue.named) return undefined;
  let known = knownNames.get(client);
  if (known === undefined || known.generation !== dialogue.generation) {
    known = { generation: dialogue.generation, names: new Map() };
    knownNames.set(client, known);
  }
  const before = known.names.get(text);
  if (before !== undefined || known.names.size >= MAX_NAMES) return before;
  const prepared = { name: `g${dialogue.generation}_${hashOf(text)}`, text, shape: undefined };
  known.names.set(text, prepared);
  return prepared;
}

function retireNames(dialogue: Dialogue, error: unknown): void {
  dialogue.generation += 1;
  if (sqlStateOf(error) === '0A000') return;
  dialogue.lostNames += 1;
  if (dialogue.lostNames >= MAX_LOST_NAMES) dialogue.named = false;
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
