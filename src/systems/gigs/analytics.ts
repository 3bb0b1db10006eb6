/** How a platform did in the last days: totals, a series, its best-paid workers. */
import { camelRow, invalidInput } from '../../kernel/index.ts';
import type { Context } from './context.ts';

export const GRANULARITIES = ['day', 'week'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

export interface AnalyticsRange {
  /** UTC days up to today, 1 to 90; default 30. */
  readonly days?: number;
  /** What a point of the series is; weeks begin on Monday. Default `day`. */
  readonly granularity?: Granularity;
}

interface Figures {
  /** Posted in the time. */
  readonly tasks: number;
  /** Of those, completed by now. */
  readonly completed: number;
  /** Completed payouts made in the time, fees included. */
  readonly payouts: number;
  readonly amount: string;
  readonly fees: string;
}

export interface AnalyticsPoint extends Figures {
  /** First UTC day of the point, `2026-01-31`. */
  readonly from: string;
}

export interface TopWorker {
  readonly workerId: string;
  readonly name: string;
  readonly reputationScore: number;
  readonly payouts: number;
  readonly amount: string;
}

export interface PlatformAnalytics {
  readonly platformId: string;
  readonly days: number;
  readonly granularity: Granularity;
  readonly totals: Figures & { readonly workers: number };
  /** Oldest first, points without work too. */
  readonly series: readonly AnalyticsPoint[];
  /** The ten that were paid most. */
  readonly topWorkers: readonly TopWorker[];
}

const DEFAULT_DAYS = 30;
const MAX_DAYS = 90;

// Both tables are read by their index of platform and time, no further back than the days asked for.
const SQL = `
with span as (
  select d.first, (d.first::timestamp at time zone 'UTC') as since
  from (select (statement_timestamp() at time zone 'UTC')::date - $2::integer + 1 as first) as d
), work as (
  select date_trunc($3, t.created_at at time zone 'UTC')::date as point, count(*) as tasks,
    count(*) filter (where t.status = 'completed') as completed
  from span join :schema.tasks t on t.platform_id = $1 and t.created_at >= span.since
  group by 1
), paid as (
  select x.worker_id, date_trunc($3, x.created_at at time zone 'UTC')::date as point, count(*) as payouts,
    sum(x.amount) as amount, sum(x.fee) as fees
  from span join :schema.transactions x on x.platform_id = $1 and x.created_at >= span.since
  where x.tx_type = 'payout' and x.status = 'completed' and x.asset = 'USDC'
  group by 1, 2
), series as (
  select p.point, coalesce(w.tasks, 0) as tasks, coalesce(w.completed, 0) as completed,
    coalesce(m.payouts, 0) as payouts, coalesce(m.amount, 0) as amount, coalesce(m.fees, 0) as fees
  from span
  cross join lateral (
    select distinct date_trunc($3, g)::date as point
    from generate_series(span.first::timestamp, span.first + $2::integer - 1, interval '1 day') as g
  ) as p
  left join work w on w.point = p.point
  left join (
    select point, sum(payouts) as payouts, sum(amount) as amount, sum(fees) as fees from paid group by 1
  ) as m on m.point = p.point
)
select
  (select jsonb_build_object('tasks', sum(tasks), 'completed', sum(completed), 'payouts', sum(payouts),
      'amount', trim_scale(sum(amount))::text, 'fees', trim_scale(sum(fees))::text,
      'workers', (select count(distinct worker_id) from paid)) from series) as totals,
  (select jsonb_agg(jsonb_build_object('from', point, 'tasks', tasks, 'completed', completed, 'payouts', payouts,
      'amount', trim_scale(amount)::text, 'fees', trim_scale(fees)::text) order by point) from series) as series,
  (select coalesce(jsonb_agg(to_jsonb(b) order by b.place), '[]') from (
     select row_number() over (order by sum(p.amount) desc, w.id) as place, w.id as "workerId", w.name,
       w.reputation_score as "reputationScore", sum(p.payouts) as payouts, trim_scale(sum(p.amount))::text as amount
     from paid p join :schema.workers w on w.id = p.worker_id
     group by w.id order by sum(p.amount) desc, w.id limit 10) as b) as top_workers`;

/** One round trip. Throws `invalid_input` with the field `days`. */
export async function getPlatformAnalytics(
  context: Context,
  platformId: string,
  { days = DEFAULT_DAYS, granularity = 'day' }: AnalyticsRange = {},
): Promise<PlatformAnalytics> {
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) {
    throw invalidInput('days', `days must be a whole number, but is ${days}.`, `Pass 1 to ${MAX_DAYS}.`);
  }
  if (!GRANULARITIES.includes(granularity)) {
    throw invalidInput('granularity', 'granularity is not one.', `Pass ${GRANULARITIES.join(' or ')}.`);
  }
  const [row] = await context.scope.query<object>(SQL, [platformId, days, granularity]);
  const { totals, series, topWorkers } = camelRow<
    Pick<PlatformAnalytics, 'totals' | 'series'> & {
      readonly topWorkers: readonly (TopWorker & { readonly place: number })[];
    }
  >(row as object);
  return {
    platformId,
    days,
    granularity,
    totals,
    series,
    topWorkers: topWorkers.map(({ place: _own, ...worker }) => worker),
  };
}
