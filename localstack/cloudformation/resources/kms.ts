/** AWS::KMS::Key and AWS::KMS::Alias. */
import type { CreateKeyCommandOutput } from '@aws-sdk/client-kms';
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { unlessGone } from '../errors.ts';
import { given, policyText, removedTagKeys, TAGS, type TagList } from './common.ts';
import { defineResource, fixed, type ResourceContext, replaces, updates } from './handler.ts';

const DEFAULT_PENDING_WINDOW_DAYS = 30;

function kmsTags(tags: TagList | undefined) {
  return (tags ?? []).map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));
}

function checkRotation(properties: {
  readonly EnableKeyRotation?: boolean;
  readonly RotationPeriodInDays?: number;
}): void {
  if (properties.RotationPeriodInDays === undefined || properties.EnableKeyRotation) return;
  throw new NotImplementedByLocalCloud('RotationPeriodInDays of AWS::KMS::Key without EnableKeyRotation');
}

async function setRotation(
  context: ResourceContext,
  KeyId: string,
  isEnabled: boolean,
  RotationPeriodInDays: number | undefined,
): Promise<void> {
  if (isEnabled) await context.call('kms', 'EnableKeyRotation', given({ KeyId, RotationPeriodInDays }));
  else await context.call('kms', 'DisableKeyRotation', { KeyId });
}

export const kmsKey = defineResource({
  type: 'AWS::KMS::Key',
  properties: {
    Description: updates('string'),
    Enabled: updates('boolean'),
    EnableKeyRotation: updates('boolean'),
    RotationPeriodInDays: updates('integer'),
    KeyPolicy: updates('json'),
    KeySpec: fixed('string'),
    KeyUsage: fixed('string'),
    MultiRegion: fixed('boolean'),
    Origin: fixed('string'),
    PendingWindowInDays: updates('integer'),
    Tags: updates(TAGS),
  },
  attributes: ['Arn', 'KeyId'],
  tags: 'list',
  async create(properties, context) {
    checkRotation(properties);
    const { KeyMetadata } = await context.call<CreateKeyCommandOutput>(
      'kms',
      'CreateKey',
      given({
        Description: properties.Description,
        Policy: properties.KeyPolicy === undefined ? undefined : policyText(properties.KeyPolicy),
        KeySpec: properties.KeySpec,
        KeyUsage: properties.KeyUsage,
        MultiRegion: properties.MultiRegion,
        Origin: properties.Origin,
        Tags: kmsTags(properties.Tags),
      }),
    );
    const KeyId = KeyMetadata?.KeyId ?? '';
    context.created(KeyId);
    if (properties.EnableKeyRotation)
      await setRotation(context, KeyId, true, properties.RotationPeriodInDays);
    if (properties.Enabled === false) await context.call('kms', 'DisableKey', { KeyId });
    return { physicalId: KeyId, attributes: { Arn: KeyMetadata?.Arn ?? '', KeyId } };
  },
  async update({ physicalId: KeyId, previous, next, changed }, context) {
    checkRotation(next);
    const isEnabled = next.Enabled ?? true;
    if (changed('Enabled') && isEnabled) await context.call('kms', 'EnableKey', { KeyId });
    if (changed('KeyPolicy')) {
      const Policy = policyText(next.KeyPolicy);
      await context.call('kms', 'PutKeyPolicy', { KeyId, PolicyName: 'default', Policy });
    }
    if (changed('Description')) {
      await context.call('kms', 'UpdateKeyDescription', { KeyId, Description: next.Description ?? '' });
    }
    if (changed('EnableKeyRotation', 'RotationPeriodInDays')) {
      await setRotation(context, KeyId, next.EnableKeyRotation ?? false, next.RotationPeriodInDays);
    }
    if (changed('Tags')) {
      const TagKeys = removedTagKeys(previous.Tags, next.Tags);
      if (TagKeys.length > 0) await context.call('kms', 'UntagResource', { KeyId, TagKeys });
      if (next.Tags?.length) await context.call('kms', 'TagResource', { KeyId, Tags: kmsTags(next.Tags) });
    }
    if (changed('Enabled') && !isEnabled) await context.call('kms', 'DisableKey', { KeyId });
    return undefined;
  },
  async delete({ physicalId: KeyId }, properties, context) {
    const PendingWindowInDays = properties.PendingWindowInDays ?? DEFAULT_PENDING_WINDOW_DAYS;
    await unlessGone(context.call('kms', 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays }));
  },
});

export const kmsAlias = defineResource({
  type: 'AWS::KMS::Alias',
  properties: { AliasName: replaces('string'), TargetKeyId: updates('string') },
  required: ['AliasName', 'TargetKeyId'],
  nameProperty: 'AliasName',
  async create({ AliasName = '', TargetKeyId }, context) {
    await context.call('kms', 'CreateAlias', { AliasName, TargetKeyId });
    return { physicalId: AliasName };
  },
  async update({ physicalId: AliasName, next }, context) {
    await context.call('kms', 'UpdateAlias', { AliasName, TargetKeyId: next.TargetKeyId });
    return undefined;
  },
  async delete({ physicalId: AliasName }, _properties, context) {
    await unlessGone(context.call('kms', 'DeleteAlias', { AliasName }));
  },
});
