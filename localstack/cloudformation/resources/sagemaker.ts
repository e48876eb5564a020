/** AWS::SageMaker::ModelPackageGroup. */
import type { CreateModelPackageGroupCommandOutput } from '@aws-sdk/client-sagemaker';
import { unlessGone } from '../errors.ts';
import { given, policyText, removedTagKeys, TAGS } from './common.ts';
import { defineResource, replaces, updates } from './handler.ts';

export const modelPackageGroup = defineResource({
  type: 'AWS::SageMaker::ModelPackageGroup',
  properties: {
    ModelPackageGroupDescription: replaces('string'),
    ModelPackageGroupName: replaces('string'),
    ModelPackageGroupPolicy: updates('json'),
    Tags: updates(TAGS),
  },
  required: ['ModelPackageGroupName'],
  nameProperty: 'ModelPackageGroupName',
  attributes: ['CreationTime', 'ModelPackageGroupArn', 'ModelPackageGroupStatus'],
  tags: 'list',
  async create({ ModelPackageGroupPolicy, ...properties }, context) {
    const { ModelPackageGroupArn = '' } = await context.call<CreateModelPackageGroupCommandOutput>(
      'sagemaker',
      'CreateModelPackageGroup',
      given({ ...properties }),
    );
    context.created(ModelPackageGroupArn);
    if (ModelPackageGroupPolicy) {
      await context.call('sagemaker', 'PutModelPackageGroupPolicy', {
        ModelPackageGroupName: properties.ModelPackageGroupName,
        ResourcePolicy: policyText(ModelPackageGroupPolicy),
      });
    }
    const CreationTime = context.clock.date().toISOString();
    const attributes = { CreationTime, ModelPackageGroupArn, ModelPackageGroupStatus: 'Completed' };
    return { physicalId: ModelPackageGroupArn, attributes };
  },
  async update({ physicalId: ResourceArn, previous, next, changed }, context) {
    const { ModelPackageGroupName, ModelPackageGroupPolicy } = next;
    if (changed('ModelPackageGroupPolicy')) {
      if (ModelPackageGroupPolicy) {
        const ResourcePolicy = policyText(ModelPackageGroupPolicy);
        await context.call('sagemaker', 'PutModelPackageGroupPolicy', {
          ModelPackageGroupName,
          ResourcePolicy,
        });
      } else await context.call('sagemaker', 'DeleteModelPackageGroupPolicy', { ModelPackageGroupName });
    }
    if (changed('Tags')) {
      const TagKeys = removedTagKeys(previous.Tags, next.Tags);
      if (TagKeys.length > 0) await context.call('sagemaker', 'DeleteTags', { ResourceArn, TagKeys });
      if (next.Tags?.length) await context.call('sagemaker', 'AddTags', { ResourceArn, Tags: next.Tags });
    }
    return undefined;
  },
  async delete({ physicalId }, _properties, context) {
    const ModelPackageGroupName = physicalId.split('/').at(-1);
    await unlessGone(context.call('sagemaker', 'DeleteModelPackageGroup', { ModelPackageGroupName }));
  },
});
