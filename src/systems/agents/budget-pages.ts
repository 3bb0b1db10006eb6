/** Pages of budgets and reservations, for the API. */
import {
  camelRows,
  decodeCursor,
  type Page,
  type PageRequest,
  pageLimit,
  toPage,
} from '../../kernel/index.ts';
import { type Budget, RESERVATION_COLUMNS, type Reservation, STATUS_COLUMNS } from './budgets.ts';
import type { Context } from './context.ts';

export interface BudgetFilter extends PageRequest {
  readonly projectId?: string;
  /** Only those in projects of this user. */
  readonly userId?: string;
}

export interface ReservationFilter extends BudgetFilter {
  readonly state?: Reservation['state'];
}

/** Newest first; what each has used is read for the rows of the page only. */
export async function pageBudgets(context: Context, filter: BudgetFilter = {}): Promise<Page<Budget>> {
  const limit = pageLimit(filter.limit);
  const after = decodeCursor('budgets', filter.cursor);
  const where = `($1::text is null or b.project_id = $1)
    and ($2::text is null or b.project_id in (select id from :schema.projects where user_id = $2))`;
  const filters = [filter.projectId ?? null, filter.userId ?? null];
  const rows = await context.scope.query<object>(
    `select ${STATUS_COLUMNS}
       from :schema.budget_status s
      where s.budget_id = any (array(
        select b.id from :schema.budgets b
         where ${where} and ($3::timestamptz is null or (b.created_at, b.id) < ($3, $4))
         order by b.created_at desc, b.id desc limit $5
      ))
      order by s.created_at desc, s.budget_id desc`,
    [...filters, after?.at ?? null, after?.id ?? null, limit + 1],
  );
  const page = toPage('budgets', camelRows<Budget>(rows), limit, ({ createdAt }) => createdAt);
  if (filter.withTotal !== true) return page;
  const counted = await context.scope.query<{ total: bigint }>(
    `select count(*) as total from :schema.budgets b where ${where}`,
    filters,
  );
  return { ...page, total: Number(counted[0]?.total ?? 0) };
}

/** Newest first. */
export async function pageReservations(
  context: Context,
  filter: ReservationFilter = {},
): Promise<Page<Reservation>> {
  const limit = pageLimit(filter.limit);
  const after = decodeCursor('reservations', filter.cursor);
  const where = `($1::text is null or r.project_id = $1) and ($2::text is null or r.state = $2)
    and ($3::text is null or r.project_id in (select id from :schema.projects where user_id = $3))`;
  const filters = [filter.projectId ?? null, filter.state ?? null, filter.userId ?? null];
  const rows = await context.scope.query<object>(
    `select ${RESERVATION_COLUMNS} from :schema.budget_reservations r
      where ${where} and ($4::timestamptz is null or (r.created_at, r.id) < ($4, $5))
      order by r.created_at desc, r.id desc limit $6`,
    [...filters, after?.at ?? null, after?.id ?? null, limit + 1],
  );
  const page = toPage('reservations', camelRows<Reservation>(rows), limit, ({ createdAt }) => createdAt);
  if (filter.withTotal !== true) return page;
  const counted = await context.scope.query<{ total: bigint }>(
    `select count(*) as total from :schema.budget_reservations r where ${where}`,
    filters,
  );
  return { ...page, total: Number(counted[0]?.total ?? 0) };
}
