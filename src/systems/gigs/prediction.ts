/** What a worker will probably earn in the coming days, from what it earned in the last thirty. */
import { invalidInput } from '../../kernel/index.ts';
import type { Context } from './context.ts';
import { fromMicros, microsOfStatistic, toMicros } from './micros.ts';
import { workerNotFound } from './risk.ts';

/** Whole days, in UTC: today is not over and would look like a bad day. */
export interface EarningsHistory {
  /** The day of the last sum, `2026-03-31`. */
  readonly lastDay: string;
  /** First day the worker ever earned anything; null: it never did. */
  readonly firstEarningDay: string | null;
  /** USDC earned each day, oldest first, 30 of them; a day without work is '0'. */
  readonly dailySums: readonly string[];
}

export interface EarningsPrediction {
  readonly days: number;
  /** USDC in the coming days, today included. */
  readonly predicted: string;
  /** USDC of a week, which limits and advances are about. */
  readonly predictedWeek: string;
  readonly low: string;
  readonly high: string;
  readonly confidence: 'high' | 'medium' | 'low';
  /** USDC: the part of a week's earnings that may be advanced. */
  readonly safeAdvance: string;
  /** Daily growth as a part of the mean day, over the last 14 days. */
  readonly trend: number;
  /** Standard deviation of a day as a part of the mean day. */
  readonly variation: number;
  /** Days of history: since the first earning, 30 at most. */
  readonly historyDays: number;
  /** Mean error, in percent, had the week before last been predicted from what was before it; 15 when that is unknown. */
  readonly meanErrorPercent: number;
}

export interface WorkerPrediction extends EarningsPrediction {
  readonly workerId: string;
}

const HISTORY_DAYS = 30;
const WEEK = 7;
/** With fewer days since the first earning there is no pattern to be found. */
const MIN_DAYS = 7;
/** A quarter: beyond it thirty days of history say nothing. */
const MAX_HORIZON_DAYS = 90;
const TREND_DAYS = 14;
const UNKNOWN_ERROR_PERCENT = 15;
const DAY_MS = 86_400_000;
const SAFE_PERCENT = { high: 80n, medium: 65n, low: 50n } as const;

/** Statistics are computed as numbers; money comes out by `microsOfStatistic`: never rounded up beyond 12 digits. */
export function predictEarnings(history: EarningsHistory, days = WEEK): EarningsPrediction {
  if (!Number.isInteger(days) || days < 1 || days > MAX_HORIZON_DAYS) {
    throw invalidInput(
      'days',
      `days must be a whole number, but is ${days}.`,
      `Pass 1 to ${MAX_HORIZON_DAYS}.`,
    );
  }
  const sums = sinceFirstEarning(history);
  const variation = mean(sums) === 0 ? 0 : deviation(sums) / mean(sums);
  const isShort = sums.length < MIN_DAYS;
  const confidence = isShort ? 'low' : confidenceOf(variation, sums.length);
  const average = isShort ? mean(sums) * 0.7 : mean(comingWeek(sums));
  const week = microsOfStatistic(average * WEEK);
  const predicted = (week * BigInt(days)) / BigInt(WEEK);
  const band = isShort ? 40n : bandPercent(variation);
  return {
    days,
    predicted: fromMicros(predicted),
    predictedWeek: fromMicros(week),
    low: fromMicros((predicted * (100n - band)) / 100n),
    high: fromMicros((predicted * (100n + band)) / 100n),
    confidence,
    safeAdvance: fromMicros((week * SAFE_PERCENT[confidence]) / 100n),
    trend: isShort ? 0 : trendOf(sums),
    variation,
    historyDays: sums.length,
    meanErrorPercent: meanErrorPercent(sums),
  };
}

/** Throws `not_found` with the reason `worker_not_found`. */
export async function predictWorkerEarnings(
  context: Context,
  workerId: string,
  days?: number,
): Promise<WorkerPrediction> {
  const [row] = await context.scope.query<{ history: EarningsHistoryJson }>(
    'select :schema.earnings_history(w.id) as history from :schema.workers w where w.id = $1',
    [workerId],
  );
  if (row === undefined) throw workerNotFound(workerId);
  return { workerId, ...predictEarnings(readHistory(row.history), days) };
}

/** What the SQL function earnings_history answers. */
export interface EarningsHistoryJson {
  readonly last_day: string;
  readonly first_earning_day: string | null;
  readonly daily_sums: readonly string[];
}

export function readHistory(json: EarningsHistoryJson): EarningsHistory {
  return { lastDay: json.last_day, firstEarningDay: json.first_earning_day, dailySums: json.daily_sums };
}

/** The days before the first earning are not days without work. */
function sinceFirstEarning({ lastDay, firstEarningDay, dailySums }: EarningsHistory): number[] {
  if (firstEarningDay === null) return [];
  const known = Math.max(0, Math.min(HISTORY_DAYS, dayNumber(lastDay) - dayNumber(firstEarningDay) + 1));
  if (known === 0) return [];
  return dailySums.slice(-known).map((sum) => Number(toMicros(sum)) / 1e6);
}

/** For each of the seven coming days 60 % of its weekday's average with the trend, 40 % of the average of the last seven days. */
function comingWeek(sums: readonly number[]): number[] {
  const overall = mean(sums);
  const recent = mean(sums.slice(-WEEK));
  const growth = 1 + trendOf(sums) * 0.1;
  return Array.from({ length: WEEK }, (_day, ahead) => {
    const sameWeekday = sums.filter((_sum, index) => (sums.length + ahead - index) % WEEK === 0);
    const usual = mean(sameWeekday) || overall;
    return Math.max(0, usual * growth * 0.6 + recent * 0.4);
  });
}

/** Slope of the regression line through the last 14 days, as a part of their mean. */
function trendOf(sums: readonly number[]): number {
  const last = sums.slice(-TREND_DAYS);
  const [middle, average] = [(last.length - 1) / 2, mean(last)];
  if (average === 0 || last.length < 2) return 0;
  const above = last.reduce((total, sum, index) => total + (index - middle) * (sum - average), 0);
  const below = last.reduce((total, _sum, index) => total + (index - middle) ** 2, 0);
  return above / below / average;
}

/** How wrong a prediction of the days 14 to 8 back would have been, made from what was before them. */
function meanErrorPercent(sums: readonly number[]): number {
  const before = sums.slice(0, -2 * WEEK);
  if (before.length < MIN_DAYS) return UNKNOWN_ERROR_PERCENT;
  const predicted = comingWeek(before);
  const errors = sums
    .slice(-2 * WEEK, -WEEK)
    .flatMap((sum, index) => (sum > 0 ? [(Math.abs((predicted[index] ?? 0) - sum) / sum) * 100] : []));
  if (errors.length === 0) return UNKNOWN_ERROR_PERCENT;
  return Math.min(100, Math.round(mean(errors) * 100) / 100);
}

function confidenceOf(variation: number, days: number): EarningsPrediction['confidence'] {
  if (variation < 0.2 && days >= HISTORY_DAYS) return 'high';
  return variation < 0.4 && days >= TREND_DAYS ? 'medium' : 'low';
}

function bandPercent(variation: number): bigint {
  if (variation < 0.2) return 15n;
  return variation < 0.4 ? 25n : 40n;
}

/** Days since 1970. */
function dayNumber(day: string): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((total, value) => total + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const average = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - average) ** 2)));
}
