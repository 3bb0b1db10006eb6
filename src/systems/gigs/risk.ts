/** Risk of an advance to a worker: a score of 0 to 1000 that says where it comes from. */
import { camelRow, GuildhallError } from '../../kernel/index.ts';
import type { Context } from './context.ts';
import { fromMicros, lessOf, toMicros } from './micros.ts';

/** What a score is computed from; personal attributes are none of it. */
export interface RiskFacts {
  readonly reputationScore: number;
  readonly accountAgeDays: number;
  /** Ever. */
  readonly completedTasks: number;
  /** Completed of the tasks posted in the last 30 UTC days, 0 to 1; 0 without tasks. */
  readonly completionRate: number;
  /** Completed in time of all completed, 0 to 1; 1 without tasks. */
  readonly onTimeRate: number;
  /** 0 to 5; 0 without ratings. */
  readonly averageRating: number;
  /** Tasks that were ever disputed. */
  readonly disputes: number;
  /** All loans but cancelled ones. */
  readonly loans: number;
  /** Repaid ones, and those whose due date has passed. */
  readonly loansDue: number;
  /** Repaid by their due date. */
  readonly loansOnTime: number;
  /** Standard deviation of the earnings of weeks (from Sunday, UTC) with payouts, 30 days. */
  readonly weeklyDeviation: number;
  /** USDC of payouts of the last 30 UTC days, after fees. */
  readonly recentEarnings: string;
  /** Of the loan that is not repaid; null without one. */
  readonly openLoanId: string | null;
}

export interface RiskInputs extends RiskFacts {
  readonly workerId: string;
  readonly status: 'active' | 'suspended' | 'closed';
  readonly lateTasks: number;
  /** Completed, disputed, or cancelled after they began. */
  readonly endedTasks: number;
  readonly recentTasks: number;
  readonly recentCompletedTasks: number;
  readonly writtenOffLoans: number;
}

export const RISK_PARTS = [
  'reputation',
  'maturity',
  'taskHistory',
  'performance',
  'disputes',
  'loanHistory',
  'consistency',
] as const;

export interface RiskPart {
  readonly part: (typeof RISK_PARTS)[number];
  /** To hundredths, for showing; the score is rounded once, from the exact sum. */
  readonly points: number;
  readonly most: number;
  readonly why: string;
}

export type RiskGrade = 'Excellent' | 'Very Good' | 'Good' | 'Fair' | 'Poor';

export interface RiskScore {
  readonly score: number;
  readonly grade: RiskGrade;
  readonly breakdown: readonly RiskPart[];
  /** 0.5 to 1: how much is known of the worker. */
  readonly confidence: number;
  /** USDC, as if eligible: who is, checkAdvanceEligibility says. */
  readonly maxAdvance: string;
  readonly feeBps: number;
}

export interface RiskAssessment extends RiskScore {
  readonly workerId: string;
  readonly inputs: RiskInputs;
}

/** Below it there is no advance. */
export const MIN_ADVANCE_SCORE = 600;
/** USDC; the most a worker can be advanced, whatever it earns. */
export const MAX_ADVANCE = '500';
const BONUS_EARNINGS = toMicros('100');

/** The score with its parts. The SQL function risk_parts computes the same in the same order. */
export function riskScore(facts: RiskFacts): RiskScore {
  const parts: [RiskPart['part'], number, number, string][] = [
    ['reputation', (facts.reputationScore / 1000) * 300, 300, `reputation ${facts.reputationScore} of 1000`],
    [
      'maturity',
      Math.min(facts.accountAgeDays / 90, 1) * 150,
      150,
      `${facts.accountAgeDays} days since registration; full at 90`,
    ],
    [
      'taskHistory',
      Math.min(facts.completedTasks / 50, 1) * 250,
      250,
      `${facts.completedTasks} completed tasks; full at 50`,
    ],
    [
      'performance',
      (facts.completionRate * 0.4 + facts.onTimeRate * 0.4 + (facts.averageRating / 5) * 0.2) * 200,
      200,
      `${percent(facts.completionRate)} completed in 30 days, ${percent(facts.onTimeRate)} in time, rated ${facts.averageRating.toFixed(2)} of 5`,
    ],
    [
      'disputes',
      100 - Math.min(20 * facts.disputes, 100),
      100,
      `${facts.disputes} disputed tasks, 20 points each`,
    ],
    ['loanHistory', loanPoints(facts), 50, loanReason(facts)],
    ['consistency', consistencyPoints(facts), 30, consistencyReason(facts)],
  ];
  const sum = parts.reduce((total, [, points]) => total + points, 0);
  const score = Math.max(0, Math.min(1000, Math.floor(sum + 0.5)));
  return {
    score,
    grade: riskGrade(score),
    breakdown: parts.map(([part, points, most, why]) => ({
      part,
      points: Math.round(points * 100) / 100,
      most,
      why,
    })),
    confidence: confidenceOf(facts),
    maxAdvance: maxAdvance(score, facts.recentEarnings),
    feeBps: riskFeeBps(score),
  };
}

