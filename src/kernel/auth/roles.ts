/** What a caller may do: refused unless a role says otherwise. */
import { GuildhallError } from '../errors.ts';
import type { Principal } from '../routes.ts';

/** Role whose holders see everything in their instance. */
export const ADMIN_ROLE = 'admin';

export function hasRole(principal: Principal | undefined, role: string): boolean {
  return principal?.roles.includes(role) === true;
}

/** The caller, or `unauthenticated` when nobody has proven who they are. */
export function requirePrincipal(principal: Principal | undefined): Principal {
  if (principal !== undefined) return principal;
  throw new GuildhallError('unauthenticated', 'No credentials were sent.', {
    reason: 'credentials_missing',
    hint: 'Send Authorization: Bearer with an access token or an API key.',
  });
}

/** The caller when they have the role; `forbidden` when not, `unauthenticated` when there is none. */
export function requireRole(principal: Principal | undefined, role: string): Principal {
  const caller = requirePrincipal(principal);
  if (hasRole(caller, role)) return caller;
  throw new GuildhallError('forbidden', `This needs the role ${role}.`, {
    reason: 'role_missing',
    details: { role },
  });
}
