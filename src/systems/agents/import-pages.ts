/** What is known of imports afterwards: their progress, and the rows they left out. */
import {
  camelRow,
  GuildhallError,
  type IMPORT_STATES,
  type ImportRefusal,
  type Page,
  type PageRequest,
  pageImportRefusals,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';
import { type ProjectFilter, type ProjectList, pageOfProjects } from './project-pages.ts';

export interface ImportRecord {
  readonly id: string;
  readonly kind: string;
  readonly source: string;
  /** Project that received the rows; null: price tables belong to none. */
  readonly projectId: string | null;
  readonly state: (typeof IMPORT_STATES)[number];
  /** Rows dealt with so far: inserted, known or refused. */
  readonly rowsDone: bigint;
  readonly rowsInserted: bigint;
  readonly rowsKnown: bigint;
  readonly rowsRefused: bigint;
  readonly totals: Readonly<Record<string, unknown>>;
  /** Why it failed; null: it did not. */
  readonly error: string | null;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly completedAt: Date | null;
}

const COLUMNS = `r.id, r.kind, r.source, r.project_id, r.state, r.rows_done, r.rows_inserted, r.rows_known,
  r.rows_refused, r.totals, r.error, r.started_at, r.updated_at, r.completed_at`;
const LIST: ProjectList = { list: 'imports', table: 'imports', columns: COLUMNS, time: 'started_at' };

/** Newest first; price tables, which belong to no project, only where neither project nor user is asked for. */
export function pageImports(context: Context, filter: ProjectFilter = {}): Promise<Page<ImportRecord>> {
  return pageOfProjects<ImportRecord>(context, { list: LIST, filter, timeOf: ({ startedAt }) => startedAt });
}

/** Throws `not_found` ("Import not found"). */
export async function getImport(context: Context, id: string): Promise<ImportRecord> {
  const rows = await context.scope.query<object>(`select ${COLUMNS} from :schema.imports r where r.id = $1`, [
    id,
  ]);
  if (rows[0] === undefined) throw new GuildhallError('not_found', 'Import not found', { field: 'id' });
  return camelRow<ImportRecord>(rows[0]);
}

/** Rows that an import left out, in the order of the file; the first 1,000 are kept. The cursor is a line number. */
export function pageRefusals(
  context: Context,
  importId: string,
  request?: PageRequest,
): Promise<Page<ImportRefusal>> {
  return pageImportRefusals(context.scope, importId, request);
}
