/** Shapes of the system. Amounts are USDC as decimal text, exact to six decimals; times are dates. */
import type { OnceOptions } from './context.ts';

export type { OnceOptions };

export interface Worker {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly walletId: string | null;
  readonly walletAddress: string | null;
  /** When the worker proved it by a signature; null: it was only typed in, and nobody signs in with it. */
  readonly walletVerifiedAt: Date | null;
  readonly status: 'active' | 'suspended' | 'closed';
  readonly reputationScore: number;
  readonly accountAgeDays: number;
  /** Completed tasks. */
  readonly totalTasks: number;
  readonly totalEarned: string;
  /** Percent, as decimal text. */
  readonly completionRate: string;
  readonly averageRating: string;
  readonly disputeRate: string;
  readonly lastActiveAt: Date;
  readonly metadata: unknown;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface Platform {
  readonly id: string;
  readonly name: string;
  readonly contactEmail: string;
  readonly webhookUrl: string | null;
  readonly walletAddress: string | null;
  readonly feeBps: number;
  readonly totalPayouts: string;
  readonly totalTasks: number;
  readonly activeWorkers: number;
  readonly isActive: boolean;
  readonly metadata: unknown;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type TaskStatus = 'pending' | 'active' | 'completed' | 'cancelled' | 'disputed';
export type TaskType = 'fixed' | 'streaming';

export interface Task {
  readonly id: string;
  readonly platformId: string;
  readonly workerId: string | null;
  readonly externalId: string | null;
  readonly taskType: TaskType;
  readonly amount: string;
  readonly status: TaskStatus;
  readonly title: string | null;
  readonly description: string | null;
  readonly metadata: unknown;
  readonly verificationData: unknown;
  readonly completionProof: string | null;
  readonly verificationStatus: 'pending' | 'approved' | 'flagged' | 'rejected';
  readonly verifiedBy: 'auto' | 'manual' | null;
  readonly workerRating: number | null;
  readonly platformRating: number | null;
  readonly escrowedAmount: string;
  readonly paidAmount: string;
  readonly wasDisputed: boolean;
  readonly scheduledAt: Date | null;
  readonly dueAt: Date | null;
  readonly holdUntil: Date | null;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  readonly cancelledAt: Date | null;
  readonly disputedAt: Date | null;
  readonly paidAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type TransactionType =
  | 'payout'
  | 'advance'
  | 'repayment'
  | 'fee'
  | 'refund'
  | 'deposit'
  | 'withdrawal'
  | 'transfer';
export type TransactionStatus = 'pending' | 'processing' | 'completed' | 'failed' | 'cancelled';

export interface GigTransaction {
  readonly id: string;
  readonly workerId: string | null;
  readonly platformId: string | null;
  readonly taskId: string | null;
  readonly streamId: string | null;
  readonly loanId: string | null;
  readonly asset: string;
  readonly txHash: string | null;
  readonly logIndex: number;
  readonly txType: TransactionType;
  /** What is moved, the fee included. */
  readonly amount: string;
  readonly fee: string;
  readonly status: TransactionStatus;
  readonly fromAddress: string | null;
  readonly toAddress: string | null;
  readonly rail: string;
  readonly railReference: string | null;
  readonly blockNumber: number | null;
  readonly blockchainConfirmations: number;
  readonly attempts: number;
  readonly errorMessage: string | null;
  readonly metadata: unknown;
  readonly submittedAt: Date | null;
  readonly processedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface Stream {
  readonly id: string;
  readonly taskId: string;
  readonly platformId: string;
  readonly workerId: string;
  readonly contractAddress: string | null;
  readonly startTime: Date;
  readonly endTime: Date;
  readonly totalAmount: string;
  readonly fundedAmount: string;
  readonly releasedAmount: string;
  readonly remainingAmount: string;
  /** Seconds. */
  readonly releaseInterval: number;
  readonly nextReleaseAt: Date | null;
  readonly status: 'active' | 'paused' | 'insolvent' | 'completed' | 'cancelled';
  readonly pausedAt: Date | null;
  readonly lastReleasedAt: Date | null;
  readonly completedAt: Date | null;
  readonly cancelledAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type LoanStatus =
  | 'pending'
  | 'approved'
  | 'disbursed'
  | 'repaying'
  | 'repaid'
  | 'defaulted'
  | 'written_off'
  | 'cancelled';

export interface Loan {
  readonly id: string;
  readonly workerId: string;
  readonly amount: string;
  readonly fee: string;
  readonly feeBps: number;
  readonly totalDue: string;
  readonly amountRepaid: string;
  readonly status: LoanStatus;
  readonly riskScore: number;
  readonly predictedEarnings: string;
  readonly installments: number;
  readonly installmentsPaid: number;
  /** Of a contract that mirrors the loan. */
  readonly contractAddress: string | null;
  readonly disbursedAt: Date | null;
  readonly repaymentDue: Date;
  readonly repaidAt: Date | null;
  readonly defaultedAt: Date | null;
  /** When what was left was booked as a loss; null: it was not. */
  readonly writtenOffAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface ReputationEvent {
  readonly id: string;
  readonly workerId: string;
  readonly taskId: string | null;
  readonly eventType: string;
  readonly requestedDelta: number;
  /** What was applied. */
  readonly delta: number;
  readonly previousScore: number;
  readonly newScore: number;
  readonly rating: number | null;
  readonly reason: string;
  readonly relatedId: string | null;
  readonly metadata: unknown;
  readonly createdAt: Date;
}

export interface NewWorker {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly walletAddress?: string;
  readonly metadata?: unknown;
}

export interface NewPlatform {
  readonly name: string;
  readonly contactEmail: string;
  readonly password: string;
  readonly webhookUrl?: string;
  readonly walletAddress?: string;
  /** Our fee on its payouts, hundredths of a percent; default 200. */
  readonly feeBps?: number;
  readonly metadata?: unknown;
}
