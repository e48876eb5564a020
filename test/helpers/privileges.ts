/** Least privilege, shown: what of the roles' policies the recorded calls needed, by replaying them with parts left out. */
import type { CallRecord } from '../../localstack/core/call-log.ts';
import type { NamedPolicy } from '../../localstack/iam/evaluate.ts';
import { isStillAllowed, withoutStatement } from '../../localstack/iam/least-privilege.ts';

export interface RolePolicies {
  readonly roleArn: string;
  readonly policies: readonly NamedPolicy[];
}

/** What of a policy can be left out: a statement, or one entry of a list in it. */
export interface PolicyPart {
  readonly role: string;
  /** Sid, or 0-based index. */
  readonly statement: string;
  readonly kind: 'statement' | 'action' | 'resource' | 'condition';
  /** The entry; empty for a statement. */
  readonly value: string;
}

interface RawStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

interface Variant {
  readonly part: Omit<PolicyPart, 'role' | 'statement'>;
  readonly policy: NamedPolicy;
}

/**
 * Allow statements that could be left out one at a time, and entries of the lists of needed statements that could, with
 * every recorded and allowed call of the role still allowed. Of two parts that allow the same, both are listed. The
 * only entry of a list counts as its statement.
 */
export function findUnneeded(calls: readonly CallRecord[], roles: readonly RolePolicies[]): PolicyPart[] {
  return roles.flatMap((role) => {
    const needs = distinctNeeds(calls, role.roleArn);
    return role.policies.flatMap((policy, position) =>
      statementsOf(policy).flatMap((statement, index) => {
        if (statement.Effect !== 'Allow') return [];
        const isNeeded = ({ policy: variant }: Variant) => {
          const rest = role.policies.with(position, variant);
          return needs.some((call) => !isStillAllowed(call, rest));
        };
        const whole = {
          part: { kind: 'statement', value: '' },
          policy: withoutStatement(policy, index),
        } as const;
        const unneeded = isNeeded(whole)
          ? variantsOf(policy, index).filter((variant) => !isNeeded(variant))
          : [whole];
        return unneeded.map(({ part }) => ({
          role: nameOf(role.roleArn),
          statement: statement.Sid ?? String(index),
          ...part,
        }));
      }),
    );
  });
}

/**
 * Recorded calls of these roles that nothing allows: refused then, or allowed then and not by the policies given. What
 * a role still tries after its policy is deleted (a function's last log lines) is not counted.
 */
export function findRefused(calls: readonly CallRecord[], roles: readonly RolePolicies[]): CallRecord[] {
  const policiesOf = new Map(roles.map(({ roleArn, policies }) => [roleArn, policies]));
  return calls.filter((call) => {
    if (call.action === 'iam:DeleteRolePolicy') policiesOf.delete(call.resource);
    const policies = policiesOf.get(call.roleArn ?? '');
    return policies !== undefined && (call.decision === 'deny' || !isStillAllowed(call, policies));
  });
}

/** A part in one line, for a failing test's message. */
export function describePart({ role, statement, kind, value }: PolicyPart): string {
  return kind === 'statement' ? `${role}: ${statement}` : `${role}: ${statement}: ${kind} ${value}`;
}

/** A role's allowed calls, each need once: requests differ in time and id only. */
function distinctNeeds(calls: readonly CallRecord[], roleArn: string): CallRecord[] {
  const needs = new Map<string, CallRecord>();
  for (const call of calls) {
    if (call.roleArn !== roleArn || call.decision !== 'allow' || call.byResource) continue;
    needs.set(JSON.stringify([call.action, call.resource, call.context]), call);
  }
  return [...needs.values()];
}

/** The policy without one entry of one list of a statement, for every list of more than one. */
function variantsOf(policy: NamedPolicy, index: number): Variant[] {
  const statement = statementsOf(policy)[index]!;
  const replaced = (changed: Partial<RawStatement>): NamedPolicy => ({
    name: policy.name,
    document: JSON.stringify({
      ...(JSON.parse(policy.document) as object),
      Statement: statementsOf(policy).with(index, { ...statement, ...changed }),
    }),
  });
  const conditions = Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).flatMap(([key, values]) =>
      eachLeftOut(values, 'condition', (kept) =>
        replaced({
          Condition: { ...statement.Condition, [operator]: { ...keys, [key]: kept } },
        }),
      ),
    ),
  );
  return [
    ...eachLeftOut(statement.Action, 'action', (kept) => replaced({ Action: kept })),
    ...eachLeftOut(statement.Resource, 'resource', (kept) => replaced({ Resource: kept })),
    ...conditions,
  ];
}

function eachLeftOut(
  list: string | readonly string[],
  kind: PolicyPart['kind'],
  without: (kept: readonly string[]) => NamedPolicy,
): Variant[] {
  if (typeof list === 'string' || list.length < 2) return [];
  return list.map((value, index) => ({ part: { kind, value }, policy: without(list.toSpliced(index, 1)) }));
}

function statementsOf({ document }: NamedPolicy): readonly RawStatement[] {
  const { Statement } = JSON.parse(document) as { Statement: RawStatement | readonly RawStatement[] };
  return Array.isArray(Statement) ? Statement : [Statement as RawStatement];
}

function nameOf(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf('/') + 1);
}
