/** Who may touch what, as far as every system has it alike: the caller, administrators, owners, calls made once. */
import type { TypedResponse } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Actor } from './audit.ts';
import { ADMIN_ROLE, hasRole } from './auth/roles.ts';
import type { Accounts } from './auth/types.ts';
import { GuildhallError } from './errors.ts';
import { callerOf, callerWithRole, idempotent, type Principal, type RouteContext } from './routes.ts';
import type { Instance, Scope } from './system.ts';
import type { Wire } from './wire.ts';

/** A service that can act for somebody, and take part in a transaction. */
export interface ActingService<Service> {
  readonly accounts: Accounts;
  by(actor: Actor): Service;
  on(scope: Scope): Service;
}

/**
 * A thing of somebody else answers 403 and an unknown one 404, as the founding APIs have it. That tells a stranger
 * that an id exists; but ids hold 80 random bits and cannot be guessed, so only who was given the id learns it, and
 * they are told the truth: that it is there and not theirs. Administrators may touch everything.
 */
export class RouteAccess<Service extends ActingService<Service>> {
  protected readonly instance: Instance<Service>;

  constructor(instance: Instance<Service>) {
    this.instance = instance;
  }

  /** The service, acting for the caller; on a public route for nobody. */
  service(c: RouteContext): Service {
    return this.instance.service.by(this.actor(c));
  }

  /** Passwords, sessions and keys, with the caller in the audit trail. */
  accounts(c: RouteContext): Accounts {
    return this.instance.service.accounts.by(callingActor(c));
  }

  /** Runs a POST once for its idempotency key, in a transaction in which the service given takes part. */
  once<S extends ContentfulStatusCode, T>(
    c: RouteContext,
    status: S,
    body: (service: Service) => Promise<T>,
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

  /** Throws unless the caller is the owner or an administrator. */
  owner(c: RouteContext, ownerId: string | null, text?: string): void {
    const caller = callerOf(c);
    if (ownerId !== caller.id && !isAdmin(caller)) throw denied(text);
  }

  /** As whom the service acts. */
  protected actor(c: RouteContext): Actor {
    return callingActor(c);
  }
}

/** The caller as the audit trail names it; on a public route nobody. */
export function callingActor(c: RouteContext): Actor {
  const principal = c.get('principal');
  return { kind: principal?.kind ?? 'anonymous', id: principal?.id ?? null, requestId: c.get('requestId') };
}

export function notFound(noun: string, field = 'id'): GuildhallError {
  return new GuildhallError('not_found', `${noun} not found`, {
    field,
    hint: 'Check the id; a deleted one is gone.',
  });
}

export function denied(text = 'Access denied'): GuildhallError {
  return new GuildhallError('forbidden', text, { reason: 'not_owner', hint: 'It belongs to somebody else.' });
}

export function isAdmin(caller: Principal): boolean {
  return hasRole(caller, ADMIN_ROLE);
}
