/** Balances, earnings, reputation, risk and advances as they look in answers. */
import { z } from '@hono/zod-openapi';
import { anyId, decimalAnswer, timeSchema } from '../../../kernel/index.ts';
import { LOAN_STATUSES } from '../loans.ts';
import { RISK_PARTS } from '../risk.ts';
import { nullableTime, TRANSACTION_STATUSES, TRANSACTION_TYPES, taskSchema, usdc } from './schemas.ts';

export const balanceSchema = z
  .object({
    walletAddress: z.string().nullable(),
    balanceUsdc: usdc('120.25'),
    pendingUsdc: usdc('25').openapi({ description: 'In escrow for completed tasks that are not paid.' }),
    advanceOwedUsdc: usdc('0'),
    lastUpdated: timeSchema(),
  })
  .openapi('Balance');

const count = () => z.int().openapi({ example: 3 });

export const earningsSchema = z
  .object({
    workerId: anyId('wrk'),
    name: z.string(),
    totalTasks: count(),
    completedTasks: count(),
    activeTasks: count(),
    pendingTasks: count(),
    cancelledTasks: count(),
    disputedTasks: count(),
    totalEarned: usdc().openapi({ description: 'Amounts of completed tasks, before fees.' }),
    released: usdc().openapi({ description: 'Of what was paid, by streams.' }),
    paid: usdc(),
    pendingEarnings: usdc(),
    payoutTotal: usdc(),
    payoutCount: count(),
    advanceTotal: usdc(),
    advanceCount: count(),
    repaymentTotal: usdc(),
    repaymentCount: count(),
    feeTotal: usdc(),
    feeCount: count(),
    withdrawalTotal: usdc(),
    withdrawalCount: count(),
    openLoanId: anyId('lon').nullable(),
    openLoanStatus: z.string().nullable(),
    openLoanDue: usdc().nullable(),
    openLoanRepaid: usdc().nullable(),
    openLoanRemaining: usdc().nullable(),
    openLoanDueAt: nullableTime('Null without one.'),
    loans: count(),
    loansRepaid: count(),
    loansDefaulted: count(),
    completionRate: decimalAnswer('95'),
    averageRating: decimalAnswer('4.8'),
    ratings: count(),
    disputeRate: decimalAnswer('0'),
    reputationScore: count(),
    lastActiveAt: timeSchema(),
  })
  .openapi('WorkerEarnings', { description: 'Of everything, not of a page. Rates are percent.' });

export const reputationSchema = z
  .object({
    workerId: anyId('wrk'),
    score: z.int().openapi({ example: 850 }),
    rank: z.enum(['Diamond', 'Platinum', 'Gold', 'Silver', 'Bronze', 'Starter']),
    badges: z.array(z.string()).openapi({ example: ['First Task', 'Reliable'] }),
    percentile: z.number().openapi({ description: 'Percent of all workers whose score is not higher.' }),
    riskScore: z.int().openapi({ example: 871, description: '0 to 1000, as in /risk.' }),
    completedTasks: count(),
    completionRate: z.number(),
    ratings: count(),
    averageRating: z.number(),
    explanation: z.object({
      start: z.int(),
      points: z.array(z.object({ type: z.string(), events: z.int(), points: z.int() })),
    }),
    events: z.array(
      z.object({
        id: anyId('rep'),
        seq: z.int().optional(),
        workerId: anyId('wrk'),
        taskId: anyId('tsk').nullable(),
        eventType: z.string(),
        requestedDelta: z.int(),
        delta: z.int().openapi({ description: 'What was applied.' }),
        previousScore: z.int(),
        newScore: z.int(),
        rating: z.int().nullable(),
        reason: z.string(),
        relatedId: z.string().nullable(),
        metadata: z.unknown(),
        createdAt: timeSchema(),
      }),
    ),
  })
  .openapi('Reputation', { description: 'Start and points add up to the score.' });

const riskFields = {
  score: z.int().openapi({ example: 760, description: '0 to 1000.' }),
  grade: z.enum(['Excellent', 'Very Good', 'Good', 'Fair', 'Poor']),
  breakdown: z.array(
    z.object({ part: z.enum(RISK_PARTS), points: z.number(), most: z.number(), why: z.string() }),
  ),
  confidence: z.number().openapi({ description: '0.5 to 1: how much is known.' }),
  maxAdvance: usdc('250').openapi({ description: 'As if eligible.' }),
  feeBps: z.int().openapi({ example: 350 }),
};
export const riskSchema = z
  .object({
    ...riskFields,
    workerId: anyId('wrk'),
    inputs: z.record(z.string(), z.unknown()).openapi({ description: 'What the score was computed from.' }),
  })
  .openapi('Risk');

