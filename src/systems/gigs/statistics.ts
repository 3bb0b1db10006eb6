/** Statistics: rows of the views, exact at every moment, and the folding of what the triggers appended. */
import { camelRow, type Executor, invalidInput } from '../../kernel/index.ts';
import type { AdvanceReason } from './advances.ts';
import type { Context } from './context.ts';
import type { RiskPart } from './risk.ts';
import type { TransactionStatus, TransactionType, Worker } from './types.ts';

/** A row of `worker_earnings_view`. Amounts are USDC as decimal text, rates percent. */
export interface WorkerEarnings {
  readonly workerId: string;
  readonly name: string;
  readonly totalTasks: number;
  readonly completedTasks: number;
  readonly activeTasks: number;
  readonly pendingTasks: number;
  readonly cancelledTasks: number;
  readonly disputedTasks: number;
  /** Amounts of completed tasks, before fees. */
  readonly totalEarned: string;
  /** Of what was paid, by releases of streams. */
  readonly released: string;
  readonly paid: string;
  readonly pendingEarnings: string;
  readonly payoutTotal: string;
  readonly payoutCount: number;
  readonly advanceTotal: string;
  readonly advanceCount: number;
  readonly repaymentTotal: string;
  readonly repaymentCount: number;
  readonly feeTotal: string;
  readonly feeCount: number;
  readonly withdrawalTotal: string;
  readonly withdrawalCount: number;
  readonly openLoanId: string | null;
  readonly openLoanStatus: string | null;
  readonly openLoanDue: string | null;
  readonly openLoanRepaid: string | null;
  readonly openLoanRemaining: string | null;
  readonly openLoanDueAt: Date | null;
  readonly loans: number;
  readonly loansRepaid: number;
  readonly loansDefaulted: number;
  readonly completionRate: string;
  readonly averageRating: string;
  readonly ratings: number;
  readonly disputeRate: string;
  readonly reputationScore: number;
  readonly lastActiveAt: Date;
}

/** A row of `platform_performance_view`. */
export interface PlatformStats {
  readonly platformId: string;
  readonly name: string;
  readonly totalTasks: number;
  readonly completedTasks: number;
  readonly cancelledTasks: number;
  readonly activeTasks: number;
  readonly pendingTasks: number;
  readonly disputedTasks: number;
  /** Completed payouts, fees included. */
  readonly totalPayouts: string;
  readonly payouts: number;
  readonly totalFees: string;
  readonly averagePayment: string;
  readonly uniqueWorkers: number;
  readonly activeWorkers7d: number;
  readonly activeWorkers30d: number;
  /** Seconds from beginning to completion; null without a completed task. */
  readonly averageCompletionS: string | null;
  readonly completionRate: string;
}

export interface RiskFactor {
  readonly part: RiskPart['part'];
  readonly points: number;
}

/** A row of `worker_risk_assessment`: the same numbers as calculateRiskScore; 30d is the last 30 UTC days. */
export interface WorkerRiskAssessment {
  readonly workerId: string;
  readonly name: string;
  readonly status: Worker['status'];
  readonly reputationScore: number;
  readonly accountAgeDays: number;
  readonly completedTasks: number;
  readonly lateTasks: number;
  readonly disputes: number;
  readonly endedTasks: number;
  readonly tasks30d: number;
  readonly completed30d: number;
  /** Percent, as all rates of rows. */
  readonly completionRate30d: string;
  readonly onTimeRate: string;
  readonly averageRating: string;
  /** USDC: payouts after fees. */
  readonly earnings30d: string;
  readonly weeklyDeviation: string;
  readonly loans: number;
  readonly loansDue: number;
  readonly loansOnTime: number;
  readonly openLoanId: string | null;
  readonly writtenOffLoans: number;
  readonly riskScore: number;
  readonly riskFactors: readonly RiskFactor[];
  /** What stands in the way of an advance, as checkAdvanceEligibility names it, the prediction left aside. */
  readonly reasons: readonly Exclude<AdvanceReason['reason'], 'low_prediction'>[];
  readonly eligibleWithoutPrediction: boolean;
  /** USDC, as if eligible. */
  readonly maxAdvanceByRisk: string;
  readonly feeBps: number;
}

/** A row of `daily_transaction_summary`: amounts are of one asset. */
export interface DailyTransactions {
  /** UTC day, `2026-01-31`. */
  readonly transactionDate: string;
  readonly asset: string;
  readonly txType: TransactionType;
  readonly status: TransactionStatus;
  readonly count: number;
  readonly totalAmount: string;
  readonly totalFees: string;
  readonly averageAmount: string;
}

