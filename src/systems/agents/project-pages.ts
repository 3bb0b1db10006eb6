/** Pages of rows that belong to projects: of one project, of all projects of a user, or of everybody. */
import {
  camelRow,
  decodeCursor,
  invalidInput,
  type Page,
  type PageRequest,
  pageLimit,
  toPage,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';

export interface ProjectList {
  /** Name of the list, so that a cursor fits no other. */
  readonly list: string;
  readonly table: string;
  /** Columns of the row `r`. */
  readonly columns: string;
  /** Column that orders the list, newest first; the id decides between equals. */
  readonly time: string;
}

export interface ProjectFilter extends PageRequest {
  readonly projectId?: string;
  /** Only rows in projects of this user. */
  readonly userId?: string;
  /** Skips so many, for callers of the founding interface; a cursor is faster and stable under inserts. */
  readonly offset?: number;
}

/** A condition on the row `r`; it is left out when its value is undefined. */
export type Condition = readonly [value: unknown, condition: (parameter: string) => string];

/** Skipping reads what it skips: beyond this a cursor is the way. */
export const MAX_OFFSET = 100_000;

/**
 * Only conditions that apply are written, so that each combination has the plan its index allows. For a user each
 * project brings its newest few by index: the cost is that of the answer, however many rows others have.
 */
export async function pageOfProjects<T extends { readonly id: string }>(
  context: Context,
  {
    list,
    filter,
    conditions = [],
    timeOf,
    read = camelRow<T>,
  }: {
    readonly list: ProjectList;
    readonly filter: ProjectFilter;
    readonly conditions?: readonly Condition[];
    readonly timeOf: (row: T) => Date;
    readonly read?: (row: Record<string, unknown>) => T;
  },
): Promise<Page<T>> {
  const limit = pageLimit(filter.limit);
  const offset = checkOffset(filter.offset);
  const after = decodeCursor(list.list, filter.cursor);
  const params: unknown[] = [];
  const param = (value: unknown): string => `$${params.push(value)}`;
  const ofUser = filter.projectId === undefined && filter.userId !== undefined;
  const applying: Condition[] = [[filter.projectId, (p) => `r.project_id = ${p}`], ...conditions];
  if (!ofUser) applying.push([filter.userId, owned]);
  const written = applying.flatMap(([value, condition]) =>
    value === undefined ? [] : [condition(param(value))],
  );
  const countFrom = [...written, ...(ofUser ? [owned(param(filter.userId))] : [])];
  const countParams = [...params];
  if (after !== null) written.push(`(r.${list.time}, r.id) < (${param(after.at)}, ${param(after.id)})`);
  const order = `order by r.${list.time} desc, r.id desc`;
  const rows = await context.scope.query<Record<string, unknown>>(
    ofUser
      ? `select ${list.columns} from :schema.projects p
         cross join lateral (
           select * from :schema.${list.table} r ${where(['r.project_id = p.id', ...written])}
           ${order} limit ${param(limit + offset + 1)}
         ) r
         where p.user_id = $${countParams.length} ${order} limit ${param(limit + 1)} offset ${param(offset)}`
      : `select ${list.columns} from :schema.${list.table} r ${where(written)}
         ${order} limit ${param(limit + 1)} offset ${param(offset)}`,
    params,
  );
  const page = toPage(list.list, rows.map(read), limit, timeOf);
  if (filter.withTotal !== true) return page;
  const counted = await context.scope.query<{ total: bigint }>(
    `select count(*) as total from :schema.${list.table} r ${where(countFrom)}`,
    countParams,
  );
  return { ...page, total: Number(counted[0]?.total ?? 0) };
}

export function checkOffset(offset = 0): number {
  if (Number.isInteger(offset) && offset >= 0 && offset <= MAX_OFFSET) return offset;
  throw invalidInput('offset', 'Invalid offset parameter', `Pass 0 to ${MAX_OFFSET}, or page with a cursor.`);
}

function owned(parameter: string): string {
  return `r.project_id in (select id from :schema.projects where user_id = ${parameter})`;
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
}
