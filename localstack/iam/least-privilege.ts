/** Finds what a role's policies allow and nothing needed, from the calls that were recorded. */
import type { CallRecord } from '../core/call-log.ts';
import type { Principal } from '../core/principal.ts';
import { roleSession } from '../core/principals.ts';
import { evaluate, type NamedPolicy } from './evaluate.ts';
import { parsePolicy } from './policy-document.ts';
import { requestContext } from './request-context.ts';

/** A statement of a policy, by its position. */
export interface StatementPosition {
  readonly policy: string;
  /** 0-based. */
  readonly index: number;
  /** Sid, or the index as text. */
  readonly id: string;
}

/**
 * Whether a recorded call would still be allowed with these identity policies instead of those it was made with. The
 * resource's policy is taken as it was: it sufficed, or it did not.
 */
export function isStillAllowed(call: CallRecord, policies: readonly NamedPolicy[]): boolean {
  if (call.byResource || call.isFree) return true;
  const principal = principalOf(call);
  const facts = { now: new Date(call.time), region: call.region };
  return evaluate({
    principal,
    action: call.action,
    resource: call.resource,
    context: requestContext(call, principal, facts),
    identityPolicies: policies,
  }).isAllowed;
}

/** A policy without one of its statements; one that has no other is empty. */
export function withoutStatement(policy: NamedPolicy, index: number): NamedPolicy {
  const document = JSON.parse(policy.document) as { Statement: unknown };
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  const kept = statements.filter((_statement, position) => position !== index);
  return { name: policy.name, document: JSON.stringify({ ...document, Statement: kept }) };
}

/**
 * The Allow statements of a role's policies that could be left out one at a time with every recorded, allowed call of
 * that role still allowed. Two statements that allow the same are both listed. Calls of other roles are ignored.
 */
export function statementsNothingNeeded(
  calls: readonly CallRecord[],
  roleArn: string,
  policies: readonly NamedPolicy[],
): StatementPosition[] {
  const allowed = calls.filter((call) => call.roleArn === roleArn && call.decision === 'allow');
  const unneeded: StatementPosition[] = [];
  for (const [position, policy] of policies.entries()) {
    for (const [index, statement] of parsePolicy(policy.document).statements.entries()) {
      if (statement.effect !== 'Allow') continue;
      const rest = policies.with(position, withoutStatement(policy, index));
      if (allowed.every((call) => isStillAllowed(call, rest))) {
        unneeded.push({ policy: policy.name, index, id: statement.id });
      }
    }
  }
  return unneeded;
}

function principalOf(call: CallRecord): Principal {
  if (call.roleArn === undefined) return { kind: 'anonymous', arn: 'anonymous', account: '' };
  return roleSession(call.roleArn, call.principal.slice(call.principal.lastIndexOf('/') + 1));
}
