/** IAM operations on the policies of an identity, the same for roles and users: inline, attached, boundary, tags. */
import type { Collection } from '../core/collection.ts';
import { AwsError } from '../core/errors.ts';
import type { Operation } from '../core/service.ts';
import { awsManagedPolicy } from './aws-managed-policies.ts';
import { parsePolicy } from './policy-document.ts';
import { checkEntityName, encodeDocument, iamPage, noSuchEntity, withTags } from './records.ts';
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

/** Operations named after `kind`, for example `PutRolePolicy`, over its collection. */
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

  return {
    [`Put${kind}Policy`](input: PolicyInput) {
      const identity = find(input);
      checkEntityName('policyName', input.PolicyName, 128);
      parsePolicy(input.PolicyDocument);
      const inline = { ...identity.inline, [input.PolicyName]: input.PolicyDocument };
      checkInlineSize(kind, identity.name, inline);
      change(identity, { inline });
    },
    [`Get${kind}Policy`](input: PolicyInput) {
      const identity = find(input);
      const document = inlineOf(identity, input.PolicyName);
      return {
        [nameMember]: identity.name,
        PolicyName: input.PolicyName,
        PolicyDocument: encodeDocument(document),
      };
    },
    [`Delete${kind}Policy`](input: PolicyInput) {
      const identity = find(input);
      inlineOf(identity, input.PolicyName);
      const { [input.PolicyName]: _deleted, ...inline } = identity.inline;
      change(identity, { inline });
    },
    [`List${kind}Policies`](input: PolicyInput) {
      const { items, page } = iamPage(Object.keys(find(input).inline).sort(), input);
      return { PolicyNames: items, ...page };
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
    [`ListAttached${kind}Policies`](input: PolicyInput) {
      const { items, page } = iamPage(find(input).attached, input);
      return {
        AttachedPolicies: items.map((arn) => ({
          PolicyArn: arn,
          PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
        })),
        ...page,
      };
    },
    [`Put${kind}PermissionsBoundary`](input: PolicyInput) {
      const identity = find(input);
      requirePolicy(input.PermissionsBoundary);
      change(identity, { boundary: input.PermissionsBoundary });
    },
    [`Delete${kind}PermissionsBoundary`](input: PolicyInput) {
      const { boundary: _boundary, ...identity } = find(input);
      identities.put(identity.name, identity as T);
    },
    [`Tag${kind}`](input: PolicyInput) {
      const identity = find(input);
      change(identity, { tags: withTags(identity.tags, input.Tags) });
    },
    [`Untag${kind}`](input: PolicyInput) {
      const identity = find(input);
      change(identity, { tags: identity.tags.filter(({ Key }) => !input.TagKeys.includes(Key)) });
    },
    [`List${kind}Tags`](input: PolicyInput) {
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
