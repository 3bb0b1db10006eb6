/** Door of the system `gigs`: workers, platforms, tasks in escrow, payment streams, reputation, advances. */
import { defineSystem } from '../../kernel/index.ts';
import { constraints } from './constraints.ts';
import { defaultAccounts } from './default-accounts.ts';
import { gigsCatalog } from './generated/catalog.ts';
import { gigsSql } from './generated/sql.ts';
import { createGigsRouter } from './routes/index.ts';
import { seedId } from './seed/data.ts';
import { GigsService } from './service.ts';

export {
  ADVANCE_REASONS,
  type AdvanceEligibility,
  type AdvanceReason,
  advanceEligibility,
} from './advances.ts';
export type { AnalyticsPoint, AnalyticsRange, PlatformAnalytics, TopWorker } from './analytics.ts';
export type { TaskName } from './external-tasks.ts';
export type { Tables as GigsTables } from './generated/tables.ts';
export type { ImportRecord } from './import-pages.ts';
export { CHAIN_KINDS, IMPORT_KINDS, importFile, recogniseKind } from './imports/index.ts';
export type { DeadLetter, EventOwner, ReceivedEvent, TaskCompletedEvent } from './inbound.ts';
export { InboundEvents } from './inbound-events.ts';
export { MAX_SKEW_S, type SignedCall, signInbound } from './inbound-signature.ts';
export { type ActiveLoan, DEFAULT_PENALTY, LOAN_STATUSES, type LoanFilter } from './loans.ts';
export type { PlatformChange, WorkerFilter } from './party-changes.ts';
export type { TransactionFilter, WorkerBalance, WorkerPaymentStats } from './payment-reads.ts';
export {
  type BulkPayment,
  MAX_PAYMENTS,
  MIN_WITHDRAWAL,
  type Payment,
  type PaymentInput,
  type Share,
} from './payments.ts';
export {
  type EarningsHistory,
  type EarningsPrediction,
  predictEarnings,
  type WorkerPrediction,
} from './prediction.ts';
export type { WorkerProfile } from './profiles.ts';
export type { ReceivedNotification } from './rail-notifications.ts';
export {
  FINAL_CONFIRMATIONS,
  type PaymentRail,
  type RailDeposit,
  type RailNews,
  type RailNotifications,
  type RailStatus,
  Rails,
  type SendOutcome,
  type SignedNotification,
  type TransferOrder,
} from './rails.ts';
export type { DoneWork, RecordedWork } from './recorded-work.ts';
export type { Reputation, ReputationChange, ReputationRank } from './reputation.ts';
export type { VerificationStats, VerifiedTask } from './reviews.ts';
export {
  maxAdvance,
  type RiskAssessment,
  type RiskFacts,
  type RiskGrade,
  type RiskInputs,
  type RiskPart,
  type RiskScore,
  riskFeeBps,
  riskGrade,
  riskScore,
} from './risk.ts';
export { type SandboxNotification, type SandboxRail, sandboxRail } from './sandbox-rail.ts';
export { GigsService } from './service.ts';
export type {
  DailyTransactions,
  DayRange,
  PlatformStats,
  RiskFactor,
  WorkerEarnings,
  WorkerRiskAssessment,
} from './statistics.ts';
export * from './stream-types.ts';
export {
  MAX_TASK_AMOUNT,
  MAX_TASKS,
  MIN_TASK_AMOUNT,
  type NewTask,
  type TaskEvidence,
} from './task-input.ts';
export type {
  CompletedTask,
  CompleteOptions,
  DisputeOutcome,
  DisputeParty,
  Rating,
  Resolution,
  TaskFilter,
} from './tasks.ts';
export type { TransferOptions } from './transfers.ts';
export * from './types.ts';
export {
  judgeTask,
  type Verdict,
  type VerificationEvidence,
  type VerificationFacts,
  type VerificationResult,
} from './verification.ts';
export type { SignedMessage } from './wallet-proofs.ts';
export { type WalletChallenge, type WalletChallengeInput, Wallets } from './wallets.ts';
export type { DepositInput, WithdrawalInput } from './withdrawals.ts';

export const gigs = defineSystem<GigsService>({
  name: 'gigs',
  title: 'Gigs',
  summary: 'Workers, platforms, tasks paid from escrow, payment streams, reputation, advances.',
  sql: gigsSql,
  catalog: gigsCatalog,
  constraints,
  createService: (scope, settings) => new GigsService(scope, defaultAccounts(scope, settings)),
  accountsOf: (service) => service.accounts,
  createRouter: createGigsRouter,
  seed: (service) => service.seed(),
  demoSignIns: (service) => service.demoSignIns(),
  importFile: (service, request) => service.importFile(request),
  tasks: [
    { name: 'release-holds', everyMs: 1_000, run: (service) => service.releaseHolds() },
    { name: 'work-transfers', everyMs: 1_000, run: (service) => service.workTransfers() },
    { name: 'chase-transfers', everyMs: 60_000, run: (service) => service.chaseTransfers() },
    { name: 'default-loans', everyMs: 60_000, run: (service) => service.defaultOverdueLoans() },
    {
      name: 'release-streams',
      everyMs: 1_000,
      run: async (service) => (await service.releaseDueStreams()).more,
    },
    { name: 'fold-statistics', everyMs: 1_000, run: (service) => service.foldStatistics('rollups') },
    // Less often: the views are exact meanwhile, and one worker's changes of five seconds are one change of the row.
    { name: 'bring-statistics', everyMs: 5_000, run: (service) => service.foldStatistics('columns') },
    { name: 'work-inbound-events', everyMs: 1_000, run: (service) => service.inbound.work() },
    { name: 'purge-accounts', everyMs: 3_600_000, run: (service) => service.accounts.purge() },
  ],
  maySee: (principal, event) => event.audience === principal.id,
  tryFirst: [
    {
      title: 'See what Alice, a worker, has earned',
      command: [
        String.raw`TOKEN=$(curl -s localhost:4477/v1/gigs/auth/login -H 'content-type: application/json' \
  -d '{"email":"alice@example.com","password":"demo123"}' | node -p 'JSON.parse(require("fs").readFileSync(0)).accessToken')`,
        `curl -s localhost:4477/v1/gigs/workers/${seedId('wrk', 1)}/earnings -H "authorization: Bearer $TOKEN"`,
      ].join('\n'),
    },
    {
      title: 'Import real paid tasks',
      command: 'npx guildhall import gigs examples/gigs/swelancer_paid_tasks.csv',
    },
  ],
});
