/**
 * Decides whether policies allow a request, by AWS's logic for one account: an explicit deny anywhere wins; then the
 * resource's policy may allow by itself, or an identity policy allows within the permissions boundary and the session's
 * policies. Pure: everything that counts is an argument.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import type { Principal } from '../core/principal.ts';
import { matchesWildcard } from '../core/wildcard.ts';
import { conditionsHold } from './conditions.ts';
import { literal, matchesArn, type RequestContext, substitute } from './patterns.ts';
import { parsePolicy, type Statement } from './policy-document.ts';
import { matchPrincipal, type PrincipalMatch } from './principal-match.ts';

export interface NamedPolicy {
  readonly name: string;
  /** JSON text. */
  readonly document: string;
}

export interface AccessQuestion {
  readonly principal: Principal;
  readonly action: string;
  /** ARN, or `*` where the action has no resource. */
  readonly resource: string;
  readonly context: RequestContext;
  readonly identityPolicies: readonly NamedPolicy[];
  readonly boundary?: NamedPolicy;
  readonly sessionPolicies?: readonly NamedPolicy[];
  readonly resourcePolicy?: NamedPolicy;
  /** KMS keys and roles: identity policies count only if the resource's policy delegates to the account. */
  readonly isResourcePolicyDecisive?: boolean;
}

export type PolicySource = 'identity' | 'resource' | 'boundary' | 'session';

export interface StatementMatch {
  readonly source: PolicySource;
  readonly policy: string;
  /** Sid, or 0-based index. */
  readonly statement: string;
}

export interface Decision {
  readonly isAllowed: boolean;
  /** Whether the resource's policy would have sufficed without any identity policy. */
  readonly isAllowedByResource: boolean;
  /** The statements that allowed it or, when denied, that denied it explicitly. */
  readonly matched: readonly StatementMatch[];
  /** Where an explicit deny came from, or which kind of policy did not allow; undefined when allowed. */
  readonly denial?: { readonly isExplicit: boolean; readonly source: PolicySource };
}

interface Matches {
  readonly allows: readonly (StatementMatch & { readonly principal: PrincipalMatch })[];
  readonly denies: readonly StatementMatch[];
}

/** Decides one request. */
export function evaluate(question: AccessQuestion): Decision {
  const identity = matchAll('identity', question.identityPolicies, question);
  const boundary = matchAll('boundary', question.boundary ? [question.boundary] : [], question);
  const session = matchAll('session', question.sessionPolicies ?? [], question);
  const resource = matchAll('resource', question.resourcePolicy ? [question.resourcePolicy] : [], question);

  const denied = [identity, resource, boundary, session].flatMap((matches) => matches.denies);
  if (denied.length > 0) {
    return {
      isAllowed: false,
      isAllowedByResource: false,
      matched: denied,
      denial: { isExplicit: true, source: denied[0]!.source },
    };
  }

  const isInBoundary = !question.boundary || boundary.allows.length > 0;
  const isInSession = !question.sessionPolicies?.length || session.allows.length > 0;
  const byResource = resource.allows.filter(
    ({ principal }) => principal === 'identity' || (principal === 'role' && isInBoundary && isInSession),
  );
  const delegates = resource.allows.some(({ principal }) => principal === 'account');
  const isRoot = question.principal.kind === 'root';
  const identityCounts = !question.isResourcePolicyDecisive || delegates;
  const byIdentity = identityCounts && (identity.allows.length > 0 || isRoot) && isInBoundary && isInSession;

  if (byResource.length > 0 || byIdentity) {
    const matched = [...byResource, ...(identityCounts ? identity.allows : [])].map(withoutPrincipal);
    return { isAllowed: true, isAllowedByResource: byResource.length > 0, matched };
  }
  return {
    isAllowed: false,
    isAllowedByResource: false,
    matched: [],
    denial: { isExplicit: false, source: missingSource(question, identity, delegates, isInBoundary) },
  };
}

function missingSource(
  question: AccessQuestion,
  identity: Matches,
  delegates: boolean,
  isInBoundary: boolean,
): PolicySource {
  if (question.isResourcePolicyDecisive && !delegates) return 'resource';
  if (question.principal.kind === 'service' || question.principal.kind === 'anonymous') return 'resource';
  if (identity.allows.length === 0) return 'identity';
  return isInBoundary ? 'session' : 'boundary';
}

function matchAll(source: PolicySource, policies: readonly NamedPolicy[], question: AccessQuestion): Matches {
  const allows: Matches['allows'][number][] = [];
  const denies: StatementMatch[] = [];
  for (const policy of policies) {
    const { version, statements } = parsePolicy(policy.document);
    for (const statement of statements) {
      const principal = source === 'resource' ? principalOf(statement, question.principal) : 'identity';
      if (!principal || !applies(statement, source, question, version)) continue;
      const match = { source, policy: policy.name, statement: statement.id };
      if (statement.effect === 'Deny') denies.push(match);
      else allows.push({ ...match, principal });
    }
  }
  return { allows, denies };
}

function principalOf(statement: Statement, principal: Principal): PrincipalMatch {
  if (statement.notPrincipal) {
    return matchPrincipal(statement.notPrincipal, principal) === undefined ? 'identity' : undefined;
  }
  return statement.principal ? matchPrincipal(statement.principal, principal) : undefined;
}

function applies(
  statement: Statement,
  source: PolicySource,
  question: AccessQuestion,
  version: string,
): boolean {
  const { actions, notActions } = statement;
  const matchesAction = (pattern: string) => matchesWildcard(pattern, question.action, true);
  if (actions && !actions.some(matchesAction)) return false;
  if (notActions?.some(matchesAction)) return false;
  return (
    resourceApplies(statement, source, question, version) &&
    conditionsHold(statement.conditions, question.context, version)
  );
}

function resourceApplies(
  { resources, notResources }: Statement,
  source: PolicySource,
  question: AccessQuestion,
  version: string,
): boolean {
  const matches = (pattern: string) => {
    const substituted = substitute(pattern, question.context, version);
    return substituted !== undefined && matchesArn(substituted, literal(question.resource));
  };
  if (resources) return resources.some(matches);
  if (notResources) return !notResources.some(matches);
  // the trust policy of a role names no resource: it is the role
  return source === 'resource';
}

function withoutPrincipal({ source, policy, statement }: StatementMatch): StatementMatch {
  return { source, policy, statement };
}
