/** The things of this system as they look in answers. */
import { z } from '@hono/zod-openapi';
import { anyId, decimalAnswer, timeSchema } from '../../../kernel/index.ts';

export const WORKER_STATUSES = ['active', 'suspended', 'closed'] as const;
export const TASK_STATUSES = ['pending', 'active', 'completed', 'cancelled', 'disputed'] as const;
export const TASK_TYPES = ['fixed', 'streaming'] as const;
export const TRANSACTION_TYPES = [
  'payout',
  'advance',
  'repayment',
  'fee',
  'refund',
  'deposit',
  'withdrawal',
  'transfer',
] as const;
export const TRANSACTION_STATUSES = ['pending', 'processing', 'completed', 'failed', 'cancelled'] as const;

export const usdc = (example = '25') => decimalAnswer(example);
const percent = (example = '95') =>
  decimalAnswer(example).openapi({ description: 'Percent, as decimal text.' });
export const nullableTime = (description: string) => timeSchema().nullable().openapi({ description });
const jsonValue = z.unknown().openapi({ description: 'JSON as it was given.' });
const text = (example: string) => z.string().openapi({ example });
const nullableText = (description: string) => z.string().nullable().openapi({ description });
const wallet = z
  .string()
  .nullable()
  .openapi({ example: '0x52908400098527886e0f7030069857d2e4169ee7', description: 'Lower case.' });

export const workerSchema = z
  .object({
    id: anyId('wrk'),
    name: text('Alice Johnson'),
    email: text('alice@example.com'),
    walletId: nullableText('Id of the wallet at the payment provider.'),
    walletAddress: wallet,
    walletVerifiedAt: nullableTime(
      'When the worker proved it by a signature; null: it was only typed in, and nobody signs in with it.',
    ),
    status: z.enum(WORKER_STATUSES),
    reputationScore: z.int().openapi({ example: 850, description: '0 to 1000.' }),
    accountAgeDays: z.int(),
    totalTasks: z.int().openapi({ description: 'Completed ones.' }),
    totalEarned: usdc('1250.5'),
    completionRate: percent(),
    averageRating: decimalAnswer('4.8'),
    disputeRate: percent('0'),
    lastActiveAt: timeSchema(),
    metadata: jsonValue,
    createdAt: timeSchema(),
    updatedAt: timeSchema(),
  })
  .openapi('Worker');

export const platformSchema = z
  .object({
    id: anyId('plt'),
    name: text('QuickTask'),
    contactEmail: text('ops@quicktask.example'),
    webhookUrl: z.string().nullable().openapi({ description: 'Null: not told.' }),
    walletAddress: wallet,
    feeBps: z.int().openapi({ example: 200, description: 'Our fee on payouts, hundredths of a percent.' }),
    totalPayouts: usdc('12500'),
    totalTasks: z.int(),
    activeWorkers: z.int().openapi({ description: 'With a task of the last 30 days.' }),
    isActive: z.boolean(),
    metadata: jsonValue,
    createdAt: timeSchema(),
    updatedAt: timeSchema(),
  })
  .openapi('Platform');

const taskFields = {
  id: anyId('tsk'),
  platformId: anyId('plt'),
  workerId: anyId('wrk').nullable().openapi({ description: 'Null while nobody has taken it.' }),
  externalId: nullableText('The platform’s own id.'),
  taskType: z.enum(TASK_TYPES),
  amount: usdc(),
  status: z.enum(TASK_STATUSES),
  title: nullableText('What it is.'),
  description: nullableText('What is to be done.'),
  metadata: jsonValue,
  verificationData: jsonValue,
  completionProof: nullableText('Hash or address of what proves it.'),
  verificationStatus: z.enum(['pending', 'approved', 'flagged', 'rejected']),
  verifiedBy: z.enum(['auto', 'manual']).nullable(),
  workerRating: z.int().nullable().openapi({ description: 'Stars by the platform.' }),
  platformRating: z.int().nullable().openapi({ description: 'Stars by the worker.' }),
  escrowedAmount: usdc().openapi({ description: 'What of the amount lies in escrow.' }),
  paidAmount: usdc('0'),
  wasDisputed: z.boolean(),
  scheduledAt: nullableTime('When it is meant to begin.'),
  dueAt: nullableTime('Completed later it is late.'),
  holdUntil: nullableTime('Not paid before.'),
  startedAt: nullableTime('Null before it began.'),
  completedAt: nullableTime('Null before it was completed.'),
  cancelledAt: nullableTime('Null unless cancelled.'),
  disputedAt: nullableTime('When it was disputed last.'),
  paidAt: nullableTime('When all of it was paid.'),
  createdAt: timeSchema(),
  updatedAt: timeSchema(),
};
export const taskSchema = z.object(taskFields).openapi('Task');
export const completedTaskSchema = z
  .object({
    ...taskFields,
    reputationDelta: z.int().openapi({ example: 10 }),
    reputationScore: z.int().openapi({ example: 510 }),
  })
  .openapi('CompletedTask');

