/** AWS::IAM::Role. */
import type {
  CreateRoleCommandOutput,
  ListAttachedRolePoliciesCommandOutput,
  ListRolePoliciesCommandOutput,
} from '@aws-sdk/client-iam';
import { isNotFound, unlessGone } from '../errors.ts';
import { given, policyText, removedTagKeys, TAGS } from './common.ts';
import { defineResource, type ResourceContext, replaces, updates } from './handler.ts';

const MAX_NAME_LENGTH = 64;

type InlinePolicies = readonly { readonly PolicyName?: string; readonly PolicyDocument?: unknown }[];

async function putInlinePolicies(context: ResourceContext, RoleName: string, policies: InlinePolicies) {
  for (const { PolicyName, PolicyDocument } of policies) {
    const document = policyText(PolicyDocument as never);
    await context.call('iam', 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument: document });
  }
}

export const role = defineResource({
  type: 'AWS::IAM::Role',
  properties: {
    AssumeRolePolicyDocument: updates('json'),
    Description: updates('string'),
    ManagedPolicyArns: updates(['string']),
    MaxSessionDuration: updates('integer'),
    Path: replaces('string'),
    PermissionsBoundary: updates('string'),
    Policies: updates([{ PolicyName: 'string', PolicyDocument: 'json' }]),
    RoleName: replaces('string'),
    Tags: updates(TAGS),
  },
  required: ['AssumeRolePolicyDocument'],
  nameProperty: 'RoleName',
  attributes: ['Arn', 'RoleId'],
  tags: 'list',
  async create(properties, context) {
    const RoleName = properties.RoleName ?? context.name({ maxLength: MAX_NAME_LENGTH });
    const { Role } = await context.call<CreateRoleCommandOutput>(
      'iam',
      'CreateRole',
      given({
        RoleName,
        AssumeRolePolicyDocument: policyText(properties.AssumeRolePolicyDocument),
        Description: properties.Description,
        MaxSessionDuration: properties.MaxSessionDuration,
        Path: properties.Path,
        PermissionsBoundary: properties.PermissionsBoundary,
        Tags: properties.Tags,
      }),
    );
    context.created(RoleName);
    for (const PolicyArn of properties.ManagedPolicyArns ?? []) {
      await context.call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
    }
    await putInlinePolicies(context, RoleName, properties.Policies ?? []);
    return { physicalId: RoleName, attributes: { Arn: Role?.Arn ?? '', RoleId: Role?.RoleId ?? '' } };
  },
  async update({ physicalId: RoleName, previous, next, changed }, context) {
    if (changed('AssumeRolePolicyDocument')) {
      const PolicyDocument = policyText(next.AssumeRolePolicyDocument);
      await context.call('iam', 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument });
    }
    if (changed('Description', 'MaxSessionDuration')) {
      const { Description = '', MaxSessionDuration = 3600 } = next;
      await context.call('iam', 'UpdateRole', { RoleName, Description, MaxSessionDuration });
    }
    if (changed('PermissionsBoundary')) {
      const { PermissionsBoundary } = next;
      if (PermissionsBoundary) {
        await context.call('iam', 'PutRolePermissionsBoundary', { RoleName, PermissionsBoundary });
      } else await context.call('iam', 'DeleteRolePermissionsBoundary', { RoleName });
    }
    if (changed('ManagedPolicyArns')) {
      const before = previous.ManagedPolicyArns ?? [];
      const after = next.ManagedPolicyArns ?? [];
      for (const PolicyArn of after.filter((arn) => !before.includes(arn))) {
        await context.call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
      }
      for (const PolicyArn of before.filter((arn) => !after.includes(arn))) {
        await unlessGone(context.call('iam', 'DetachRolePolicy', { RoleName, PolicyArn }));
      }
    }
    if (changed('Policies')) {
      const kept = new Set((next.Policies ?? []).map(({ PolicyName }) => PolicyName));
      await putInlinePolicies(context, RoleName, next.Policies ?? []);
      for (const { PolicyName } of (previous.Policies ?? []).filter(
        (policy) => !kept.has(policy.PolicyName),
      )) {
        await unlessGone(context.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName }));
      }
    }
    if (changed('Tags')) {
      const TagKeys = removedTagKeys(previous.Tags, next.Tags);
      if (TagKeys.length > 0) await context.call('iam', 'UntagRole', { RoleName, TagKeys });
      if (next.Tags?.length) await context.call('iam', 'TagRole', { RoleName, Tags: next.Tags });
    }
    return undefined;
  },
  async delete({ physicalId: RoleName }, _properties, context) {
    try {
      const attached = await context.call<ListAttachedRolePoliciesCommandOutput>(
        'iam',
        'ListAttachedRolePolicies',
        {
          RoleName,
        },
      );
      for (const { PolicyArn } of attached.AttachedPolicies ?? []) {
        await unlessGone(context.call('iam', 'DetachRolePolicy', { RoleName, PolicyArn }));
      }
      const inline = await context.call<ListRolePoliciesCommandOutput>('iam', 'ListRolePolicies', {
        RoleName,
      });
      for (const PolicyName of inline.PolicyNames ?? []) {
        await unlessGone(context.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName }));
      }
      await context.call('iam', 'DeleteRole', { RoleName });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  },
});