export interface DayRange {
  /** First UTC day, `2026-01-31`, inclusive. */
  readonly from: string;
  /** Last UTC day, inclusive; the first when it is left out. */
  readonly to?: string;
}

/** Deltas of one fold: a part of a second's work, so that its locks are short. */
const FOLD_ROWS = 5_000;
const FOLDS = [
  ['rollups', 'fold_statistics'],
  ['columns', 'bring_statistics'],
] as const;

/** It reads every task and transaction there is; this only ends one that hangs. */
const REBUILD_TIMEOUT_MS = 3_600_000;

/** About a year, with every type and status of each day. */
const MAX_DAYS = 400;
const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Null when there is no such worker. */
export async function getWorkerEarnings(context: Context, workerId: string): Promise<WorkerEarnings | null> {
  const rows = await context.scope.query<object>(
    'select * from :schema.worker_earnings_view where worker_id = $1',
    [workerId],
  );
  return rows[0] === undefined ? null : counted<WorkerEarnings>(rows[0]);
}

/** Null when there is no such platform. */
export async function getPlatformStats(context: Context, platformId: string): Promise<PlatformStats | null> {
  const rows = await context.scope.query<object>(
    'select * from :schema.platform_performance_view where platform_id = $1',
    [platformId],
  );
  return rows[0] === undefined ? null : counted<PlatformStats>(rows[0]);
}

/** Null when there is no such worker. */
export async function getWorkerRiskAssessment(
  context: Context,
  workerId: string,
): Promise<WorkerRiskAssessment | null> {
  const rows = await context.scope.query<object>(
    'select * from :schema.worker_risk_assessment where worker_id = $1',
    [workerId],
  );
  return rows[0] === undefined ? null : counted<WorkerRiskAssessment>(rows[0]);
}

/** Newest day first, then by asset, type and status. Throws `invalid_input` for days that are none, or too many. */
export async function getDailyTransactions(context: Context, range: DayRange): Promise<DailyTransactions[]> {
  const from = dayTime(range.from, 'from');
  const to = dayTime(range.to ?? range.from, 'to');
  if (to < from || to - from >= MAX_DAYS * DAY_MS) {
    throw invalidInput('to', 'The days are out of order, or too many.', `Ask for 1 to ${MAX_DAYS} days.`);
  }
  const rows = await context.scope.query<object>(
    `select * from :schema.daily_transaction_summary where transaction_date between $1::date and $2::date
     order by transaction_date desc, asset, tx_type, status`,
    [range.from, range.to ?? range.from],
  );
  return rows.map((row) => counted<DailyTransactions>(row));
}

/** What a fold brings up to date: the rollups that the views read, or the statistics columns of workers and platforms. */
export type FoldPart = 'rollups' | 'columns';

/** Folds appended deltas into the statistics, of both parts unless one is named; true when more are waiting. */
export async function foldStatistics({ scope }: Context, only?: FoldPart): Promise<boolean> {
  let moved = 0;
  for (const [part, name] of FOLDS) {
    if (only !== undefined && only !== part) continue;
    const [row] = await scope.query<{ moved: number }>(`select :schema.${name}($1) as moved`, [FOLD_ROWS]);
    moved = Math.max(moved, row?.moved ?? 0);
  }
  return moved >= FOLD_ROWS;
}

/** Makes all statistics anew from tasks, transactions and ratings; writers wait meanwhile. Returns the workers. */
export async function rebuildStatistics(context: Context): Promise<number> {
  const rebuild = async (executor: Executor): Promise<number> => {
    const rows = await context.scope
      .on(executor)
      .query<{ workers: bigint }>('select :schema.rebuild_statistics() as workers');
    return Number(rows[0]?.workers ?? 0);
  };
  return context.scope.executor.transaction(rebuild, { statementTimeoutMs: REBUILD_TIMEOUT_MS });
}

/** Counts are far below 2^53; amounts stay decimal text. */
function counted<T>(row: object): T {
  const entries = Object.entries(camelRow<Record<string, unknown>>(row));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  ) as T;
}

function dayTime(value: string, field: string): number {
  const time = Date.parse(`${value}T00:00:00Z`);
  // Date takes 2026-02-30 for 2 March, so the day must come back as it went in.
  if (DAY.test(value) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(value)) return time;
  throw invalidInput(field, `${field} is not a day.`, 'Write it as 2026-01-31.');
}
