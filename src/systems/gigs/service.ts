/** The service of `gigs`: every operation by its founding name, each usable inside a transaction. */
import {
  type Accounts,
  type Actor,
  type DemoSignIn,
  type ImportRefusal,
  type ImportReport,
  type ImportRequest,
  type Page,
  type PageRequest,
  type Scope,
  type SeedReport,
  SYSTEM_ACTOR,
  type TransactionOptions,
} from '../../kernel/index.ts';
import * as advances from './advances.ts';
import * as analytics from './analytics.ts';
import type { Context } from './context.ts';
import { defaultAccounts } from './default-accounts.ts';
import * as externalTasks from './external-tasks.ts';
import * as importPages from './import-pages.ts';
import { importFile } from './imports/index.ts';
import { InboundEvents } from './inbound-events.ts';
import * as loans from './loans.ts';
import * as parties from './parties.ts';
import * as partyChanges from './party-changes.ts';
import * as reads from './payment-reads.ts';
import * as payments from './payments.ts';
import * as prediction from './prediction.ts';
import * as profiles from './profiles.ts';
import { Rails } from './rails.ts';
import * as recorded from './recorded-work.ts';
import * as reputation from './reputation.ts';
import * as reviews from './reviews.ts';
import * as risk from './risk.ts';
import { sandboxRail } from './sandbox-rail.ts';
import { demoSignIns, seed } from './seed/index.ts';
import * as statistics from './statistics.ts';
import * as streamLists from './stream-lists.ts';
import type * as st from './stream-types.ts';
import * as streams from './streams.ts';
import type { NewTask, TaskEvidence } from './task-input.ts';
import * as tasks from './tasks.ts';
import * as transfers from './transfers.ts';
import type * as t from './types.ts';
import type { VerificationEvidence } from './verification.ts';
import { Wallets } from './wallets.ts';
import * as withdrawals from './withdrawals.ts';

export class GigsService {
  readonly scope: Scope;
  /** Passwords, sessions and API keys of this instance. */
  readonly accounts: Accounts;
  /** Ways for money to leave; `sandbox` is there from the start. */
  readonly rails: Rails;
  /** Webhooks that platforms send. */
  readonly inbound: InboundEvents;
  /** Wallets that workers sign in with. */
  readonly wallets: Wallets;
  private readonly context: Context;

  constructor(
    scope: Scope,
    accounts: Accounts = defaultAccounts(scope),
    {
      actor = SYSTEM_ACTOR,
      rails = new Rails([sandboxRail(scope)]),
    }: Partial<Pick<Context, 'actor' | 'rails'>> = {},
  ) {
    this.scope = scope;
    this.accounts = accounts;
    this.rails = rails;
    this.context = { scope, accounts, actor, rails };
    this.inbound = new InboundEvents(this.context);
    this.wallets = new Wallets(this.context);
  }

  /** The same service acting for somebody: the audit trail and idempotency keys are theirs. */
  by(actor: Actor): GigsService {
    return new GigsService(this.scope, this.accounts, { actor, rails: this.rails });
  }

  /** The same service over another scope, such as the one inside a transaction. */
  on(scope: Scope): GigsService {
    const { actor, rails } = this.context;
    return new GigsService(scope, this.accounts.on(scope.executor), { actor, rails });
  }

  /** Runs the body with a service whose every method takes part in one transaction. */
  transaction<T>(body: (service: GigsService) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.scope.executor.transaction((tx) => body(this.on(this.scope.on(tx))), options);
  }

  // Imports and demonstration data
  /** Brings a file in; see the kinds in imports/index.ts. */
  importFile(request: ImportRequest): Promise<ImportReport> {
    return importFile({ scope: this.scope, actor: this.context.actor }, request);
  }
  pageImports(
    filter?: PageRequest & { readonly platformId?: string },
  ): Promise<Page<importPages.ImportRecord>> {
    return importPages.pageImports(this.context, filter);
  }
  getImport(id: string): Promise<importPages.ImportRecord> {
    return importPages.getImport(this.context, id);
  }
  pageRefusals(importId: string, request?: PageRequest): Promise<Page<ImportRefusal>> {
    return importPages.pageRefusals(this.context, importId, request);
  }
  /** Writes the demonstration data, once. */
  seed(): Promise<SeedReport> {
    return seed(this.context);
  }
  /** The demonstration accounts that are still there. */
  demoSignIns(): Promise<DemoSignIn[]> {
    return demoSignIns(this.context);
  }

