/** The service of `gigs`: every operation by its founding name, each usable inside a transaction. */
import {
  type Accounts,
  type Actor,
  accountsOn,
  type InstanceSettings,
  type Scope,
  SYSTEM_ACTOR,
  type TransactionOptions,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';
import * as parties from './parties.ts';
import * as statistics from './statistics.ts';
import type * as t from './types.ts';

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
  foldStatistics(): Promise<boolean> {
    return statistics.foldStatistics(this.context);
  }
  rebuildStatistics(): Promise<number> {
    return statistics.rebuildStatistics(this.context);
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
