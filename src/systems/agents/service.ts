/** The service of `agents`: every operation by its founding name, each usable inside a transaction. */
import {
  type Accounts,
  type Actor,
  type AuditEntry,
  accountsOn,
  type DemoSignIn,
  GuildhallError,
  type ImportRefusal,
  type ImportReport,
  type ImportRequest,
  type InstanceSettings,
  listAudit,
  type Page,
  type PageRequest,
  type Scope,
  type SeedReport,
  SYSTEM_ACTOR,
  type TransactionOptions,
} from '../../kernel/index.ts';
import * as activities from './activities.ts';
import * as agents from './agents.ts';
import * as budgetPages from './budget-pages.ts';
import * as budgets from './budgets.ts';
import type { Context } from './context.ts';
import * as costs from './costs.ts';
import { type Dashboard, getDashboard } from './dashboard.ts';
import * as importPages from './import-pages.ts';
import { importFile } from './imports/index.ts';
import * as organizations from './organizations.ts';
import { loadPriceTable } from './price-loading.ts';
import * as prices from './prices.ts';
import type { ProjectFilter } from './project-pages.ts';
import * as projects from './projects.ts';
import type { Provisioner } from './provisioner.ts';
import * as quotes from './quotes.ts';
import { workOnRunner } from './runner-work.ts';
import * as runners from './runners.ts';
import { demoSignIns, seed } from './seed.ts';
import * as spend from './spend.ts';
import type * as t from './types.ts';
import * as userAccounts from './user-accounts.ts';
import * as users from './users.ts';

export class AgentsService {
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
  by(actor: Actor): AgentsService {
    return new AgentsService(this.scope, this.accounts, actor);
  }

  /** The same service over another scope, such as the one inside a transaction. */
  on(scope: Scope): AgentsService {
    return new AgentsService(scope, this.accounts.on(scope.executor), this.context.actor);
  }

  /** Runs the body with a service whose every method takes part in one transaction. */
  transaction<T>(body: (service: AgentsService) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.scope.executor.transaction((tx) => body(this.on(this.scope.on(tx))), options);
  }

  /** Checks that the database answers; may be called any number of times. */
  async connect(): Promise<void> {
    await this.scope.query('select 1');
  }

  /** Founding name. The connection pool belongs to whoever opened the database; close it there. */
  async disconnect(): Promise<void> {}

  createUser(input: t.NewUser): Promise<t.User> {
    return users.createUser(this.context, input);
  }
  getUserById(id: string): Promise<t.User | null> {
    return users.getUserById(this.context, id);
  }
  getUserByEmail(email: string): Promise<t.User | null> {
    return users.getUserByEmail(this.context, email);
  }
  getUserByEmailWithPassword(email: string): Promise<(t.User & { readonly password: string | null }) | null> {
    return users.getUserByEmailWithPassword(this.context, email);
  }
  listUsers(options?: t.ListOptions): Promise<t.User[]> {
    return users.listUsers(this.context, options);
  }
  pageUsers(request?: PageRequest): Promise<Page<t.User>> {
    return users.pageUsers(this.context, request);
  }
  updateUser(id: string, change: { readonly name: string | null }): Promise<t.User> {
    return users.updateUser(this.context, id, change);
  }
  updateUserRefreshToken(id: string, token: string | null): Promise<t.User> {
    return users.updateUserRefreshToken(this.context, id, token);
  }
  deleteUser(id: string): Promise<boolean> {
    return users.deleteUser(this.context, id);
  }

  /** Creates a user with a personal organization that the user owns. */
  registerUser(input: t.NewUser): Promise<organizations.Registration> {
    return organizations.registerUser(this.context, input);
  }
  pageOrganizations(
    request: PageRequest & { readonly userId: string },
  ): Promise<Page<organizations.Membership>> {
    return organizations.pageOrganizations(this.context, request);
  }
  pageUserAccounts(request?: PageRequest): Promise<Page<userAccounts.UserAccount>> {
    return userAccounts.pageUserAccounts(this.context, request);
  }
  getUserAccount(id: string): Promise<userAccounts.UserAccount> {
    return userAccounts.getUserAccount(this.context, id);
  }
  changeUserAccount(id: string, change: userAccounts.AccountChange): Promise<userAccounts.UserAccount> {
    return userAccounts.changeUserAccount(this.context, id, change);
  }

