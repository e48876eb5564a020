/** AWS::ECR::Repository. */
import type { CreateRepositoryCommandOutput } from '@aws-sdk/client-ecr';
import { unlessGone } from '../errors.ts';
import { given, policyText, removedTagKeys, TAGS } from './common.ts';
import { defineResource, replaces, updates } from './handler.ts';

const MAX_NAME_LENGTH = 256;

export const repository = defineResource({
  type: 'AWS::ECR::Repository',
  properties: {
    EmptyOnDelete: updates('boolean'),
    EncryptionConfiguration: replaces({ EncryptionType: 'string', KmsKey: 'string' }),
    ImageScanningConfiguration: updates({ ScanOnPush: 'boolean' }),
    ImageTagMutability: updates('string'),
    LifecyclePolicy: updates({ LifecyclePolicyText: 'string' }),
    RepositoryName: replaces('string'),
    RepositoryPolicyText: updates('json'),
    Tags: updates(TAGS),
  },
  nameProperty: 'RepositoryName',
  attributes: ['Arn', 'RepositoryUri'],
  tags: 'list',
  async create(properties, context) {
    const repositoryName =
      properties.RepositoryName ?? context.name({ maxLength: MAX_NAME_LENGTH, lowerCase: true });
    const encryption = properties.EncryptionConfiguration;
    const { repository: made } = await context.call<CreateRepositoryCommandOutput>(
      'ecr',
      'CreateRepository',
      given({
        repositoryName,
        tags: properties.Tags,
        imageTagMutability: properties.ImageTagMutability,
        imageScanningConfiguration: properties.ImageScanningConfiguration && {
          scanOnPush: properties.ImageScanningConfiguration.ScanOnPush,
        },
        encryptionConfiguration: encryption && {
          encryptionType: encryption.EncryptionType,
          kmsKey: encryption.KmsKey,
        },
      }),
    );
    context.created(repositoryName);
    const lifecyclePolicyText = properties.LifecyclePolicy?.LifecyclePolicyText;
    if (lifecyclePolicyText) {
      await context.call('ecr', 'PutLifecyclePolicy', { repositoryName, lifecyclePolicyText });
    }
    if (properties.RepositoryPolicyText) {
      const policy = policyText(properties.RepositoryPolicyText);
      await context.call('ecr', 'SetRepositoryPolicy', { repositoryName, policyText: policy });
    }
    return {
      physicalId: repositoryName,
      attributes: { Arn: made?.repositoryArn ?? '', RepositoryUri: made?.repositoryUri ?? '' },
    };
  },
  async update({ physicalId: repositoryName, attributes, previous, next, changed }, context) {
    if (changed('ImageTagMutability')) {
      const imageTagMutability = next.ImageTagMutability ?? 'MUTABLE';
      await context.call('ecr', 'PutImageTagMutability', { repositoryName, imageTagMutability });
    }
    if (changed('ImageScanningConfiguration')) {
      const imageScanningConfiguration = { scanOnPush: next.ImageScanningConfiguration?.ScanOnPush ?? false };
      await context.call('ecr', 'PutImageScanningConfiguration', {
        repositoryName,
        imageScanningConfiguration,
      });
    }
    if (changed('LifecyclePolicy')) {
      const lifecyclePolicyText = next.LifecyclePolicy?.LifecyclePolicyText;
      if (lifecyclePolicyText) {
        await context.call('ecr', 'PutLifecyclePolicy', { repositoryName, lifecyclePolicyText });
      } else await context.call('ecr', 'DeleteLifecyclePolicy', { repositoryName });
    }
    if (changed('RepositoryPolicyText')) {
      if (next.RepositoryPolicyText) {
        const policy = policyText(next.RepositoryPolicyText);
        await context.call('ecr', 'SetRepositoryPolicy', { repositoryName, policyText: policy });
      } else await context.call('ecr', 'DeleteRepositoryPolicy', { repositoryName });
    }
    if (changed('Tags')) {
      const resourceArn = attributes.Arn;
      const tagKeys = removedTagKeys(previous.Tags, next.Tags);
      if (tagKeys.length > 0) await context.call('ecr', 'UntagResource', { resourceArn, tagKeys });
      if (next.Tags?.length) await context.call('ecr', 'TagResource', { resourceArn, tags: next.Tags });
    }
    return undefined;
  },
  async delete({ physicalId: repositoryName }, properties, context) {
    const force = properties.EmptyOnDelete ?? false;
    await unlessGone(context.call('ecr', 'DeleteRepository', { repositoryName, force }));
  },
});