export function riskGrade(score: number): RiskGrade {
  if (score >= 800) return 'Excellent';
  if (score >= 700) return 'Very Good';
  if (score >= 600) return 'Good';
  return score >= 500 ? 'Fair' : 'Poor';
}

/** Hundredths of a percent. */
export function riskFeeBps(score: number): number {
  if (score >= 800) return 200;
  return score >= 600 ? 350 : 500;
}

/** Earnings of 30 days times (0.5 + score / 1000 × 0.3), rounded down to six decimals, 500 at most. */
export function maxAdvance(score: number, recentEarnings: string): string {
  const share = (toMicros(recentEarnings) * BigInt(5000 + 3 * score)) / 10_000n;
  return fromMicros(lessOf(share, toMicros(MAX_ADVANCE)));
}

/** Columns of risk_inputs, counts as numbers. */
export const RISK_COLUMNS = `i.worker_id, i.status, i.reputation_score, i.account_age_days,
  i.completed_tasks::integer, i.late_tasks::integer, i.disputes::integer, i.ended_tasks::integer,
  i.recent_tasks::integer, i.recent_completed_tasks::integer, i.completion_rate, i.on_time_rate, i.average_rating,
  i.loans::integer, i.loans_due::integer, i.loans_on_time::integer, i.open_loan_id, i.written_off_loans::integer,
  i.weekly_deviation, i.recent_earnings`;

/** Throws `not_found` with the reason `worker_not_found`. */
export async function collectRiskInputs(context: Context, workerId: string): Promise<RiskInputs> {
  const [row] = await context.scope.query<object>(
    `select ${RISK_COLUMNS} from :schema.risk_inputs($1) as i`,
    [workerId],
  );
  if (row === undefined) throw workerNotFound(workerId);
  return camelRow<RiskInputs>(row);
}

/** The score as of now: nothing is cached, so nothing is stale. */
export async function calculateRiskScore(context: Context, workerId: string): Promise<RiskAssessment> {
  const inputs = await collectRiskInputs(context, workerId);
  return { workerId, ...riskScore(inputs), inputs };
}

export function workerNotFound(workerId: string): GuildhallError {
  return new GuildhallError('not_found', `Worker ${workerId} not found`, {
    reason: 'worker_not_found',
    field: 'workerId',
    hint: 'listWorkers shows those there are.',
  });
}

function loanPoints({ loansDue, loansOnTime }: RiskFacts): number {
  if (loansDue > 0 && loansOnTime === loansDue) return 50;
  return loansOnTime * 5 < loansDue * 4 ? -50 : 0;
}

function loanReason({ loans, loansDue, loansOnTime }: RiskFacts): string {
  if (loansDue > 0) return `${loansOnTime} of ${loansDue} loans repaid in time`;
  return loans === 0 ? 'no loans yet' : 'a loan that runs says nothing yet';
}

function consistencyPoints({ weeklyDeviation, recentEarnings }: RiskFacts): number {
  if (weeklyDeviation < 50 && toMicros(recentEarnings) > BONUS_EARNINGS) return 30;
  return weeklyDeviation > 150 ? -30 : 0;
}

function consistencyReason({ weeklyDeviation, recentEarnings }: RiskFacts): string {
  return `${recentEarnings} USDC in 30 days, weeks deviate by ${weeklyDeviation.toFixed(2)}`;
}

function confidenceOf({ completedTasks, accountAgeDays, loans }: RiskFacts): number {
  const known = [
    completedTasks >= 10,
    accountAgeDays >= 30,
    completedTasks >= 30,
    accountAgeDays >= 60,
    loans > 0,
  ];
  return (5 + known.filter(Boolean).length) / 10;
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(1)} %`;
}