const transactionFields = {
  id: anyId('txn'),
  workerId: anyId('wrk').nullable(),
  platformId: anyId('plt').nullable(),
  taskId: anyId('tsk').nullable(),
  streamId: anyId('str').nullable(),
  loanId: anyId('lon').nullable(),
  asset: text('USDC'),
  txHash: nullableText('Of the chain’s transaction.'),
  logIndex: z.int(),
  txType: z.enum(TRANSACTION_TYPES),
  amount: usdc().openapi({ description: 'What is moved, the fee included.' }),
  fee: usdc('0.5'),
  status: z.enum(TRANSACTION_STATUSES),
  fromAddress: nullableText('Null inside our books.'),
  toAddress: nullableText('Null inside our books.'),
  rail: text('ledger'),
  railReference: nullableText('The rail’s own id.'),
  blockNumber: z.number().nullable(),
  blockchainConfirmations: z.int(),
  attempts: z.int(),
  errorMessage: nullableText('Why it failed last.'),
  metadata: jsonValue,
  submittedAt: nullableTime('When it was handed to the rail.'),
  processedAt: nullableTime('When it was over.'),
  createdAt: timeSchema(),
  updatedAt: timeSchema(),
};
export const transactionSchema = z.object(transactionFields).openapi('Transaction');
export const paymentSchema = z
  .object({
    ...transactionFields,
    net: usdc('24.5').openapi({ description: 'Amount less fee.' }),
    withheld: usdc('0').openapi({ description: 'Taken out of the net amount for an open advance.' }),
    withdrawal: transactionSchema
      .nullable()
      .openapi({ description: 'On to the wallet; null: in the balance.' }),
  })
  .openapi('Payment');

const streamFields = {
  id: anyId('str'),
  taskId: anyId('tsk'),
  platformId: anyId('plt'),
  workerId: anyId('wrk'),
  contractAddress: nullableText('Of a contract that mirrors it.'),
  startTime: timeSchema(),
  endTime: timeSchema(),
  totalAmount: usdc('36'),
  fundedAmount: usdc('36'),
  releasedAmount: usdc('0'),
  remainingAmount: usdc('36'),
  releaseInterval: z.int().openapi({ example: 3600, description: 'Seconds.' }),
  nextReleaseAt: nullableTime('Null unless active.'),
  status: z.enum(['active', 'paused', 'insolvent', 'completed', 'cancelled']),
  pausedAt: nullableTime('Null unless paused.'),
  lastReleasedAt: nullableTime('Null before the first release.'),
  completedAt: nullableTime('Null unless completed.'),
  cancelledAt: nullableTime('Null unless cancelled.'),
  createdAt: timeSchema(),
  updatedAt: timeSchema(),
  feeBps: z.int().openapi({ example: 200 }),
  pausedFor: text('00:00:00').openapi({ description: 'Length of all pauses that are over.' }),
  accrued: usdc('1.5'),
  releasable: usdc('1.5').openapi({ description: 'Accrued and not released.' }),
  percentReleased: percent('0'),
  amountPerRelease: usdc('36'),
  runsOutAt: nullableTime('When its money is used up; null: it is funded in full, or has ended.'),
  estimatedCompletionAt: nullableTime('Null when it lacks money, or was cancelled.'),
};
export const streamSchema = z.object(streamFields).openapi('Stream');
export const streamWithdrawalSchema = z
  .object({ stream: streamSchema, transaction: transactionSchema })
  .openapi('StreamWithdrawal');
export const activeStreamSchema = z
  .object({
    ...streamFields,
    isDue: z.boolean(),
    task: taskSchema,
    worker: workerSchema.pick({ id: true, name: true, walletAddress: true, reputationScore: true }),
    platform: platformSchema.pick({ id: true, name: true, walletAddress: true }),
  })
  .openapi('ActiveStream');
