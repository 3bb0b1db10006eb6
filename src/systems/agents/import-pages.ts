/** What is known of imports afterwards: their progress, and the rows they left out. */
import {
  camelRow,
  camelRows,
  decodeCursor,
  GuildhallError,
  invalidInput,
  type Page,
  type PageRequest,
  pageLimit,
  toPage,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';

export const IMPORT_STATES = ['running', 'stopped', 'failed', 'abandoned', 'completed'] as const;

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

export interface ImportRefusal {
  readonly line: number;
  readonly reason: string;
  readonly excerpt: string;
}

export interface ImportFilter extends PageRequest {
  readonly projectId?: string;
  /** Only imports into projects of this user. */
  readonly userId?: string;
}

const COLUMNS = `i.id, i.kind, i.source, i.project_id, i.state, i.rows_done, i.rows_inserted, i.rows_known,
  i.rows_refused, i.totals, i.error, i.started_at, i.updated_at, i.completed_at`;

/** Newest first. */
export async function pageImports(context: Context, filter: ImportFilter = {}): Promise<Page<ImportRecord>> {
  const limit = pageLimit(filter.limit);
  const after = decodeCursor('imports', filter.cursor);
  const where = `($1::text is null or i.project_id = $1)
    and ($2::text is null or i.project_id in (select id from :schema.projects where user_id = $2))`;
  const filters = [filter.projectId ?? null, filter.userId ?? null];
  const rows = await context.scope.query<object>(
    `select ${COLUMNS} from :schema.imports i
      where ${where} and ($3::timestamptz is null or (i.started_at, i.id) < ($3, $4))
      order by i.started_at desc, i.id desc limit $5`,
    [...filters, after?.at ?? null, after?.id ?? null, limit + 1],
  );
  const page = toPage('imports', camelRows<ImportRecord>(rows), limit, ({ startedAt }) => startedAt);
  if (filter.withTotal !== true) return page;
  const counted = await context.scope.query<{ total: bigint }>(
    `select count(*) as total from :schema.imports i where ${where}`,
    filters,
  );
  return { ...page, total: Number(counted[0]?.total ?? 0) };
}

/** Throws `not_found` ("Import not found"). */
export async function getImport(context: Context, id: string): Promise<ImportRecord> {
  const rows = await context.scope.query<object>(`select ${COLUMNS} from :schema.imports i where i.id = $1`, [
    id,
  ]);
  if (rows[0] === undefined) throw new GuildhallError('not_found', 'Import not found', { field: 'id' });
  return camelRow<ImportRecord>(rows[0]);
}

/** Rows that an import left out, in the order of the file; the first 1,000 are kept. The cursor is a line number. */
export async function pageRefusals(
  context: Context,
  importId: string,
  request: PageRequest = {},
): Promise<Page<ImportRefusal>> {
  const limit = pageLimit(request.limit);
  const after = request.cursor ?? '0';
  if (!/^\d{1,15}$/.test(after)) {
    throw invalidInput('cursor', 'The cursor is not one of this list.', 'Pass nextCursor of the page before, unchanged.');
  }
  const rows = await context.scope.query<{ line: bigint; reason: string; excerpt: string }>(
    `select line, reason, excerpt from :schema.import_refusals
      where import_id = $1 and line > $2::bigint order by line limit $3`,
    [importId, after, limit + 1],
  );
  const data = rows.slice(0, limit).map((row) => ({ ...row, line: Number(row.line) }));
  const hasMore = rows.length > limit;
  return { data, hasMore, nextCursor: hasMore ? String(data.at(-1)?.line) : null };
}