  // Workers and platforms
  registerWorker(input: t.NewWorker, options?: parties.RegisterOptions): Promise<t.Worker> {
    return parties.registerWorker(this.context, input, options);
  }
  registerPlatform(input: t.NewPlatform, options?: parties.RegisterOptions): Promise<t.Platform> {
    return parties.registerPlatform(this.context, input, options);
  }
  getWorker(id: string): Promise<t.Worker | null> {
    return parties.getWorker(this.context, id);
  }
  getPlatform(id: string): Promise<t.Platform | null> {
    return parties.getPlatform(this.context, id);
  }
  getWorkerProfile(id: string): Promise<profiles.WorkerProfile | null> {
    return profiles.getWorkerProfile(this.context, id);
  }

  // Tasks
  createTaskWithAudit(input: NewTask, options?: t.OnceOptions): Promise<t.Task> {
    return tasks.createTaskWithAudit(this.context, input, options);
  }
  createTasks(list: readonly NewTask[], options?: t.OnceOptions): Promise<t.Task[]> {
    return tasks.createTasks(this.context, list, options);
  }
  recordWork(input: recorded.DoneWork, options?: t.OnceOptions): Promise<recorded.RecordedWork> {
    return recorded.recordWork(this.context, input, options);
  }
  assignTask(taskId: string, workerId: string, options: t.OnceOptions = {}): Promise<t.Task> {
    return tasks.assignTask(this.context, taskId, { ...options, workerId });
  }
  claimTask(taskId: string, workerId: string, options: t.OnceOptions = {}): Promise<t.Task> {
    return tasks.claimTask(this.context, taskId, { ...options, workerId });
  }
  startTask(taskId: string, options?: t.OnceOptions): Promise<t.Task> {
    return tasks.startTask(this.context, taskId, options);
  }
  submitTask(taskId: string, input: TaskEvidence & t.OnceOptions): Promise<t.Task> {
    return tasks.submitTask(this.context, taskId, input);
  }
  completeTaskWithReputation(taskId: string, options?: tasks.CompleteOptions): Promise<tasks.CompletedTask> {
    return tasks.completeTaskWithReputation(this.context, taskId, options);
  }
  cancelTask(taskId: string, options?: t.OnceOptions & { readonly reason?: string }): Promise<t.Task> {
    return tasks.cancelTask(this.context, taskId, options);
  }
  disputeTask(
    taskId: string,
    input: t.OnceOptions & { readonly by: tasks.DisputeParty; readonly reason: string },
  ): Promise<t.Task> {
    return tasks.disputeTask(this.context, taskId, input);
  }
  resolveDispute(taskId: string, resolution: t.OnceOptions & tasks.Resolution): Promise<t.Task> {
    return tasks.resolveDispute(this.context, taskId, resolution);
  }
  rateTask(taskId: string, rating: t.OnceOptions & tasks.Rating): Promise<t.Task> {
    return tasks.rateTask(this.context, taskId, rating);
  }
  getTask(id: string): Promise<t.Task | null> {
    return tasks.getTask(this.context, id);
  }
  listTasks(filter?: tasks.TaskFilter): Promise<Page<t.Task>> {
    return tasks.listTasks(this.context, filter);
  }

  // Reputation
  addReputation(workerId: string, input: reputation.ReputationChange): Promise<t.ReputationEvent> {
    return reputation.addReputation(this.context, workerId, input);
  }
  getReputation(workerId: string): Promise<reputation.Reputation | null> {
    return reputation.getReputation(this.context, workerId);
  }
  listReputationEvents(workerId: string, page?: PageRequest): Promise<Page<t.ReputationEvent>> {
    return reputation.listReputationEvents(this.context, workerId, page);
  }
  replayReputation(workerId: string): Promise<number> {
    return reputation.replayReputation(this.context, workerId);
  }

