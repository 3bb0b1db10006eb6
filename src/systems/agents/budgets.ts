/** Budgets: hard ones reserve before the call and settle after it, soft ones alert. */
import { camelRow, camelRows, decimalText, GuildhallError, invalidInput, newId } from '../../kernel/index.ts';
import { actorParams, type Context, listLimit, once, storableText } from './context.ts';
import { insertCost } from './cost-rows.ts';
import { checkCost, getCostById } from './costs.ts';
import type { Cost, CreateOptions, ListOptions, NewCost } from './types.ts';

export const BUDGET_KINDS = ['hard', 'soft'] as const;
export const BUDGET_PERIODS = ['day', 'month', 'total'] as const;
export const RESERVATION_STATES = ['open', 'settled', 'released', 'expired'] as const;

export interface NewBudget {
  readonly projectId: string;
  /** Run the budget is for; the whole project when missing. */
  readonly agentId?: string | null;
  readonly kind: (typeof BUDGET_KINDS)[number];
  /** UTC day, UTC month, or from the first day on. */
  readonly period: (typeof BUDGET_PERIODS)[number];
  /** USD as decimal text. */
  readonly limit: string;
  /** Parts of the limit at which a cost_alert is written; default 0.5, 0.8 and 1. */
  readonly thresholds?: readonly string[];
}

