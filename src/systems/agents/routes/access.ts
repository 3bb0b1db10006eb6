/** Who may touch what: every route asks here, and nowhere else. */

import {
  callerOf,
  denied,
  isAdmin,
  notFound,
  RouteAccess,
  type RouteContext,
} from '../../../kernel/index.ts';
import type { AgentsService } from '../service.ts';

export class Access extends RouteAccess<AgentsService> {
  /** Whose things a list shows: the caller's; for an administrator everybody's, or those of the user asked for. */
  listed(c: RouteContext, wanted: string | undefined): { readonly userId?: string } {
    const caller = callerOf(c);
    if (isAdmin(caller)) return wanted === undefined ? {} : { userId: wanted };
    if (wanted === undefined || wanted === caller.id) return { userId: caller.id };
    throw denied();
  }

  /** Throws unless the caller may use all these projects; `field` names the input that named the project. */
  async projects(
    c: RouteContext,
    service: AgentsService,
    named: readonly { readonly id: string; readonly field: string }[],
  ): Promise<void> {
    const owners = await service.getProjectOwners([...new Set(named.map(({ id }) => id))]);
    for (const { id, field } of named) {
      const owner = owners.get(id);
      if (owner === undefined) throw notFound('Project', field);
      this.owner(c, owner);
    }
  }

  async project(c: RouteContext, service: AgentsService, id: string): Promise<void> {
    await this.projects(c, service, [{ id, field: 'projectId' }]);
  }

  /** The project of a run that the caller may use. */
  async run(c: RouteContext, service: AgentsService, id: string): Promise<string> {
    const found = await service.getAgentOwner(id);
    if (found === null) throw notFound('Agent');
    this.owner(c, found.userId);
    return found.projectId;
  }

  /** What a list shows: the rows of the project or run named, once the caller may see it; else those of `listed`. */
  async shown(
    c: RouteContext,
    service: AgentsService,
    wanted: { readonly projectId?: string; readonly agentId?: string; readonly userId?: string },
  ): Promise<{ readonly projectId?: string; readonly userId?: string }> {
    const { projectId, agentId, userId } = wanted;
    const listed = this.listed(c, userId);
    if (projectId !== undefined) await this.project(c, service, projectId);
    const ofRun = agentId === undefined ? undefined : await this.run(c, service, agentId);
    const narrowed = projectId ?? ofRun;
    if (narrowed === undefined) return listed;
    return { projectId: narrowed, ...(userId === undefined ? {} : { userId }) };
  }

  /** A thing that was looked up and belongs to a project: not there, somebody else's, or itself. */
  async within<T extends { readonly projectId: string }>(
    c: RouteContext,
    service: AgentsService,
    { noun, thing }: { readonly noun: string; readonly thing: T | null },
  ): Promise<T> {
    if (thing === null) throw notFound(noun);
    await this.project(c, service, thing.projectId);
    return thing;
  }
}
