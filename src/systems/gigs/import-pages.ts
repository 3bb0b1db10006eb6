/** What is known of imports afterwards: their progress, and the rows they left out. */
import {
  camelRow,
  decodeCursor,
  GuildhallError,
  type IMPORT_STATES,
  type ImportRefusal,
  type Page,
  type PageRequest,
  pageImportRefusals,
  pageLimit,
  toPage,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';

export interface ImportRecord {
  readonly id: string;
  readonly kind: string;
  readonly source: string;
  /** Platform that posted and paid the tasks; null: what was seen on a chain belongs to none. */
  readonly platformId: string | null;
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

const LIST = 'imports';
const COLUMNS = `i.id, i.kind, i.source, i.platform_id, i.state, i.rows_done, i.rows_inserted, i.rows_known,
  i.rows_refused, i.totals, i.error, i.started_at, i.updated_at, i.completed_at`;

/** Newest first; of one platform, or of all. */
export async function pageImports(
  context: Context,
  filter: PageRequest & { readonly platformId?: string } = {},
): Promise<Page<ImportRecord>> {
  const limit = pageLimit(filter.limit);
  const after = decodeCursor(LIST, filter.cursor);
  const rows = await context.scope.query<object>(
    `select ${COLUMNS} from :schema.imports i
     where ($1::text is null or i.platform_id = $1) and ($2::timestamptz is null or (i.started_at, i.id) < ($2, $3))
     order by i.started_at desc, i.id desc limit $4`,
    [filter.platformId ?? null, after?.at ?? null, after?.id ?? null, limit + 1],
  );
  const records = rows.map((row) => camelRow<ImportRecord>(row));
  return toPage(LIST, records, limit, ({ startedAt }) => startedAt);
}

/** Throws `not_found` ("Import not found"). */
export async function getImport(context: Context, id: string): Promise<ImportRecord> {
  const [row] = await context.scope.query<object>(
    `select ${COLUMNS} from :schema.imports i where i.id = $1`,
    [id],
  );
  if (row === undefined)
    throw new GuildhallError('not_found', 'Import not found', {
      field: 'id',
      hint: 'pageImports lists them.',
    });
  return camelRow<ImportRecord>(row);
}

/** Rows that an import left out, in the order of the file; the first 1,000 are kept. The cursor is a line number. */
export function pageRefusals(
  context: Context,
  importId: string,
  request?: PageRequest,
): Promise<Page<ImportRefusal>> {
  return pageImportRefusals(context.scope, importId, request);
}
