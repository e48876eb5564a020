/** How a principal element of a resource's policy matches who calls. */
import type { Principal } from '../core/principal.ts';
import type { PrincipalElement } from './policy-document.ts';

/**
 * - `identity`: the user, the role's session, the root or the service itself, or everybody: allows by itself.
 * - `role`: the role of the session: allows within the role's permissions boundary.
 * - `account`: the account delegates to its own identity policies; allows nothing by itself, but a deny counts.
 */
export type PrincipalMatch = 'identity' | 'role' | 'account' | undefined;

/** The strongest match of `element` with `principal`. */
export function matchPrincipal(element: PrincipalElement, principal: Principal): PrincipalMatch {
  // AWS reads {"AWS": "*"} as everybody, services too
  if (element === '*' || element.AWS?.includes('*')) return 'identity';
  if (principal.kind === 'service') {
    return element.Service?.includes(principal.service) ? 'identity' : undefined;
  }
  const ids = element.AWS ?? [];
  if (principal.kind === 'anonymous') return undefined;
  if (ids.includes(principal.arn)) return 'identity';
  if (principal.kind === 'role' && ids.includes(principal.roleArn)) return 'role';
  const isAccount = ids.includes(principal.account) || ids.includes(`arn:aws:iam::${principal.account}:root`);
  if (!isAccount) return undefined;
  return principal.kind === 'root' ? 'identity' : 'account';
}
