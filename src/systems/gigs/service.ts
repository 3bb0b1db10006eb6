/** The service of `gigs`: every operation by its founding name, each usable inside a transaction. */
import {
  type Accounts,
  type Actor,
  accountsOn,
  type InstanceSettings,
  type Page,
  type Scope,
  SYSTEM_ACTOR,
  type TransactionOptions,
} from '../../kernel/index.ts';
import * as advances from './advances.ts';
import type { Context } from './context.ts';
import * as loans from './loans.ts';
import * as parties from './parties.ts';
import * as prediction from './prediction.ts';
import * as reviews from './reviews.ts';
import * as risk from './risk.ts';
import type * as t from './types.ts';
import type { TaskEvidence } from './verification.ts';

export class GigsService {
  readonly scope: Scope;
  /** Passwords, sessions and API keys of this instance. */
  readonly accounts: Accounts;
  private readonly context: Context;

  constructor(scope: Scope, accounts: Accounts = defaultAccounts(scope), actor: Actor = SYSTEM_ACTOR) {
    this.scope = scope;
    this.accounts = accounts;
    this.context = { scope, accounts, actor };
  }

  /** The same service acting for somebody: the audit trail and idempotency keys are theirs. */
  by(actor: Actor): GigsService {
    return new GigsService(this.scope, this.accounts, actor);
  }

  /** The same service over another scope, such as the one inside a transaction. */
  on(scope: Scope): GigsService {
    return new GigsService(scope, this.accounts.on(scope.executor), this.context.actor);
  }

  /** Runs the body with a service whose every method takes part in one transaction. */
  transaction<T>(body: (service: GigsService) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.scope.executor.transaction((tx) => body(this.on(this.scope.on(tx))), options);
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
  verifyTaskCompletion(taskId: string, evidence?: TaskEvidence): Promise<reviews.VerifiedTask> {
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
}

export function defaultAccounts(scope: Scope, settings: InstanceSettings = {}): Accounts {
  return accountsOn(scope, {
    ...(settings.tokenSecrets === undefined ? {} : { secrets: settings.tokenSecrets }),
    accessTtlS: 3_600,
    refreshTtlS: 7 * 86_400,
    loginField: 'email',
    loginRule: parties.EMAIL,
    messages: {
      invalidLogin: 'Invalid email format',
      shortPassword: 'Password must be at least 8 characters',
      loginTaken: 'Email already registered',
      badCredentials: 'Invalid email or password',
      badRefreshToken: 'Invalid refresh token',
    },
  });
}
