/** The rows that an import left out, read afterwards. */
import { invalidInput } from '../errors.ts';
import { type Page, type PageRequest, pageLimit } from '../page.ts';
import type { Scope } from '../system.ts';

export const IMPORT_STATES = ['running', 'stopped', 'failed', 'abandoned', 'completed'] as const;

export interface ImportRefusal {
  readonly line: number;
  readonly reason: string;
  readonly excerpt: string;
}

/** In the order of the file; the first 1,000 are kept. The cursor is a line number. */
export async function pageImportRefusals(
  scope: Scope,
  importId: string,
  request: PageRequest = {},
): Promise<Page<ImportRefusal>> {
  const limit = pageLimit(request.limit);
  const after = request.cursor ?? '0';
  if (!/^\d{1,15}$/.test(after)) {
    throw invalidInput(
      'cursor',
      'The cursor is not one of this list.',
      'Pass nextCursor of the page before, unchanged.',
    );
  }
  const rows = await scope.query<{ line: bigint; reason: string; excerpt: string }>(
    `select line, reason, excerpt from :schema.import_refusals
      where import_id = $1 and line > $2::bigint order by line limit $3`,
    [importId, after, limit + 1],
  );
  const data = rows.slice(0, limit).map((row) => ({ ...row, line: Number(row.line) }));
  const hasMore = rows.length > limit;
  return { data, hasMore, nextCursor: hasMore ? String(data.at(-1)?.line) : null };
}