  createProject(input: t.NewProject, options?: t.CreateOptions): Promise<t.Project> {
    return projects.createProject(this.context, input, options);
  }
  getProjectById(id: string, includes?: t.ProjectIncludes): Promise<t.ProjectWithRelations | null> {
    return projects.getProjectById(this.context, id, includes);
  }
  getProjectSummary(id: string): Promise<projects.ProjectSummary | null> {
    return projects.getProjectSummary(this.context, id);
  }
  getProjectOwners(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return projects.getProjectOwners(this.context, ids);
  }
  listProjectsByUser(userId: string, options?: t.ListOptions): Promise<t.Project[]> {
    return projects.listProjectsByUser(this.context, userId, options);
  }
  pageProjectSummaries(
    request?: PageRequest & { readonly userId?: string },
  ): Promise<Page<projects.ProjectSummary>> {
    return projects.pageProjectSummaries(this.context, request);
  }
  updateProject(id: string, change: t.ProjectChange): Promise<t.Project> {
    return projects.updateProject(this.context, id, change);
  }
  deleteProject(id: string): Promise<boolean> {
    return projects.deleteProject(this.context, id);
  }

  createAgent(input: t.NewAgent, options?: t.CreateOptions): Promise<t.Agent> {
    return agents.createAgent(this.context, input, options);
  }
  getAgentById(
    id: string,
    options?: { readonly includeProject?: boolean },
  ): Promise<(t.Agent & { readonly project?: t.Project }) | null> {
    return agents.getAgentById(this.context, id, options);
  }
  listAgentsByProject(projectId: string, options?: t.ListOptions): Promise<t.Agent[]> {
    return agents.listAgentsByProject(this.context, projectId, options);
  }
  getAgentSummary(id: string): Promise<agents.AgentSummary | null> {
    return agents.getAgentSummary(this.context, id);
  }
  pageAgents(filter?: agents.AgentFilter): Promise<Page<agents.AgentSummary>> {
    return agents.pageAgents(this.context, filter);
  }
  updateAgent(id: string, change: t.AgentChange): Promise<t.Agent> {
    return agents.updateAgent(this.context, id, change);
  }
  changeAgent(id: string, change: t.AgentChange): ReturnType<typeof agents.changeAgent> {
    return agents.changeAgent(this.context, id, change);
  }
  appendAgentLogs(id: string, lines: readonly string[]): Promise<void> {
    return agents.appendAgentLogs(this.context, id, lines);
  }
  getAgentLogs(id: string, options?: { readonly after?: string }): Promise<agents.AgentLogs | null> {
    return agents.getAgentLogs(this.context, id, options);
  }
  getAgentOwner(id: string): Promise<{ readonly projectId: string; readonly userId: string } | null> {
    return agents.getAgentOwner(this.context, id);
  }

  createCost(input: t.NewCost, options?: t.CreateOptions): Promise<t.Cost> {
    return costs.createCost(this.context, input, options);
  }
  bulkCreateCosts(inputs: readonly t.NewCost[], options?: t.CreateOptions): Promise<costs.BulkResult> {
    return costs.bulkCreateCosts(this.context, inputs, options);
  }
  getCostById(id: string): Promise<t.Cost | null> {
    return costs.getCostById(this.context, id);
  }
  getCostsByProject(projectId: string, options?: t.ListOptions): Promise<t.Cost[]> {
    return costs.getCostsByProject(this.context, projectId, options);
  }
  getCostsByTimeRange(start: Date, end: Date, options?: t.ListOptions): Promise<t.Cost[]> {
    return costs.getCostsByTimeRange(this.context, start, end, options);
  }
  pageCosts(filter?: costs.CostFilter): Promise<Page<t.Cost>> {
    return costs.pageCosts(this.context, filter);
  }
  getTotalCostByProject(projectId: string): Promise<string> {
    return spend.getTotalCostByProject(this.context, projectId);
  }
  getSpendByProject(projectId: string): Promise<spend.Spend> {
    return spend.getSpendByProject(this.context, projectId);
  }
  getDailySpend(filter?: spend.SpendFilter): Promise<spend.DailySpend[]> {
    return spend.getDailySpend(this.context, filter);
  }
  /** Folds appended spend into the rollups; true when more is waiting. Runs by itself every second. */
  foldSpend(): Promise<boolean> {
    return spend.foldSpend(this.context);
  }
  /** Makes the rollups anew from the costs, after `verify` found them broken; returns how many projects have spend. */
  rebuildSpend(): Promise<number> {
    return spend.rebuildSpend(this.context);
  }

