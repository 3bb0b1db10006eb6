/** What an import keeps in the database: its project, its progress, its rows. */
import {
  type Actor,
  assert,
  GuildhallError,
  newId,
  type Scope,
  SYSTEM_ACTOR,
} from '../../../kernel/index.ts';
import { importKey } from './keys.ts';
import type { CostDraft, Entry, RunDraft } from './types.ts';
import { shortText } from './values.ts';
import { WRITE_BATCH } from './write-batch.ts';

export interface Claim {
  readonly id: string;
  readonly attempt: number;
  /** Rows that an earlier attempt has dealt with, and the hash over them. */
  readonly rowsDone: number;
  readonly digest: string;
  readonly progress: Progress;
}

/** Counted over all attempts of an import. */
export interface Progress {
  readonly inserted: number;
  readonly known: number;
  readonly refused: number;
  /** USD computed for calls without a logged amount, and how many of those have no price. */
  readonly computed: string;
  readonly unpriced: number;
}

interface ProgressRow {
  readonly rows_inserted: bigint;
  readonly rows_known: bigint;
  readonly rows_refused: bigint;
  readonly computed: string;
  readonly unpriced: number;
}

export interface Batch {
  readonly entries: readonly Entry[];
  /** Rows of the file dealt with once this batch is written, and the hash over them. */
  readonly rowsDone: number;
  readonly digest: string;
  /** Refusals that are still to be kept; the rest are only counted. */
  readonly keepRefusals: number;
}

/** Refusals kept with an import; the rest are only counted. */
export const KEPT_REFUSALS = 1_000;
const REASON = 500;
const EXCERPT = 200;

/** The project that receives the rows, made when there is none of that name. */
export async function findOrCreateProject(
  scope: Scope,
  wanted: { readonly project: string; readonly user: string | undefined; readonly actor: Actor | undefined },
): Promise<string> {
  const actor = wanted.actor ?? SYSTEM_ACTOR;
  return scope.executor.transaction(async (tx) => {
    const inside = scope.on(tx);
    // Two imports that start at once must not make two projects of one name.
    await inside.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `${scope.schema} import ${wanted.project}`,
    ]);
    const [row] = await inside.query<{ owner: string | null; found: string | null; made: string | null }>(
      `with owner as (
         select id from :schema.users
         where $2::text is null or id = $2 or email = lower($2)
         order by created_at, id limit 1
       ), found as (
         select p.id from :schema.projects p
         where (p.id = $1 or p.name = $1) and ($2::text is null or p.user_id = (select id from owner))
         order by p.id = $1 desc, p.user_id = (select id from owner) desc, p.created_at, p.id limit 1
       ), made as (
         insert into :schema.projects (id, name, path, user_id)
         select $3, $1, $4, o.id from owner o
         where not exists (select from found) and $1 !~ '^prj_'
         returning id, user_id, name, path
       ), told as (
         select :schema.record_change($5, $6, $7, 'project.created', id, user_id, null,
           jsonb_build_object('name', name, 'path', path)) from made
       )
       select (select id from owner) as owner, (select id from found) as found,
         (select m.id from made m, told) as made`,
      [
        wanted.project,
        wanted.user ?? null,
        newId('prj'),
        `/imports/${wanted.project.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`,
        actor.kind,
        actor.id,
        actor.requestId ?? null,
      ],
    );
    const id = row?.found ?? row?.made;
    if (typeof id === 'string') return id;
    throw missing(wanted.project, wanted.user, row?.owner ?? null);
  });
}

function missing(project: string, user: string | undefined, owner: string | null): GuildhallError {
  if (owner !== null) {
    return new GuildhallError('not_found', `There is no project ${project}.`, {
      field: 'project',
      hint: 'Name a project by id or name; a new name makes a new project.',
    });
  }
  if (user !== undefined) {
    return new GuildhallError('not_found', `There is no user ${user}.`, {
      field: 'user',
      hint: 'Name a user by e-mail or id.',
    });
  }
  return new GuildhallError('conflict', 'There is no user yet who could own the imported project.', {
    field: 'user',
    hint: 'Create a user first: guildhall seed, or register over the API.',
  });
}

/** Continues the newest unfinished import of this file, or begins a new one. */
export async function claimImport(
  scope: Scope,
  wanted: {
    readonly kind: string;
    readonly source: string;
    readonly projectId: string | null;
    readonly fresh: boolean;
  },
): Promise<Claim> {
  const rows = await scope.query<
    ProgressRow & { id: string; attempt: number; rows_done: bigint; digest: string }
  >(
    `with open as (
       select i.id from :schema.imports i
       where i.kind = $2 and i.source = $3 and i.project_id is not distinct from $4
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
       insert into :schema.imports (id, kind, source, project_id)
       select $1, $2, $3, $4 where $5 or not exists (select from open)
       returning *
     )
     select id, attempt, rows_done, digest, rows_inserted, rows_known, rows_refused,
       coalesce((totals ->> 'computed')::numeric, 0) as computed, coalesce((totals ->> 'unpriced')::integer, 0) as unpriced
     from (select * from resumed union all select * from made) as claimed`,
    [newId('imp'), wanted.kind, wanted.source, wanted.projectId, wanted.fresh],
  );
  const [row] = rows;
  assert(row !== undefined, 'an import is resumed or made');
  const { id, attempt, digest } = row;
  return { id, attempt, digest, rowsDone: Number(row.rows_done), progress: toProgress(row) };
}