const predictionFields = {
  days: z.int().openapi({ example: 7 }),
  predicted: usdc('140'),
  predictedWeek: usdc('140'),
  low: usdc('119'),
  high: usdc('161'),
  confidence: z.enum(['high', 'medium', 'low']),
  safeAdvance: usdc('112'),
  trend: z.number(),
  variation: z.number(),
  historyDays: z.int(),
  meanErrorPercent: z.number(),
};
export const predictionSchema = z
  .object({ ...predictionFields, workerId: anyId('wrk') })
  .openapi('EarningsPrediction');

export const eligibilitySchema = z
  .object({
    workerId: anyId('wrk'),
    eligible: z.boolean(),
    reasons: z
      .array(z.object({ reason: z.string(), message: z.string(), actual: z.string(), required: z.string() }))
      .openapi({ description: 'Everything that is missing.' }),
    minAmount: usdc('1'),
    maxAmount: usdc('112'),
    feeBps: z.int(),
    termDays: z.int(),
    installments: z.int(),
    risk: z.object(riskFields),
    prediction: z.object(predictionFields),
  })
  .openapi('AdvanceEligibility');

const loanFields = {
  id: anyId('lon'),
  workerId: anyId('wrk'),
  amount: usdc('100'),
  fee: usdc('3.5'),
  feeBps: z.int().openapi({ example: 350 }),
  totalDue: usdc('103.5'),
  amountRepaid: usdc('0'),
  status: z.enum(LOAN_STATUSES),
  riskScore: z.int(),
  predictedEarnings: usdc('140'),
  installments: z.int().openapi({ example: 5 }),
  installmentsPaid: z.int(),
  contractAddress: z.string().nullable(),
  disbursedAt: nullableTime('Null before.'),
  repaymentDue: timeSchema(),
  repaidAt: nullableTime('Null before.'),
  defaultedAt: nullableTime('Null unless it was not repaid in time.'),
  writtenOffAt: nullableTime(
    'When it was booked as a loss; it is still owed, and repaid when it is recovered.',
  ),
  createdAt: timeSchema(),
  updatedAt: timeSchema(),
};
export const loanSchema = z.object(loanFields).openapi('Loan');
export const activeLoanSchema = z
  .object({
    ...loanFields,
    remaining: usdc('82.8'),
    installmentAmount: usdc('20.7'),
    progress: z.int().openapi({ example: 20, description: 'Percent.' }),
    repaymentTasksCompleted: z.int(),
    repaymentTasksTarget: z.int(),
  })
  .openapi('ActiveLoan');

const points = z.object({ rule: z.string(), points: z.number(), why: z.string() });
export const verifiedTaskSchema = z
  .object({
    task: taskSchema,
    result: z.object({
      verdict: z.enum(['approve', 'flag', 'reject']),
      confidence: z.number(),
      score: z.number(),
      checks: z.array(z.object({ check: z.string(), passed: z.boolean(), why: z.string() })),
      fraud: z.object({
        points: z.number(),
        level: z.enum(['low', 'medium', 'high']),
        reasons: z.array(points),
      }),
      breakdown: z.array(points),
      reason: z.string(),
    }),
  })
  .openapi('VerifiedTask');

export const platformStatsSchema = z
  .object({
    platformId: anyId('plt'),
    name: z.string(),
    totalTasks: count(),
    completedTasks: count(),
    cancelledTasks: count(),
    activeTasks: count(),
    pendingTasks: count(),
    disputedTasks: count(),
    totalPayouts: usdc(),
    payouts: count(),
    totalFees: usdc(),
    averagePayment: usdc(),
    uniqueWorkers: count(),
    activeWorkers7d: count(),
    activeWorkers30d: count(),
    averageCompletionS: decimalAnswer('3600').nullable(),
    completionRate: decimalAnswer('95'),
  })
  .openapi('PlatformStats');

export const dailyTransactionsSchema = z
  .object({
    transactionDate: z.string().openapi({ format: 'date', example: '2026-01-31' }),
    asset: z.string(),
    txType: z.enum(TRANSACTION_TYPES),
    status: z.enum(TRANSACTION_STATUSES),
    count: count(),
    totalAmount: usdc(),
    totalFees: usdc(),
    averageAmount: usdc(),
  })
  .openapi('DailyTransactions');
