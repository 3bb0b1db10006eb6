/** Who may touch what: every route asks here, and nowhere else. */

import type { TypedResponse } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import {
  type Accounts,
  type Actor,
  ADMIN_ROLE,
  callerOf,
  callerWithRole,
  GuildhallError,
  hasRole,
  type Instance,
  idempotent,
  type Principal,
  type RouteContext,
  type Wire,
} from '../../../kernel/index.ts';
import type { AgentsService } from '../service.ts';

/**
 * A thing of somebody else answers 403 and an unknown one 404, as the founding API has it. That tells a stranger
 * that an id exists; but ids hold 80 random bits and cannot be guessed, so only who was given the id learns it, and
 * they are told the truth: that it is there and not theirs. Administrators may touch everything.
 */
export class Access {
  private readonly instance: Instance<AgentsService>;

  constructor(instance: Instance<AgentsService>) {
    this.instance = instance;
  }

  /** The service, acting for the caller; on a public route for nobody. */
  service(c: RouteContext): AgentsService {
    return this.instance.service.by(actorOf(c));
  }

  /** Passwords, sessions and keys, with the caller in the audit trail. */
  accounts(c: RouteContext): Accounts {
    return this.instance.service.accounts.by(actorOf(c));
  }

  /** Runs a POST once for its idempotency key, in a transaction in which the service given takes part. */
  once<S extends ContentfulStatusCode, T>(
    c: RouteContext,
    status: S,
    body: (service: AgentsService) => Promise<T>,
  ): Promise<Response & TypedResponse<Wire<T>, S, 'json'>> {
    const service = this.service(c);
    return idempotent(c, this.instance.scope, { status, body: (scope) => body(service.on(scope)) });
  }

  admin(c: RouteContext): Principal {
    return callerWithRole(c, ADMIN_ROLE);
  }

  /** The caller by password: a key that leaked must not be able to make itself permanent. */
  person(c: RouteContext): Principal {
    const caller = callerOf(c);
    if (caller.via === 'token') return caller;
    throw new GuildhallError('forbidden', 'An API key cannot manage passwords or keys.', {
      reason: 'token_needed',
      hint: 'Sign in and use the access token.',
    });
  }

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

  /** Throws unless the caller is the owner or an administrator. */
  owner(c: RouteContext, ownerId: string | null, text?: string): void {
    const caller = callerOf(c);
    if (ownerId !== caller.id && !isAdmin(caller)) throw denied(text);
  }
}

export function actorOf(c: RouteContext): Actor {
  const principal = c.get('principal');
  return { kind: principal?.kind ?? 'anonymous', id: principal?.id ?? null, requestId: c.get('requestId') };
}

export function notFound(noun: string, field = 'id'): GuildhallError {
  return new GuildhallError('not_found', `${noun} not found`, {
    field,
    hint: 'Check the id; a deleted one is gone.',
  });
}

function denied(text = 'Access denied'): GuildhallError {
  return new GuildhallError('forbidden', text, {
    reason: 'not_owner',
    hint: 'It belongs to another user.',
  });
}

function isAdmin(caller: Principal): boolean {
  return hasRole(caller, ADMIN_ROLE);
}
