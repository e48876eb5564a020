/** Answers for the cloud whether a principal may do something, from what IAM stores, and says so in AWS's words. */
import type { Principal } from '../core/principal.ts';
import type { AccessRequest } from '../core/service.ts';
import { awsManagedPolicy } from './aws-managed-policies.ts';
import { AccessDeniedError, denialMessage } from './denied.ts';
import { type Decision, evaluate, type NamedPolicy } from './evaluate.ts';
import { type CallFacts, requestContext } from './request-context.ts';
import type { IamStore, IdentityRecord, SessionRecord } from './store.ts';

export interface Authorizer {
  /** Decides one permission. */
  decide(request: AccessRequest, principal: Principal, facts: CallFacts): Decision;
  /** The same, refusing with AWS's sentence. @throws AccessDeniedError */
  require(request: AccessRequest, principal: Principal, facts: CallFacts): Decision;
  /** The policies that speak for an identity, by name; for tests that look for statements that nothing needed. */
  policiesOf(principal: Principal): readonly NamedPolicy[];
}

/** Actions whose resource policy is decisive: without its consent identity policies do not count. */
function isResourcePolicyDecisive(action: string): boolean {
  return action.startsWith('kms:') || action === 'sts:AssumeRole' || action === 'sts:TagSession';
}

/** Reads identities from the store at every decision: a change counts at once, as eventually on AWS. */
export function createAuthorizer(store: IamStore): Authorizer {
  function identityOf(principal: Principal): IdentityRecord | undefined {
    if (principal.kind === 'role') return store.roles.get(principal.roleName);
    return principal.kind === 'user' ? store.users.get(principal.userName) : undefined;
  }

  function managedPolicy(arn: string): NamedPolicy | undefined {
    const policy = store.policies.get(arn) ?? awsManagedPolicy(arn);
    const version = policy?.versions.find(({ versionId }) => versionId === policy.defaultVersionId);
    return policy && version ? { name: policy.name, document: version.document } : undefined;
  }

  function policiesOf(principal: Principal): NamedPolicy[] {
    const identity = identityOf(principal);
    if (!identity) return [];
    const inline = Object.entries(identity.inline).map(([name, document]) => ({ name, document }));
    const attached = identity.attached.map(managedPolicy).filter((policy) => policy !== undefined);
    return [...inline, ...attached];
  }

  function decide(request: AccessRequest, principal: Principal, facts: CallFacts): Decision {
    const identity = identityOf(principal);
    const session = principal.kind === 'role' ? sessionOf(store, principal) : undefined;
    const boundary = identity?.boundary === undefined ? undefined : managedPolicy(identity.boundary);
    return evaluate({
      principal,
      action: request.action,
      resource: request.resource,
      context: requestContext(request, principal, facts, identity, session),
      identityPolicies: policiesOf(principal),
      ...(boundary ? { boundary } : {}),
      ...(session ? { sessionPolicies: session.policies.map(namedSessionPolicy) } : {}),
      ...(request.resourcePolicy
        ? { resourcePolicy: { name: request.resource, document: request.resourcePolicy } }
        : {}),
      isResourcePolicyDecisive:
        isResourcePolicyDecisive(request.action) && request.resourcePolicy !== undefined,
    });
  }

  return {
    decide,
    policiesOf,
    require(request, principal, facts) {
      const decision = decide(request, principal, facts);
      if (decision.isAllowed) return decision;
      const { denial = { isExplicit: false, source: 'identity' } } = decision;
      throw new AccessDeniedError(
        denialMessage(principal, request.action, request.resource, denial),
        decision,
      );
    },
  };
}

const namedSessionPolicy = (document: string, index: number): NamedPolicy => ({
  name: `session-${index}`,
  document,
});

function sessionOf(
  store: IamStore,
  principal: Extract<Principal, { kind: 'role' }>,
): SessionRecord | undefined {
  return principal.accessKeyId === undefined ? undefined : store.sessions.get(principal.accessKeyId);
}
