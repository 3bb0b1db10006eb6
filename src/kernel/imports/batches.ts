/** The statement that writes one batch: everything in it and its progress, or nothing. */
import { GuildhallError, isGuildhallError } from '../errors.ts';
import type { Scope } from '../system.ts';
import { type ProgressRow, refusalColumns, TOTALS_AS_TEXT, toProgress } from './claims.ts';
import type { ImportBooks, ImportClaim, ImportEntry, ImportProgress } from './types.ts';

/** A deadlock with somebody else: nothing was written, and the same batch is written again. */
const MAX_ATTEMPTS = 5;

export interface BatchParts {
  /**
   * Common table expressions that write the rows, beginning without a comma. They write for each row of `gate`
   * (columns id and target: the import, and what receives its rows), which is empty when somebody took over.
   */
  readonly rows: string;
  /** A query with one column `rows`: how many entries were written anew. */
  readonly written: string;
  /** A jsonb expression over `i.totals`, for what else is added up; the totals stay as they are when missing. */
  readonly totals?: string;
}

/**
 * The gate row is locked first: a batch of an import that somebody else has taken over finds none and writes nothing.
 * $1 to $9 are the import's own; the rows have their parameters from $10.
 */
export function batchStatement(books: ImportBooks, parts: BatchParts): string {
  return `
with gate as materialized (
  select i.id, i.${books.target} as target
  from :schema.imports i
  where i.id = $1 and i.attempt = $2 and i.state = 'running'
  for update
), ${parts.rows}, refusal as (
  insert into :schema.import_refusals (import_id, line, reason, excerpt)
  select g.id, f.line, f.reason, f.excerpt
  from unnest($5::bigint[], $6::text[], $7::text[]) as f (line, reason, excerpt)
  cross join gate g
  on conflict (import_id, line) do nothing
), written as (
  ${parts.written}
), progress as (
  update :schema.imports i
  set rows_done = $3::bigint,
    digest = $4,
    rows_inserted = i.rows_inserted + w.rows,
    rows_known = i.rows_known + $8::bigint - w.rows,
    rows_refused = i.rows_refused + $9::bigint,
    totals = ${parts.totals ?? 'i.totals'},
    updated_at = clock_timestamp()
  from gate g, written w
  where i.id = g.id
  returning i.rows_inserted, i.rows_known, i.rows_refused, i.totals
)
select rows_inserted, rows_known, rows_refused, ${TOTALS_AS_TEXT} from progress`;
}

export interface Batch<Entry extends ImportEntry> {
  readonly entries: readonly Entry[];
  /** Rows of the file dealt with once this batch is written, and the hash over them. */
  readonly rowsDone: number;
  readonly digest: string;
  /** Refusals that are still to be kept; the rest are only counted. */
  readonly keepRefusals: number;
}

export interface BatchWriter<Entry extends ImportEntry> {
  readonly scope: Scope;
  readonly claim: ImportClaim;
  readonly statement: string;
  readonly params: (entries: readonly Entry[]) => {
    readonly writing: number;
    readonly values: readonly unknown[];
  };
}

/** Writes a batch with its progress in one statement, which is one transaction. Throws `import_taken_over`. */
export async function writeBatch<Entry extends ImportEntry>(
  { scope, claim, statement, params }: BatchWriter<Entry>,
  batch: Batch<Entry>,
): Promise<ImportProgress> {
  const refused = batch.entries.filter((entry) => entry.refusal !== undefined);
  const { writing, values } = params(batch.entries.filter((entry) => entry.refusal === undefined));
  const all = [
    ...[claim.id, claim.attempt, batch.rowsDone, batch.digest],
    ...refusalColumns(refused.slice(0, batch.keepRefusals)),
    ...[writing, refused.length],
    ...values,
  ];
  const [row] = await again(() => scope.query<ProgressRow>(statement, all));
  if (row === undefined) {
    throw new GuildhallError('conflict', `Import ${claim.id} was taken over by a later attempt.`, {
      reason: 'import_taken_over',
      hint: 'Nothing of this batch was written. Let the other import finish.',
    });
  }
  return toProgress(row);
}

async function again<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isGuildhallError(error, 'serialization')) throw error;
    }
  }
}