  createActivity(input: t.NewActivity, options?: t.CreateOptions): Promise<t.Activity> {
    return activities.createActivity(this.context, input, options);
  }
  bulkCreateActivities(inputs: readonly t.NewActivity[], options?: t.CreateOptions): Promise<number> {
    return activities.bulkCreateActivities(this.context, inputs, options);
  }
  getActivitiesByProject(
    projectId: string,
    options?: { readonly limit?: number; readonly offset?: number },
  ): Promise<t.Activity[]> {
    return activities.getActivitiesByProject(this.context, projectId, options);
  }
  getRecentActivities(
    userId: string,
    limit?: number,
  ): Promise<(t.Activity & { readonly project: t.Project })[]> {
    return activities.getRecentActivities(this.context, userId, limit);
  }
  pageActivities(filter?: ProjectFilter): Promise<Page<t.Activity>> {
    return activities.pageActivities(this.context, filter);
  }

  createBudget(input: budgets.NewBudget, options?: t.CreateOptions): Promise<budgets.Budget> {
    return budgets.createBudget(this.context, input, options);
  }
  getBudget(id: string): Promise<budgets.Budget> {
    return budgets.getBudget(this.context, id);
  }
  listBudgets(
    filter?: t.ListOptions & { readonly projectId?: string; readonly userId?: string },
  ): Promise<budgets.Budget[]> {
    return budgets.listBudgets(this.context, filter);
  }
  pageBudgets(filter?: ProjectFilter): Promise<Page<budgets.Budget>> {
    return budgetPages.pageBudgets(this.context, filter);
  }
  updateBudget(
    id: string,
    change: { readonly limit?: string; readonly thresholds?: readonly string[] },
  ): Promise<budgets.Budget> {
    return budgets.updateBudget(this.context, id, change);
  }
  deleteBudget(id: string): Promise<boolean> {
    return budgets.deleteBudget(this.context, id);
  }
  reserveBudget(input: budgets.NewReservation, options?: t.CreateOptions): Promise<budgets.Reservation> {
    return budgets.reserveBudget(this.context, input, options);
  }
  settleReservation(
    id: string,
    actual: Omit<t.NewCost, 'projectId' | 'agentId'>,
  ): Promise<budgets.Settlement> {
    return budgets.settleReservation(this.context, id, actual);
  }
  releaseReservation(id: string): Promise<budgets.Reservation> {
    return budgets.releaseReservation(this.context, id);
  }
  getReservation(id: string): Promise<budgets.Reservation | null> {
    return budgets.getReservation(this.context, id);
  }
  pageReservations(filter?: budgetPages.ReservationFilter): Promise<Page<budgets.Reservation>> {
    return budgetPages.pageReservations(this.context, filter);
  }
  /** Closes reservations whose time is over; true when more are waiting. Runs by itself every second. */
  expireReservations(): Promise<boolean> {
    return budgets.expireReservations(this.context);
  }

  createRunner(input: runners.NewRunner, options?: t.CreateOptions): Promise<runners.Runner> {
    return runners.createRunner(this.context, input, options);
  }
  getRunnerById(id: string): Promise<runners.Runner | null> {
    return runners.getRunnerById(this.context, id);
  }
  pageRunners(
    request?: PageRequest & { readonly userId?: string; readonly status?: string },
  ): Promise<Page<runners.Runner>> {
    return runners.pageRunners(this.context, request);
  }
  deleteRunner(id: string): Promise<boolean> {
    return runners.deleteRunner(this.context, id);
  }
  /** Makes or removes the machine of one waiting runner; true when there was one. Runs by itself every second. */
  workOnRunner(provisioner?: Provisioner): Promise<boolean> {
    return workOnRunner(this.context, provisioner);
  }