  // Payments
  processPayment(input: payments.PaymentInput, options?: t.OnceOptions): Promise<payments.Payment> {
    return payments.processPayment(this.context, input, options);
  }
  processSplitPayment(
    taskId: string,
    shares: readonly payments.Share[],
    options?: t.OnceOptions,
  ): Promise<payments.Payment[]> {
    return payments.processSplitPayment(this.context, { taskId, shares }, options);
  }
  executeBulkPayments(
    taskIds: readonly string[],
    options?: t.OnceOptions & { readonly rail?: string },
  ): Promise<payments.BulkPayment[]> {
    return payments.executeBulkPayments(this.context, taskIds, options);
  }
  refundTask(taskId: string, options?: t.OnceOptions): Promise<t.GigTransaction> {
    return payments.refundTask(this.context, taskId, options);
  }
  /** Pays approved tasks whose hold is over; true when more may wait. */
  releaseHolds(limit?: number): Promise<boolean> {
    return payments.releaseHolds(this.context, limit);
  }
  getPaymentTransaction(id: string): Promise<t.GigTransaction | null> {
    return reads.getPaymentTransaction(this.context, id);
  }
  getWorkerPayments(workerId: string, limit?: number): Promise<t.GigTransaction[]> {
    return reads.getWorkerPayments(this.context, workerId, limit);
  }
  getWorkerPaymentStats(workerId: string): Promise<reads.WorkerPaymentStats> {
    return reads.getWorkerPaymentStats(this.context, workerId);
  }
  getWorkerBalance(workerId: string): Promise<reads.WorkerBalance> {
    return reads.getWorkerBalance(this.context, workerId);
  }
  listTransactions(filter?: reads.TransactionFilter, request?: PageRequest): Promise<Page<t.GigTransaction>> {
    return reads.listTransactions(this.context, filter, request);
  }

  // Rails
  depositFunds(
    platformId: string,
    amount: string,
    options: t.OnceOptions & { readonly reference?: string; readonly rail?: string } = {},
  ): Promise<t.GigTransaction> {
    return withdrawals.depositFunds(this.context, { ...options, platformId, amount }, options);
  }
  withdraw(
    workerId: string,
    input: Omit<withdrawals.WithdrawalInput, 'workerId'>,
    options?: t.OnceOptions,
  ): Promise<t.GigTransaction> {
    return withdrawals.withdraw(this.context, { ...input, workerId }, options);
  }
  retryFailedPayment(transactionId: string): Promise<t.GigTransaction> {
    return withdrawals.retryFailedPayment(this.context, transactionId);
  }
  /** One round over transfers that are due; true when more may wait. */
  workTransfers(options?: transfers.TransferOptions): Promise<boolean> {
    return transfers.workTransfers(this.context, options);
  }
  chaseTransfers(): Promise<boolean> {
    return transfers.chaseTransfers(this.context);
  }

  // Risk, prediction, advances
  collectRiskInputs(workerId: string): Promise<risk.RiskInputs> {
    return risk.collectRiskInputs(this.context, workerId);
  }
  calculateRiskScore(workerId: string): Promise<risk.RiskAssessment> {
    return risk.calculateRiskScore(this.context, workerId);
  }
  predictEarnings(workerId: string, days?: number): Promise<prediction.WorkerPrediction> {
    return prediction.predictWorkerEarnings(this.context, workerId, days);
  }
  checkAdvanceEligibility(workerId: string): Promise<advances.AdvanceEligibility> {
    return advances.checkAdvanceEligibility(this.context, workerId);
  }
  requestAdvance(
    workerId: string,
    input: { readonly amount: string },
    options?: t.OnceOptions,
  ): Promise<t.Loan> {
    return advances.requestAdvance(this.context, workerId, input, options);
  }
  repayAdvance(workerId: string, amount: string, options?: t.OnceOptions): Promise<t.Loan> {
    return advances.repayAdvance(this.context, workerId, amount, options);
  }
  listLoans(workerId: string, filter?: loans.LoanFilter): Promise<Page<t.Loan>> {
    return loans.listLoans(this.context, workerId, filter);
  }
  getActiveLoan(workerId: string): Promise<loans.ActiveLoan | null> {
    return loans.getActiveLoan(this.context, workerId);
  }
  defaultOverdueLoans(): Promise<boolean> {
    return loans.defaultOverdueLoans(this.context);
  }
  writeOffLoan(loanId: string, input: { readonly reason: string }, options?: t.OnceOptions): Promise<t.Loan> {
    return loans.writeOffLoan(this.context, loanId, input, options);
  }

