/** AWS::IAM::Policy (inline, for roles) and AWS::IAM::ManagedPolicy. */
import type { CreatePolicyCommandOutput, ListPolicyVersionsCommandOutput } from '@aws-sdk/client-iam';
import { unlessGone } from '../errors.ts';
import { given, policyText } from './common.ts';
import { defineResource, replaces, updates } from './handler.ts';

const MAX_NAME_LENGTH = 128;
const MAX_VERSIONS = 5;

const added = (before: readonly string[] = [], after: readonly string[] = []) =>
  after.filter((name) => !before.includes(name));

/** The principals other than roles are not among the properties: this cloud has no users or groups of a stack. */
export const policy = defineResource({
  type: 'AWS::IAM::Policy',
  properties: {
    PolicyDocument: updates('json'),
    PolicyName: updates('string'),
    Roles: updates(['string']),
  },
  required: ['PolicyDocument', 'PolicyName', 'Roles'],
  attributes: ['Id'],
  async create({ PolicyName, PolicyDocument, Roles = [] }, context) {
    const physicalId = context.name({ maxLength: MAX_NAME_LENGTH });
    context.created(physicalId);
    for (const RoleName of Roles) {
      const document = policyText(PolicyDocument);
      await context.call('iam', 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument: document });
    }
    return { physicalId, attributes: { Id: physicalId } };
  },
  async update({ previous, next }, context) {
    for (const RoleName of next.Roles ?? []) {
      const PolicyDocument = policyText(next.PolicyDocument);
      await context.call('iam', 'PutRolePolicy', { RoleName, PolicyName: next.PolicyName, PolicyDocument });
    }
    const isRenamed = previous.PolicyName !== next.PolicyName;
    const left = isRenamed ? (previous.Roles ?? []) : added(next.Roles, previous.Roles);
    for (const RoleName of left) {
      await unlessGone(
        context.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName: previous.PolicyName }),
      );
    }
    return undefined;
  },
  async delete(_physical, { PolicyName, Roles = [] }, context) {
    for (const RoleName of Roles) {
      await unlessGone(context.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName }));
    }
  },
});

export const managedPolicy = defineResource({
  type: 'AWS::IAM::ManagedPolicy',
  properties: {
    Description: replaces('string'),
    ManagedPolicyName: replaces('string'),
    Path: replaces('string'),
    PolicyDocument: updates('json'),
    Roles: updates(['string']),
  },
  required: ['PolicyDocument'],
  nameProperty: 'ManagedPolicyName',
  attributes: ['PolicyArn', 'PolicyId'],
  async create(properties, context) {
    const PolicyName = properties.ManagedPolicyName ?? context.name({ maxLength: MAX_NAME_LENGTH });
    const { Policy } = await context.call<CreatePolicyCommandOutput>(
      'iam',
      'CreatePolicy',
      given({
        PolicyName,
        PolicyDocument: policyText(properties.PolicyDocument),
        Description: properties.Description,
        Path: properties.Path,
      }),
    );
    const PolicyArn = Policy?.Arn ?? '';
    context.created(PolicyArn);
    for (const RoleName of properties.Roles ?? []) {
      await context.call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
    }
    return { physicalId: PolicyArn, attributes: { PolicyArn, PolicyId: Policy?.PolicyId ?? '' } };
  },
  async update({ physicalId: PolicyArn, previous, next, changed }, context) {
    if (changed('PolicyDocument')) {
      const { Versions = [] } = await context.call<ListPolicyVersionsCommandOutput>(
        'iam',
        'ListPolicyVersions',
        {
          PolicyArn,
        },
      );
      const oldest = Versions.filter((version) => !version.IsDefaultVersion).at(-1);
      if (Versions.length >= MAX_VERSIONS && oldest) {
        await context.call('iam', 'DeletePolicyVersion', { PolicyArn, VersionId: oldest.VersionId });
      }
      const PolicyDocument = policyText(next.PolicyDocument);
      await context.call('iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument, SetAsDefault: true });
    }
    for (const RoleName of added(previous.Roles, next.Roles)) {
      await context.call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
    }
    for (const RoleName of added(next.Roles, previous.Roles)) {
      await unlessGone(context.call('iam', 'DetachRolePolicy', { RoleName, PolicyArn }));
    }
    return undefined;
  },
  async delete({ physicalId: PolicyArn }, { Roles = [] }, context) {
    for (const RoleName of Roles) {
      await unlessGone(context.call('iam', 'DetachRolePolicy', { RoleName, PolicyArn }));
    }
    const versions = context.call<ListPolicyVersionsCommandOutput>('iam', 'ListPolicyVersions', {
      PolicyArn,
    });
    await unlessGone(
      versions.then(async ({ Versions = [] }) => {
        for (const { VersionId } of Versions.filter((version) => !version.IsDefaultVersion)) {
          await context.call('iam', 'DeletePolicyVersion', { PolicyArn, VersionId });
        }
        await context.call('iam', 'DeletePolicy', { PolicyArn });
      }),
    );
  },
});
