/** Imports a file of calls and runs. */
import {
  canonicalDecimal,
  type ImportHost,
  type ImportReport,
  type ImportRequest,
  importKey,
  importRows,
  newId,
} from '../../../kernel/index.ts';
import { BOOKS } from './books.ts';
import { findOrCreateProject } from './project.ts';
import { Totals } from './totals.ts';
import type { Entry, Importer, RunDraft } from './types.ts';
import { WRITE_BATCH } from './write-batch.ts';

export async function importCalls(
  host: ImportHost,
  request: ImportRequest,
  importer: Importer,
): Promise<ImportReport> {
  const options = request.options ?? {};
  const projectId = await findOrCreateProject(host.scope, {
    project: options.project ?? importer.defaultProject,
    user: options.user,
    actor: host.actor,
  });
  const now = new Date();
  return importRows<Entry>({
    host,
    books: BOOKS,
    request,
    kind: importer.kind,
    target: projectId,
    entries: (chunks) => importer.entries({ projectId, chunks, options, now }),
    tally: () => {
      const totals = new Totals();
      return {
        add: (entry) => totals.add(entry),
        report: (progress) => ({
          totals: totals.report({
            computed: canonicalDecimal(progress.totals.computed ?? '0'),
            unpriced: Number(progress.totals.unpriced ?? 0),
          }),
          notes: importer.notes?.({ zeroAmounts: totals.zeroAmounts, options }) ?? [],
        }),
      };
    },
    extraRows: written,
    statement: WRITE_BATCH,
    params: (entries) => ({
      writing: entries.filter((entry) => written(entry) > 0).length,
      values: columns(entries, { projectId, kind: importer.kind }),
    }),
  });
}

/** Costs and activities of an entry. */
const written = (entry: Entry): number => (entry.costs?.length ?? 0) + (entry.activities?.length ?? 0);

/** The parameters of WRITE_BATCH, from $10. */
function columns(
  accepted: readonly Entry[],
  { projectId, kind }: { readonly projectId: string; readonly kind: string },
): readonly unknown[] {
  const runs = lastOfEach(accepted.flatMap((entry) => entry.runs ?? []));
  const log = runs.flatMap((run) => run.log.map((line) => [run.id, run.startTime, line] as const));
  const costs = accepted.flatMap((entry) =>
    (entry.costs ?? []).map((cost, index) => ({ entry, cost, index })),
  );
  const activities = accepted.flatMap((entry) =>
    (entry.activities ?? []).map((activity) => ({ entry, activity })),
  );
  return [
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
    costs.map(({ entry, index }) => importKey(projectId, kind, entry.line, entry.content, index)),
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
  ];
}

/** A run occurs once for each of its calls; the last occurrence knows its end. */
function lastOfEach(runs: readonly RunDraft[]): RunDraft[] {
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}
