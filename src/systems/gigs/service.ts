/** The service of `gigs`: every operation by its founding name, each usable inside a transaction. */
import {
  type Accounts,
  type Actor,
  accountsOn,
  type InstanceSettings,
  type Page,
  type PageRequest,
  type Scope,
  SYSTEM_ACTOR,
  type TransactionOptions,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';
import * as parties from './parties.ts';
import * as profiles from './profiles.ts';
import * as reputation from './reputation.ts';
import type { NewTask, TaskEvidence } from './task-input.ts';
import * as tasks from './tasks.ts';
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