  pageImports(filter?: ProjectFilter): Promise<Page<importPages.ImportRecord>> {
    return importPages.pageImports(this.context, filter);
  }
  getImport(id: string): Promise<importPages.ImportRecord> {
    return importPages.getImport(this.context, id);
  }
  pageRefusals(importId: string, request?: PageRequest): Promise<Page<ImportRefusal>> {
    return importPages.pageRefusals(this.context, importId, request);
  }

  /** Brings a file in: a log of calls, agent runs, or a price table; a second time adds nothing. */
  importFile(request: ImportRequest): Promise<ImportReport> {
    return importFile({ scope: this.scope, actor: this.context.actor }, request);
  }

  /** Enters a price by hand; an absurd one is refused with `implausible_price` unless it is said to be meant. */
  setPrice(price: prices.NewPrice): Promise<prices.ModelPrice> {
    return prices.setPrice(this.scope, price, this.context.actor);
  }
  findPrice(wanted: Parameters<typeof prices.findPrice>[1]): ReturnType<typeof prices.findPrice> {
    return prices.findPrice(this.scope, wanted);
  }
  listPrices(filter?: prices.PriceFilter): Promise<Page<prices.ModelPrice>> {
    return prices.listPrices(this.scope, filter);
  }
  /** What usage would cost, kind by kind; amount null where a price is unknown. */
  quote(call: quotes.UsageToPrice): Promise<quotes.Quote> {
    return quotes.quote(this.scope, call);
  }
  /** Reads a price table: `genai`, `litellm` or our own `list`. */
  loadPriceTable(...table: Tail<Parameters<typeof loadPriceTable>>): ReturnType<typeof loadPriceTable> {
    return loadPriceTable(this.scope, ...table);
  }
  /** Prices the costs that had no price when they were recorded. */
  repriceCosts(options?: Parameters<typeof quotes.reprice>[1]): ReturnType<typeof quotes.reprice> {
    return quotes.reprice(this.scope, options);
  }

  getDashboard(userId: string): Promise<Dashboard> {
    return getDashboard(this.context, userId);
  }
  listAudit(request?: PageRequest & { readonly subject?: string }): Promise<Page<AuditEntry>> {
    return listAudit(this.scope, request);
  }
  seed(): Promise<SeedReport> {
    return seed(this.context);
  }

  /** Demonstration accounts that are still there, for the banner. */
  demoSignIns(): Promise<DemoSignIn[]> {
    return demoSignIns(this.context);
  }

  /** Deletes every user with all that is theirs. Throws `forbidden` when NODE_ENV is production. */
  async clearAll(): Promise<void> {
    if (process.env.NODE_ENV === 'production') {
      throw new GuildhallError('forbidden', 'clearAll() is not allowed in production', {
        hint: 'Delete users one by one.',
      });
    }
    await this.scope.query('delete from :schema.accounts');
  }
}

/** Parameters after the first one, which is the scope. */
type Tail<List extends readonly unknown[]> = List extends [unknown, ...infer Rest] ? Rest : never;

/** Texts and times of this system's API. */
export function defaultAccounts(scope: Scope, settings: InstanceSettings = {}): Accounts {
  return accountsOn(scope, {
    ...(settings.tokenSecrets === undefined ? {} : { secrets: settings.tokenSecrets }),
    accessTtlS: 3_600,
    refreshTtlS: 7 * 86_400,
    loginField: 'email',
    loginRule: users.EMAIL,
    messages: {
      invalidLogin: 'Invalid email format',
      shortPassword: 'Password must be at least 8 characters',
      loginTaken: 'User with this email already exists',
      badCredentials: 'Invalid email or password',
      badRefreshToken: 'Invalid refresh token',
    },
  });
}