/** Writes a batch with its progress in one statement, which is one transaction. Throws `import_taken_over`. */
export async function writeBatch(
  scope: Scope,
  target: { readonly claim: Claim; readonly projectId: string; readonly kind: string },
  batch: Batch,
): Promise<Progress> {
  const { claim, projectId, kind } = target;
  const accepted = batch.entries.filter((entry) => entry.refusal === undefined);
  const refused = batch.entries.filter((entry) => entry.refusal !== undefined);
  const runs = lastOfEach(accepted.flatMap((entry) => entry.runs ?? []));
  const log = runs.flatMap((run) => run.log.map((line) => [run.id, run.startTime, line] as const));
  const costs = accepted.flatMap((entry) =>
    (entry.costs ?? []).map((cost, index) => ({ entry, cost, index })),
  );
  const activities = accepted.flatMap((entry) =>
    (entry.activities ?? []).map((activity) => ({ entry, activity })),
  );
  const kept = refused.slice(0, batch.keepRefusals);
  const writing = accepted.filter(
    (entry) => (entry.costs?.length ?? 0) + (entry.activities?.length ?? 0) > 0,
  ).length;
  const key = ({ entry, index }: { entry: Entry; cost: CostDraft; index: number }): string =>
    importKey(projectId, kind, entry.line, entry.content, index);
  const rows = await scope.query<ProgressRow>(WRITE_BATCH, [
    claim.id,
    claim.attempt,
    batch.rowsDone,
    batch.digest,
    runs.map((run) => run.id),
    runs.map((run) => run.status),
    runs.map((run) => run.startTime),
    runs.map((run) => run.endTime),
    runs.map((run) => run.error),
    runs.map((run) => run.log.length > 0),
    log.map(([id]) => id),
    log.map(([, at]) => at),
    log.map(([, , line]) => line),
    costs.map(({ entry }) => entry.line),
    costs.map(() => newId('cst')),
    costs.map(key),
    costs.map(({ cost }) => cost.runId),
    costs.map(({ cost }) => cost.model),
    costs.map(({ cost }) => cost.provider),
    costs.map(({ cost }) => cost.amount),
    costs.map(({ cost }) => cost.inputTokens),
    costs.map(({ cost }) => cost.outputTokens),
    costs.map(({ cost }) => cost.at),
    activities.map(({ entry }) => entry.line),
    activities.map(({ activity }) => activity.id),
    activities.map(({ activity }) => activity.type),
    activities.map(({ activity }) => activity.message),
    activities.map(({ activity }) => (activity.metadata === null ? null : JSON.stringify(activity.metadata))),
    activities.map(({ activity }) => activity.at),
    kept.map((entry) => entry.line),
    kept.map((entry) => shortText(entry.refusal ?? '', REASON)),
    kept.map((entry) => shortText(entry.content.replaceAll('\u001f', ','), EXCERPT)),
    writing,
    refused.length,
  ]);
  const [row] = rows;
  if (row === undefined) {
    throw new GuildhallError('conflict', `Import ${claim.id} was taken over by a later attempt.`, {
      reason: 'import_taken_over',
      hint: 'Nothing of this batch was written. Let the other import finish.',
    });
  }
  return toProgress(row);
}

/** Marks the end of an attempt; a completed one is told to the owner of its project. */
export async function finishImport(
  scope: Scope,
  claim: Claim,
  outcome: {
    readonly state: 'completed' | 'stopped' | 'failed';
    readonly totals?: Readonly<Record<string, string>>;
    readonly error?: string;
    readonly counts?: {
      readonly done: number;
      readonly inserted: number;
      readonly known: number;
      readonly refused: number;
    };
    readonly refusals?: readonly { readonly line: number; readonly reason: string }[];
    readonly actor?: Actor | undefined;
  },
): Promise<void> {
  const actor = outcome.actor ?? SYSTEM_ACTOR;
  const kept = (outcome.refusals ?? []).slice(0, KEPT_REFUSALS);
  await scope.query(
    `with ended as (
       update :schema.imports i
       set state = $3, totals = coalesce($4::jsonb, i.totals), error = $5,
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
     select :schema.record_change($6, $7, $8, 'import.completed', e.id, p.user_id, null,
       jsonb_build_object('kind', e.kind, 'source', e.source, 'projectId', e.project_id,
         'inserted', e.rows_inserted, 'known', e.rows_known, 'refused', e.rows_refused))
     from ended e left join :schema.projects p on p.id = e.project_id
     where e.state = 'completed'`,
    [
      claim.id,
      claim.attempt,
      outcome.state,
      outcome.totals === undefined ? null : JSON.stringify(outcome.totals),
      outcome.error ?? null,
      actor.kind,
      actor.id,
      actor.requestId ?? null,
      outcome.counts?.done ?? null,
      outcome.counts?.inserted ?? null,
      outcome.counts?.known ?? null,
      outcome.counts?.refused ?? null,
      kept.map((refusal) => refusal.line),
      kept.map((refusal) => shortText(refusal.reason, REASON)),
    ],
  );
}

/** A run occurs once for each of its calls; the last occurrence knows its end. */
function lastOfEach(runs: readonly RunDraft[]): RunDraft[] {
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}

function toProgress(row: ProgressRow): Progress {
  return {
    inserted: Number(row.rows_inserted),
    known: Number(row.rows_known),
    refused: Number(row.rows_refused),
    computed: row.computed,
    unpriced: row.unpriced,
  };
}
