/** Pages of budgets and reservations, for the API. */
import { camelRows, type Page } from '../../kernel/index.ts';
import { type Budget, RESERVATION_COLUMNS, type Reservation, STATUS_COLUMNS } from './budgets.ts';
import type { Context } from './context.ts';
import { type ProjectFilter, type ProjectList, pageOfProjects } from './project-pages.ts';

export interface ReservationFilter extends ProjectFilter {
  readonly state?: Reservation['state'];
}

const BUDGETS: ProjectList = {
  list: 'budgets',
  table: 'budgets',
  columns: 'r.id, r.created_at',
  time: 'created_at',
};

const RESERVATIONS: ProjectList = {
  list: 'reservations',
  table: 'budget_reservations',
  columns: RESERVATION_COLUMNS.replaceAll(/\w+/g, 'r.$&'),
  time: 'created_at',
};

/** Newest first; what a budget has used is read for the budgets of the page only. */
export async function pageBudgets(context: Context, filter: ProjectFilter = {}): Promise<Page<Budget>> {
  const page = await pageOfProjects<{ id: string; createdAt: Date }>(context, {
    list: BUDGETS,
    filter,
    timeOf: ({ createdAt }) => createdAt,
  });
  const rows = await context.scope.query<object>(
    `select ${STATUS_COLUMNS} from :schema.budget_status s where s.budget_id = any ($1::text[])
      order by s.created_at desc, s.budget_id desc`,
    [page.data.map(({ id }) => id)],
  );
  return { ...page, data: camelRows<Budget>(rows) };
}

/** Newest first. */
export function pageReservations(
  context: Context,
  filter: ReservationFilter = {},
): Promise<Page<Reservation>> {
  return pageOfProjects<Reservation>(context, {
    list: RESERVATIONS,
    filter,
    conditions: [[filter.state, (p) => `r.state = ${p}`]],
    timeOf: ({ createdAt }) => createdAt,
  });
}
