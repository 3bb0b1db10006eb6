/** What an import keeps in the database of itself: attempts, progress, refusals, its end. */
import { SYSTEM_ACTOR } from '../audit.ts';
import { assert } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Scope } from '../system.ts';
import type { ImportBooks, ImportClaim, ImportHost, ImportProgress } from './types.ts';
import { shortText } from './values.ts';

/** Refusals kept with an import; the rest are only counted. */
export const KEPT_REFUSALS = 1_000;
/** Refusals shown in a report. */
export const SHOWN_REFUSALS = 100;
const REASON = 500;
const EXCERPT = 200;

export interface ProgressRow {
  readonly rows_inserted: bigint;
  readonly rows_known: bigint;
  readonly rows_refused: bigint;
  readonly totals: Readonly<Record<string, string>> | null;
}

/** Totals as text: as JSON numbers they would be read as floats. */
export const TOTALS_AS_TEXT = '(select jsonb_object_agg(key, value) from jsonb_each_text(totals)) as totals';

/** Continues the newest unfinished import of this file, or begins a new one. */
export async function claimImport(
  scope: Scope,
  books: ImportBooks,
  wanted: {
    readonly kind: string;
    readonly source: string;
    readonly target: string | null;
    readonly fresh: boolean;
  },
): Promise<ImportClaim> {
  const rows = await scope.query<
    ProgressRow & { id: string; attempt: number; rows_done: bigint; digest: string }
  >(
    `with open as (
       select i.id from :schema.imports i
       where i.kind = $2 and i.source = $3 and i.${books.target} is not distinct from $4
         and i.state in ('running', 'stopped', 'failed')
       order by i.started_at desc, i.id desc
       limit 1
       for update
     ), abandoned as (
       update :schema.imports i set state = 'abandoned', updated_at = clock_timestamp()
       from open o where i.id = o.id and $5
     ), resumed as (
       update :schema.imports i
       set attempt = i.attempt + 1, state = 'running', error = null, updated_at = clock_timestamp()
       from open o where i.id = o.id and not $5
       returning i.*
     ), made as (
       insert into :schema.imports (id, kind, source, ${books.target})
       select $1, $2, $3, $4 where $5 or not exists (select from open)
       returning *
     )
     select id, attempt, rows_done, digest, rows_inserted, rows_known, rows_refused, ${TOTALS_AS_TEXT}
     from (select * from resumed union all select * from made) as claimed`,
    [newId('imp'), wanted.kind, wanted.source, wanted.target, wanted.fresh],
  );
  const [row] = rows;
  assert(row !== undefined, 'an import is resumed or made');
  const { id, attempt, digest } = row;
  return { id, attempt, digest, rowsDone: Number(row.rows_done), progress: toProgress(row) };
}

export interface ImportOutcome {
  readonly state: 'completed' | 'stopped' | 'failed';
  readonly totals?: Readonly<Record<string, string>>;
  readonly error?: string;
  /** Counts of an import that was not written in batches. */
  readonly counts?: {
    readonly done: number;
    readonly inserted: number;
    readonly known: number;
    readonly refused: number;
  };
  readonly refusals?: readonly { readonly line: number; readonly reason: string }[];
}

/** Marks the end of an attempt; a completed one is announced. */
export async function finishImport(
  host: ImportHost,
  books: ImportBooks,
  claim: ImportClaim,
  outcome: ImportOutcome,
): Promise<void> {
  const actor = host.actor ?? SYSTEM_ACTOR;
  const kept = (outcome.refusals ?? []).slice(0, KEPT_REFUSALS);
  await host.scope.query(
    `with ended as (
       update :schema.imports i
       set state = $3, totals = coalesce($4::jsonb, i.totals), error = $8,
         rows_done = coalesce($9, i.rows_done), rows_inserted = coalesce($10, i.rows_inserted),
         rows_known = coalesce($11, i.rows_known), rows_refused = coalesce($12, i.rows_refused),
         completed_at = case when $3 = 'completed' then clock_timestamp() end, updated_at = clock_timestamp()
       where i.id = $1 and i.attempt = $2 and i.state = 'running'
       returning i.*
     ), refused as (
       insert into :schema.import_refusals (import_id, line, reason, excerpt)
       select e.id, f.line, f.reason, '' from ended e, unnest($13::bigint[], $14::text[]) as f (line, reason)
       on conflict (import_id, line) do nothing
     )
     ${books.announce}`,
    [
      claim.id,
      claim.attempt,
      outcome.state,
      outcome.totals === undefined ? null : JSON.stringify(outcome.totals),
      actor.kind,
      actor.id,
      actor.requestId ?? null,
      outcome.error ?? null,
      outcome.counts?.done ?? null,
      outcome.counts?.inserted ?? null,
      outcome.counts?.known ?? null,
      outcome.counts?.refused ?? null,
      kept.map((refusal) => refusal.line),
      kept.map((refusal) => shortText(refusal.reason, REASON)),
    ],
  );
}

export function toProgress(row: ProgressRow): ImportProgress {
  return {
    inserted: Number(row.rows_inserted),
    known: Number(row.rows_known),
    refused: Number(row.rows_refused),
    totals: row.totals ?? {},
  };
}

/** Lines, reasons and excerpts of refusals, as columns. */
export function refusalColumns(
  refused: readonly { readonly line: number; readonly content: string; readonly refusal?: string }[],
): [number[], string[], string[]] {
  return [
    refused.map((entry) => entry.line),
    refused.map((entry) => shortText(entry.refusal ?? '', REASON)),
    refused.map((entry) => shortText(entry.content.replaceAll('\u001f', ','), EXCERPT)),
  ];
}
