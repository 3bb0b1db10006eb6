/** Who may touch what: every route asks here, and nowhere else. */
import {
  type Actor,
  callerOf,
  callingActor,
  denied,
  GuildhallError,
  type Instance,
  isAdmin,
  notFound,
  type Principal,
  RouteAccess,
  type RouteContext,
  readWalletSettings,
  type WalletSite,
} from '../../../kernel/index.ts';
import type { GigsService } from '../service.ts';
import type { StreamProgress } from '../stream-types.ts';
import type { Task } from '../types.ts';

/** Which side of a task a call belongs to. */
export type Side = 'platform' | 'worker' | 'either';

export class Access extends RouteAccess<GigsService> {
  /** Where wallets sign in. */
  readonly wallets: WalletSite;

  constructor(instance: Instance<GigsService>) {
    super(instance);
    this.wallets = readWalletSettings(instance.settings.wallets);
  }

  /**
   * Throws unless the worker is the caller, by token. A wallet is a way in: nobody gives one to somebody else, be it
   * an administrator, and a key that leaked must not become one.
   */
  async ownWallet(c: RouteContext, service: GigsService, id: string): Promise<void> {
    await this.worker(c, service, id);
    if (this.person(c).id !== id) throw denied('Only the worker links a wallet');
  }

  /** Throws unless the worker is there, and is the caller or the caller an administrator. */
  async worker(c: RouteContext, service: GigsService, id: string): Promise<void> {
    const caller = callerOf(c);
    const isOwn = caller.id === id && caller.kind === 'worker';
    if (!isOwn && (await service.getWorker(id)) === null) throw notFound('Worker');
    this.owner(c, id);
  }

  /** Throws unless the platform is there, and is the caller or the caller an administrator. */
  async platform(c: RouteContext, service: GigsService, id: string): Promise<void> {
    const caller = callerOf(c);
    const isOwn = caller.id === id && caller.kind === 'platform';
    if (!isOwn && (await service.getPlatform(id)) === null) throw notFound('Platform');
    this.owner(c, id);
  }

  /** The task, when it is the caller's on that side. */
  async task(c: RouteContext, service: GigsService, { id, side }: { id: string; side: Side }): Promise<Task> {
    const task = await service.getTask(id);
    if (task === null) throw notFound('Task');
    this.side(c, task, side);
    return task;
  }

  /** The task, when the caller may see it: its sides, and every worker while nobody has taken it. */
  async seenTask(c: RouteContext, service: GigsService, id: string): Promise<Task> {
    const task = await service.getTask(id);
    if (task === null) throw notFound('Task');
    const isOpen = task.status === 'pending' && task.workerId === null;
    if (!isOpen || callerOf(c).kind !== 'worker') this.side(c, task, 'either');
    return task;
  }

  /** The stream, when it is the caller's on that side. */
  async stream(
    c: RouteContext,
    service: GigsService,
    { id, side }: { id: string; side: Side },
  ): Promise<StreamProgress> {
    const stream = await service.getStream(id);
    if (stream === null) throw notFound('Stream');
    this.side(c, stream, side);
    return stream;
  }

  /** A worker acts for itself; an administrator names the worker. */
  actingWorker(c: RouteContext, wanted: string | undefined): string {
    return this.acting(c, { kind: 'worker', wanted, field: 'workerId' });
  }

  /** A platform acts for itself; an administrator names the platform. */
  actingPlatform(c: RouteContext, wanted: string | undefined): string {
    return this.acting(c, { kind: 'platform', wanted, field: 'platformId' });
  }

  /** Whose things a list shows: the caller's; for an administrator everybody's, or those asked for. */
  listed(
    c: RouteContext,
    wanted: { readonly workerId?: string; readonly platformId?: string },
  ): { readonly workerId?: string; readonly platformId?: string } {
    const caller = callerOf(c);
    if (isAdmin(caller)) return wanted;
    const own = caller.kind === 'worker' ? wanted.workerId : wanted.platformId;
    if (own !== undefined && own !== caller.id) throw denied();
    return caller.kind === 'worker'
      ? { ...wanted, workerId: caller.id }
      : { ...wanted, platformId: caller.id };
  }

  /** Whose things a list shows that is for platforms and administrators only. */
  platformsOnly(c: RouteContext, wanted: string | undefined): { readonly platformId?: string } {
    const caller = callerOf(c);
    if (!isAdmin(caller) && caller.kind !== 'platform') throw denied();
    return this.listed(c, wanted === undefined ? {} : { platformId: wanted });
  }

  /** Which side of a task the caller is on; an administrator is the house. */
  partyOf(c: RouteContext, task: Pick<Task, 'workerId'>): 'platform' | 'worker' | 'system' {
    const caller = callerOf(c);
    if (isAdmin(caller)) return 'system';
    return caller.id === task.workerId ? 'worker' : 'platform';
  }

  /** An administrator acts for the house, whatever else its account is: the rules for sides are not for it. */
  protected override actor(c: RouteContext): Actor {
    const principal = c.get('principal');
    const actor = callingActor(c);
    return principal !== undefined && isAdmin(principal) ? { ...actor, kind: 'admin' } : actor;
  }

  private side(
    c: RouteContext,
    { platformId, workerId }: { readonly platformId: string; readonly workerId: string | null },
    side: Side,
  ): void {
    const isWorkers = side === 'worker' || (side === 'either' && callerOf(c).id === workerId);
    this.owner(c, isWorkers ? workerId : platformId);
  }

  private acting(
    c: RouteContext,
    { kind, wanted, field }: { kind: string; wanted: string | undefined; field: string },
  ): string {
    const caller: Principal = callerOf(c);
    if (isAdmin(caller)) {
      if (wanted !== undefined) return wanted;
      throw new GuildhallError('invalid_input', `An administrator names the ${kind}.`, {
        field,
        hint: `Pass ${field}.`,
      });
    }
    if (caller.kind !== kind) throw denied();
    if (wanted !== undefined) this.owner(c, wanted);
    return caller.id;
  }
}