  // Verification of tasks
  verifyTaskCompletion(taskId: string, evidence?: VerificationEvidence): Promise<reviews.VerifiedTask> {
    return reviews.verifyTaskCompletion(this.context, taskId, evidence);
  }
  reviewTask(
    taskId: string,
    input: { readonly verdict: 'approve' | 'reject'; readonly notes?: string },
  ): Promise<t.Task> {
    return reviews.reviewTask(this.context, taskId, input);
  }
  getVerificationStats(filter?: {
    readonly platformId?: string;
    readonly days?: number;
  }): Promise<reviews.VerificationStats> {
    return reviews.getVerificationStats(this.context, filter);
  }

  // Streams
  createStream(input: st.NewStream, options?: t.OnceOptions): Promise<st.StreamProgress> {
    return streams.createStream(this.context, input, options);
  }
  topUpStream(id: string, amount: string, options?: t.OnceOptions): Promise<st.StreamProgress> {
    return streams.topUpStream(this.context, id, { amount }, options);
  }
  pauseStream(id: string, options?: t.OnceOptions): Promise<st.StreamProgress> {
    return streams.pauseStream(this.context, id, options);
  }
  resumeStream(id: string, options?: t.OnceOptions): Promise<st.StreamProgress> {
    return streams.resumeStream(this.context, id, options);
  }
  cancelStream(id: string, options?: t.OnceOptions): Promise<st.StreamProgress> {
    return streams.cancelStream(this.context, id, options);
  }
  withdrawFromStream(
    id: string,
    input?: { readonly amount?: string },
    options?: t.OnceOptions,
  ): Promise<st.StreamWithdrawal> {
    return streams.withdrawFromStream(this.context, id, input, options);
  }
  releaseDueStreams(limit?: number): Promise<st.ReleaseReport> {
    return streams.releaseDueStreams(this.context, limit);
  }
  getStream(id: string): Promise<st.StreamProgress | null> {
    return streamLists.getStream(this.context, id);
  }
  listStreams(filter?: st.StreamFilter): Promise<Page<st.StreamProgress>> {
    return streamLists.listStreams(this.context, filter);
  }
  getActiveStreams(filter?: st.ActiveStreamFilter): Promise<st.ActiveStream[]> {
    return streamLists.getActiveStreams(this.context, filter);
  }

  // Statistics
  getWorkerEarnings(workerId: string): Promise<statistics.WorkerEarnings | null> {
    return statistics.getWorkerEarnings(this.context, workerId);
  }
  getPlatformStats(platformId: string): Promise<statistics.PlatformStats | null> {
    return statistics.getPlatformStats(this.context, platformId);
  }
  getWorkerRiskAssessment(workerId: string): Promise<statistics.WorkerRiskAssessment | null> {
    return statistics.getWorkerRiskAssessment(this.context, workerId);
  }
  getDailyTransactions(range: statistics.DayRange): Promise<statistics.DailyTransactions[]> {
    return statistics.getDailyTransactions(this.context, range);
  }
  foldStatistics(only?: statistics.FoldPart): Promise<boolean> {
    return statistics.foldStatistics(this.context, only);
  }
  rebuildStatistics(): Promise<number> {
    return statistics.rebuildStatistics(this.context);
  }

  // Lists, and what platforms change and do at once
  listWorkers(filter?: partyChanges.WorkerFilter): Promise<Page<t.Worker>> {
    return partyChanges.listWorkers(this.context, filter);
  }
  updatePlatform(id: string, change: partyChanges.PlatformChange): Promise<t.Platform> {
    return partyChanges.updatePlatform(this.context, id, change);
  }
  rotateInboundSecret(platformId: string): Promise<string> {
    return partyChanges.rotateInboundSecret(this.context, platformId);
  }
  getPlatformAnalytics(
    platformId: string,
    range?: analytics.AnalyticsRange,
  ): Promise<analytics.PlatformAnalytics> {
    return analytics.getPlatformAnalytics(this.context, platformId, range);
  }
  completeAndPay(
    platformId: string,
    input: Parameters<typeof externalTasks.completeAndPay>[2],
  ): ReturnType<typeof externalTasks.completeAndPay> {
    return externalTasks.completeAndPay(this.context, platformId, input);
  }
  startTaskStream(
    platformId: string,
    input: Parameters<typeof externalTasks.startTaskStream>[2],
  ): Promise<st.StreamProgress> {
    return externalTasks.startTaskStream(this.context, platformId, input);
  }
}
