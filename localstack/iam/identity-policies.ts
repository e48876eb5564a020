/** IAM operations on the policies of an identity: inline and attached ones of roles and users, and more of roles. */
import type { Collection } from '../core/collection.ts';
import { AwsError } from '../core/errors.ts';
import type { Operation } from '../core/service.ts';
import { awsManagedPolicy } from './aws-managed-policies.ts';
import { checkIdentityPolicy } from './policy-document.ts';
import {
  checkEntityName,
  encodeDocument,
  iamPage,
  noSuchEntity,
  requireBoundary,
  withTags,
} from './records.ts';
import type { IamStore, IdentityRecord } from './store.ts';

type Kind = 'Role' | 'User';
interface PolicyInput {
  readonly PolicyName: string;
  readonly PolicyDocument: string;
  readonly PolicyArn: string;
  readonly PermissionsBoundary: string;
  readonly Tags: { Key: string; Value: string }[];
  readonly TagKeys: string[];
  readonly PathPrefix?: string;
  readonly Marker?: string;
  readonly MaxItems?: number;
}

/** Largest sum of an identity's inline policies, in characters without white space. */
const INLINE_LIMIT = { Role: 10_240, User: 2_048 } as const;

/** Operations named after `kind`, for example `PutRolePolicy`, over its collection; of roles also reading, boundary and tags. */
export function identityPolicyOperations<T extends IdentityRecord>(
  kind: Kind,
  store: IamStore,
  identities: Collection<T>,
): Record<string, Operation> {
  const nameMember = `${kind}Name`;
  const find = (input: object): T => {
    const name = (input as Record<string, string>)[nameMember]!;
    const identity = identities.get(name);
    if (!identity) throw noSuchEntity(`The ${kind.toLowerCase()} with name ${name} cannot be found.`);
    return identity;
  };
  const change = (identity: T, changes: Partial<IdentityRecord>) =>
    identities.put(identity.name, { ...identity, ...changes });
  const requirePolicy = (arn: string) => {
    if (store.policies.has(arn) || awsManagedPolicy(arn)) return;
    throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  };
  const inlineOf = (identity: T, name: string): string => {
    const document = identity.inline[name];
    if (document === undefined) {
      throw noSuchEntity(`The ${kind.toLowerCase()} policy with name ${name} cannot be found.`);
    }
    return document;
  };

  const common: Record<string, Operation> = {
    [`Put${kind}Policy`](input: PolicyInput) {
      const identity = find(input);
      checkEntityName('policyName', input.PolicyName, 128);
      checkIdentityPolicy(input.PolicyDocument);
      const inline = { ...identity.inline, [input.PolicyName]: input.PolicyDocument };
      checkInlineSize(kind, identity.name, inline);
      change(identity, { inline });
    },
    [`Delete${kind}Policy`](input: PolicyInput) {
      const identity = find(input);
      inlineOf(identity, input.PolicyName);
      const { [input.PolicyName]: _deleted, ...inline } = identity.inline;
      change(identity, { inline });
    },
    [`Attach${kind}Policy`](input: PolicyInput) {
      const identity = find(input);
      requirePolicy(input.PolicyArn);
      if (!identity.attached.includes(input.PolicyArn)) {
        change(identity, { attached: [...identity.attached, input.PolicyArn] });
      }
    },
    [`Detach${kind}Policy`](input: PolicyInput) {
      const identity = find(input);
      if (!identity.attached.includes(input.PolicyArn))
        throw noSuchEntity(`Policy ${input.PolicyArn} was not found.`);
      change(identity, { attached: identity.attached.filter((arn) => arn !== input.PolicyArn) });
    },
  };
  if (kind === 'User') return common;
  return {
    ...common,
    GetRolePolicy(input: PolicyInput) {
      const identity = find(input);
      const document = inlineOf(identity, input.PolicyName);
      return {
        RoleName: identity.name,
        PolicyName: input.PolicyName,
        PolicyDocument: encodeDocument(document),
      };
    },
    ListRolePolicies(input: PolicyInput) {
      const { items, page } = iamPage(Object.keys(find(input).inline).sort(), input);
      return { PolicyNames: items, ...page };
    },
    ListAttachedRolePolicies(input: PolicyInput) {
      const { items, page } = iamPage(find(input).attached, input);
      return {
        AttachedPolicies: items.map((arn) => ({
          PolicyArn: arn,
          PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
        })),
        ...page,
      };
    },
    PutRolePermissionsBoundary(input: PolicyInput) {
      const identity = find(input);
      requireBoundary(store, input.PermissionsBoundary);
      change(identity, { boundary: input.PermissionsBoundary });
    },
    DeleteRolePermissionsBoundary(input: PolicyInput) {
      const { boundary: _boundary, ...identity } = find(input);
      identities.put(identity.name, identity as T);
    },
    TagRole(input: PolicyInput) {
      const identity = find(input);
      change(identity, { tags: withTags(identity.tags, input.Tags) });
    },
    UntagRole(input: PolicyInput) {
      const identity = find(input);
      change(identity, { tags: identity.tags.filter(({ Key }) => !input.TagKeys.includes(Key)) });
    },
    ListRoleTags(input: PolicyInput) {
      const { items, page } = iamPage(find(input).tags, input);
      return { Tags: items, ...page };
    },
  };
}

function checkInlineSize(kind: Kind, name: string, inline: Readonly<Record<string, string>>): void {
  const size = Object.values(inline).reduce((sum, document) => sum + document.replace(/\s/g, '').length, 0);
  if (size <= INLINE_LIMIT[kind]) return;
  const message = `Maximum policy size of ${INLINE_LIMIT[kind]} bytes exceeded for ${kind.toLowerCase()} ${name}`;
  throw new AwsError('LimitExceeded', message, { status: 409 });
}
