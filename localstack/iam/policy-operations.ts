/** IAM operations on managed policies and their versions. */
import type { CreatePolicyCommandInput, CreatePolicyVersionCommandInput, Policy } from '@aws-sdk/client-iam';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Operation } from '../core/service.ts';
import { awsManagedPolicy } from './aws-managed-policies.ts';
import { checkIdentityPolicy } from './policy-document.ts';
import {
  alreadyExists,
  checkEntityName,
  checkPath,
  deleteConflict,
  encodeDocument,
  iamPage,
  noSuchEntity,
  uniqueId,
  withTags,
} from './records.ts';
import type { IamStore, PolicyRecord, PolicyVersionRecord } from './store.ts';

interface ByArn {
  readonly PolicyArn: string;
  readonly VersionId: string;
  readonly Marker?: string;
  readonly MaxItems?: number;
}

const MAX_VERSIONS = 5;

/** The operations over stored policies; AWS's own can be read, not changed. */
export function policyOperations(cloud: Cloud, store: IamStore): Record<string, Operation> {
  const find = (arn: string): PolicyRecord => {
    const policy = store.policies.get(arn) ?? awsManagedPolicy(arn);
    if (!policy) throw noSuchEntity(`Policy ${arn} was not found.`);
    return policy;
  };
  const own = (arn: string): PolicyRecord => {
    const policy = find(arn);
    if (store.policies.has(arn)) return policy;
    throw new AwsError('AccessDenied', `Cannot change the AWS managed policy ${arn}`, { status: 403 });
  };
  const version = (policy: PolicyRecord, versionId: string): PolicyVersionRecord => {
    const found = policy.versions.find((each) => each.versionId === versionId);
    if (!found)
      throw noSuchEntity(`Policy ${policy.arn} version ${versionId} does not exist or is not attachable.`);
    return found;
  };
  const attachments = (arn: string) => ({
    roles: store.roles.values().filter(({ attached }) => attached.includes(arn)),
    users: store.users.values().filter(({ attached }) => attached.includes(arn)),
  });
  const show = (policy: PolicyRecord): Policy => {
    const { roles, users } = attachments(policy.arn);
    return {
      PolicyName: policy.name,
      PolicyId: policy.id,
      Arn: policy.arn,
      Path: policy.path,
      DefaultVersionId: policy.defaultVersionId,
      AttachmentCount: roles.length + users.length,
      PermissionsBoundaryUsageCount: store.roles.values().filter(({ boundary }) => boundary === policy.arn)
        .length,
      IsAttachable: true,
      CreateDate: policy.createDate,
      UpdateDate: policy.updateDate,
      ...(policy.description === undefined ? {} : { Description: policy.description }),
      ...(policy.tags.length === 0 ? {} : { Tags: [...policy.tags] }),
    };
  };

  return {
    CreatePolicy(input: CreatePolicyCommandInput, call) {
      const name = input.PolicyName!;
      checkEntityName('policyName', name, 128);
      checkIdentityPolicy(input.PolicyDocument!);
      const path = checkPath(input.Path);
      const arn = `arn:aws:iam::${cloud.account}:policy${path}${name}`;
      if (store.policies.has(arn)) {
        throw alreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
      }
      const policy: PolicyRecord = {
        name,
        path,
        arn,
        id: uniqueId('ANPA'),
        createDate: call.now,
        updateDate: call.now,
        versions: [{ versionId: 'v1', document: input.PolicyDocument!, createDate: call.now }],
        defaultVersionId: 'v1',
        nextVersion: 2,
        tags: withTags([], input.Tags ?? []),
        ...(input.Description === undefined ? {} : { description: input.Description }),
      };
      store.policies.put(arn, policy);
      return { Policy: show(policy) };
    },
    GetPolicy: (input: ByArn) => ({ Policy: show(find(input.PolicyArn)) }),
    DeletePolicy(input: ByArn) {
      const policy = own(input.PolicyArn);
      const { roles, users } = attachments(policy.arn);
      if (roles.length + users.length > 0)
        throw deleteConflict('Cannot delete a policy attached to entities.');
      if (policy.versions.length > 1) {
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        );
      }
      store.policies.delete(policy.arn);
    },
    CreatePolicyVersion(input: CreatePolicyVersionCommandInput, call) {
      const policy = own(input.PolicyArn!);
      checkIdentityPolicy(input.PolicyDocument!);
      if (policy.versions.length >= MAX_VERSIONS) {
        throw new AwsError(
          'LimitExceeded',
          'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
          { status: 409 },
        );
      }
      const made = {
        versionId: `v${policy.nextVersion}`,
        document: input.PolicyDocument!,
        createDate: call.now,
      };
      const changed = {
        ...policy,
        updateDate: call.now,
        versions: [...policy.versions, made],
        nextVersion: policy.nextVersion + 1,
        defaultVersionId: input.SetAsDefault ? made.versionId : policy.defaultVersionId,
      };
      store.policies.put(policy.arn, changed);
      return { PolicyVersion: showVersion(changed, made, false) };
    },
    GetPolicyVersion(input: ByArn) {
      const policy = find(input.PolicyArn);
      return { PolicyVersion: showVersion(policy, version(policy, input.VersionId), true) };
    },
    ListPolicyVersions(input: ByArn) {
      const policy = find(input.PolicyArn);
      const { items, page } = iamPage([...policy.versions].reverse(), input);
      return { Versions: items.map((each) => showVersion(policy, each, false)), ...page };
    },
    DeletePolicyVersion(input: ByArn) {
      const policy = own(input.PolicyArn);
      const { versionId } = version(policy, input.VersionId);
      if (versionId === policy.defaultVersionId)
        throw deleteConflict('Cannot delete the default version of a policy.');
      const versions = policy.versions.filter((each) => each.versionId !== versionId);
      store.policies.put(policy.arn, { ...policy, versions });
    },
  };
}

function showVersion(policy: PolicyRecord, version: PolicyVersionRecord, withDocument: boolean) {
  return {
    VersionId: version.versionId,
    IsDefaultVersion: version.versionId === policy.defaultVersionId,
    CreateDate: version.createDate,
    ...(withDocument ? { Document: encodeDocument(version.document) } : {}),
  };
}