export interface Budget {
  readonly id: string;
  readonly projectId: string;
  readonly agentId: string | null;
  readonly kind: (typeof BUDGET_KINDS)[number];
  readonly period: (typeof BUDGET_PERIODS)[number];
  readonly limit: string;
  readonly thresholds: string[];
  /** First UTC day of the running period. */
  readonly periodStart: string;
  readonly spent: string;
  readonly reserved: string;
  /** Negative once costs were recorded beyond the limit. */
  readonly remaining: string;
  /** Calls in the period whose price is unknown: they are in no amount. */
  readonly unpricedCalls: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface NewReservation {
  readonly projectId: string;
  readonly agentId?: string | null;
  /** The most the call can cost, USD as decimal text. */
  readonly amount: string;
  /** Seconds until it lapses by itself; 1 to 86,400, default 600. */
  readonly holdS?: number;
  readonly purpose?: string;
}

export interface Reservation {
  readonly id: string;
  readonly projectId: string;
  readonly agentId: string | null;
  readonly amount: string;
  readonly state: (typeof RESERVATION_STATES)[number];
  readonly purpose: string | null;
  /** Cost that settled it; null until then. */
  readonly costId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly closedAt: Date | null;
}

export interface Settlement {
  readonly reservation: Reservation;
  readonly cost: Cost;
}

/** A call that takes longer than a day is a lost one. */
const MAX_HOLD_S = 86_400;
const DEFAULT_HOLD_S = 600;
const MAX_PURPOSE = 500;

export const STATUS_COLUMNS = `s.budget_id as id, s.project_id, s.agent_id, s.kind, s.period, s.limit_amount as "limit", s.thresholds,
  s.period_start, s.spent, s.reserved, s.remaining, s.unpriced_calls::float8 as unpriced_calls,
  s.created_at, s.updated_at`;
export const RESERVATION_COLUMNS =
  'id, project_id, agent_id, amount, state, purpose, cost_id, created_at, expires_at, closed_at';

/** Throws `already_exists` when the project, or the run, has one of this kind and period. */
export async function createBudget(
  context: Context,
  input: NewBudget,
  options: CreateOptions = {},
): Promise<Budget> {
  oneOf(input.kind, BUDGET_KINDS, 'kind');
  oneOf(input.period, BUDGET_PERIODS, 'period');
  const limit = decimalText(input.limit, 'limit', { min: 'positive' });
  const thresholds = (input.thresholds ?? ['0.5', '0.8', '1']).map((part, index) =>
    decimalText(part, `thresholds[${index}]`, { min: 'positive' }),
  );
  return once(context, options, { operation: 'createBudget', request: input }, (outer) =>
    outer.scope.executor.transaction(async (tx) => {
      const inner = { ...outer, scope: outer.scope.on(tx) };
      const id = newId('bdg');
      await inner.scope.query(
        `with made as (
           insert into :schema.budgets (id, project_id, agent_id, kind, period, limit_amount, thresholds)
           values ($4, $5, $6, $7, $8, $9, $10) returning *
         ), told as (
           select :schema.record_change($1, $2, $3, 'budget.created', m.id, p.user_id, null,
             jsonb_build_object('projectId', m.project_id, 'kind', m.kind, 'period', m.period, 'limit', m.limit_amount::text))
           from made m join :schema.projects p on p.id = m.project_id
         )
         select count(*) from told`,
        [
          ...actorParams(inner),
          id,
          input.projectId,
          input.agentId ?? null,
          input.kind,
          input.period,
          limit,
          thresholds,
        ],
      );
      // What is spent already may have reached a threshold.
      await inner.scope.query('select :schema.check_budgets(array[$1])', [input.projectId]);
      return getBudget(inner, id);
    }),
  );
}

/** Changes limit or thresholds; open reservations stay as they are. */
export async function updateBudget(
  context: Context,
  id: string,
  change: { readonly limit?: string; readonly thresholds?: readonly string[] },
): Promise<Budget> {
  const limit = change.limit === undefined ? null : decimalText(change.limit, 'limit', { min: 'positive' });
  const thresholds = change.thresholds?.map((part, index) =>
    decimalText(part, `thresholds[${index}]`, { min: 'positive' }),
  );
  return context.scope.executor.transaction(async (tx) => {
    const inner = { ...context, scope: context.scope.on(tx) };
    const rows = await inner.scope.query<{ project_id: string }>(
      `with previous as (
         select * from :schema.budgets where id = $4 for no key update
       ), changed as (
         update :schema.budgets b set limit_amount = coalesce($5, b.limit_amount),
           thresholds = coalesce($6, b.thresholds), updated_at = clock_timestamp()
         from previous where b.id = previous.id returning b.*
       ), told as (
         select :schema.record_change($1, $2, $3, 'budget.updated', c.id, p.user_id,
           jsonb_build_object('limit', o.limit_amount::text), jsonb_build_object('limit', c.limit_amount::text))
         from changed c join previous o on o.id = c.id join :schema.projects p on p.id = c.project_id
       )
       select changed.project_id from changed, told`,
      [...actorParams(inner), id, limit, thresholds ?? null],
    );
    const row = rows[0];
    if (row === undefined) throw new GuildhallError('not_found', 'Budget not found', { field: 'id' });
    await inner.scope.query('select :schema.check_budgets(array[$1])', [row.project_id]);
    return getBudget(inner, id);
  });
}

/** The budget with what its running period has used; throws `not_found`. */
export async function getBudget(context: Context, id: string): Promise<Budget> {
  const rows = await context.scope.query<object>(
    `select ${STATUS_COLUMNS} from :schema.budget_status s where s.budget_id = $1`,
    [id],
  );
  if (rows[0] === undefined) throw new GuildhallError('not_found', 'Budget not found', { field: 'id' });
  return camelRow<Budget>(rows[0]);
}

export async function listBudgets(
  context: Context,
  filter: ListOptions & { readonly projectId?: string; readonly userId?: string } = {},
): Promise<Budget[]> {
  const rows = await context.scope.query<object>(
    `select ${STATUS_COLUMNS} from :schema.budget_status s
      where ($1::text is null or s.project_id = $1)
        and ($2::text is null or s.project_id in (select id from :schema.projects where user_id = $2))
      order by s.created_at desc, s.budget_id desc limit $3`,
    [filter.projectId ?? null, filter.userId ?? null, listLimit(filter.limit)],
  );
  return camelRows<Budget>(rows);
}

/** True, or false when there was none. */
export async function deleteBudget(context: Context, id: string): Promise<boolean> {
  const rows = await context.scope.query(
    `with gone as (delete from :schema.budgets where id = $4 returning *), told as (
       select :schema.record_change($1, $2, $3, 'budget.deleted', g.id, p.user_id,
         jsonb_build_object('projectId', g.project_id, 'limit', g.limit_amount::text), null)
       from gone g join :schema.projects p on p.id = g.project_id
     )
     select gone.id from gone, told`,
    [...actorParams(context), id],
  );
  return rows.length > 0;
}

/**
 * Sets money aside before a call. Throws `limit_exceeded` (reason `budget_exceeded`) when a hard budget of
 * the project or the run has no room; concurrent calls are let in one by one, so together they cannot overspend.
 */
export async function reserveBudget(
  context: Context,
  input: NewReservation,
  options: CreateOptions = {},
): Promise<Reservation> {
  const amount = decimalText(input.amount, 'amount', { min: 'positive' });
  const holdS = input.holdS ?? DEFAULT_HOLD_S;
  if (!Number.isInteger(holdS) || holdS < 1 || holdS > MAX_HOLD_S) {
    throw invalidInput(
      'holdS',
      `holdS must be 1 to ${MAX_HOLD_S} seconds, but is ${holdS}.`,
      'Pass whole seconds.',
    );
  }
  const purpose = input.purpose === undefined ? null : storableText(input.purpose, 'purpose', MAX_PURPOSE);
  return once(context, options, { operation: 'reserveBudget', request: input }, async (inner) => {
    const rows = await inner.scope.query<object>(
      `select ${RESERVATION_COLUMNS} from :schema.reserve_budget($1, $2, $3, $4, make_interval(secs => $5), $6)`,
      [newId('rsv'), input.projectId, input.agentId ?? null, amount, holdS, purpose],
    );
    return camelRow<Reservation>(rows[0] as object);
  });
}

/**
 * Records what the call really cost and closes the reservation, together. A second settlement returns the
 * first one's cost. A cost above the reserved amount is recorded as it is: the money is spent. An expired
 * reservation can still be settled; a released one is `conflict`.
 */
export async function settleReservation(
  context: Context,
  id: string,
  actual: Omit<NewCost, 'projectId' | 'agentId'>,
): Promise<Settlement> {
  return context.scope.executor.transaction(async (tx) => {
    const inner = { ...context, scope: context.scope.on(tx) };
    const rows = await inner.scope.query<object>(
      `select ${RESERVATION_COLUMNS} from :schema.budget_reservations where id = $1 for update`,
      [id],
    );
    if (rows[0] === undefined)
      throw new GuildhallError('not_found', 'Reservation not found', { field: 'id' });
    const held = camelRow<Reservation>(rows[0]);
    if (held.state === 'settled') return settledBefore(inner, held);
    if (held.state === 'released') {
      throw new GuildhallError('conflict', `Reservation ${id} was released and cannot be settled.`, {
        reason: 'reservation_released',
        hint: 'Record the cost with createCost.',
      });
    }
    const { projectId, agentId } = held;
    const cost = await insertCost(inner, checkCost({ ...actual, projectId, agentId }, ''));
    const closed = await inner.scope.query<object>(
      `update :schema.budget_reservations set state = 'settled', cost_id = $2, closed_at = clock_timestamp()
        where id = $1 and state in ('open', 'expired') returning ${RESERVATION_COLUMNS}`,
      [id, cost.id],
    );
    return { reservation: camelRow<Reservation>(closed[0] as object), cost };
  });
}

async function settledBefore(context: Context, reservation: Reservation): Promise<Settlement> {
  const cost = reservation.costId === null ? null : await getCostById(context, reservation.costId);
  if (cost !== null) return { reservation, cost };
  throw new GuildhallError('conflict', `The cost that settled ${reservation.id} was deleted.`, {
    reason: 'settlement_deleted',
  });
}

/** Gives reserved money back without a cost. Releasing twice is one release; a settled one is `conflict`. */
export async function releaseReservation(context: Context, id: string): Promise<Reservation> {
  const rows = await context.scope.query<object>(
    `update :schema.budget_reservations
        set state = case when state = 'open' then 'released' else state end,
            closed_at = coalesce(closed_at, clock_timestamp())
      where id = $1 and state <> 'settled' returning ${RESERVATION_COLUMNS}`,
    [id],
  );
  if (rows[0] !== undefined) return camelRow<Reservation>(rows[0]);
  if ((await getReservation(context, id)) === null) {
    throw new GuildhallError('not_found', 'Reservation not found', { field: 'id' });
  }
  throw new GuildhallError('conflict', `Reservation ${id} was settled and cannot be released.`, {
    reason: 'reservation_settled',
  });
}

/** Null when there is none. */
export async function getReservation(context: Context, id: string): Promise<Reservation | null> {
  const rows = await context.scope.query<object>(
    `select ${RESERVATION_COLUMNS} from :schema.budget_reservations where id = $1`,
    [id],
  );
  return rows[0] === undefined ? null : camelRow<Reservation>(rows[0]);
}

/** Closes reservations whose time is over; true when more are waiting. */
export async function expireReservations(context: Context): Promise<boolean> {
  const rows = await context.scope.query<{ expired: number }>(
    'select :schema.expire_reservations($1) as expired',
    [EXPIRE_ROWS],
  );
  return rows[0]?.expired === EXPIRE_ROWS;
}

const EXPIRE_ROWS = 1_000;

function oneOf(value: string, allowed: readonly string[], field: string): void {
  if (allowed.includes(value)) return;
  throw invalidInput(field, `${field} "${value}" is not known.`, `Use ${allowed.join(' or ')}.`);
}
