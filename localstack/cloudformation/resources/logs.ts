/** AWS::Logs::LogGroup. */
import { unlessGone } from '../errors.ts';
import { arnOf, given, removedTagKeys, TAGS, tagMap } from './common.ts';
import { defineResource, fixed, type ResourceContext, replaces, updates } from './handler.ts';

const MAX_NAME_LENGTH = 512;

async function setRetention(
  context: ResourceContext,
  logGroupName: string,
  retentionInDays: number | undefined,
) {
  if (retentionInDays === undefined) await context.call('logs', 'DeleteRetentionPolicy', { logGroupName });
  else await context.call('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays });
}

export const logGroup = defineResource({
  type: 'AWS::Logs::LogGroup',
  properties: {
    KmsKeyId: updates('string'),
    LogGroupClass: fixed('string'),
    LogGroupName: replaces('string'),
    RetentionInDays: updates('integer'),
    Tags: updates(TAGS),
  },
  nameProperty: 'LogGroupName',
  attributes: ['Arn'],
  tags: 'list',
  async create(properties, context) {
    const logGroupName = properties.LogGroupName ?? context.name({ maxLength: MAX_NAME_LENGTH });
    await context.call(
      'logs',
      'CreateLogGroup',
      given({
        logGroupName,
        kmsKeyId: properties.KmsKeyId,
        logGroupClass: properties.LogGroupClass,
        tags: properties.Tags && tagMap(properties.Tags),
      }),
    );
    context.created(logGroupName);
    if (properties.RetentionInDays !== undefined) {
      await setRetention(context, logGroupName, properties.RetentionInDays);
    }
    return {
      physicalId: logGroupName,
      attributes: { Arn: arnOf(context, 'logs', `log-group:${logGroupName}:*`) },
    };
  },
  async update({ physicalId: logGroupName, previous, next, changed }, context) {
    if (changed('RetentionInDays')) await setRetention(context, logGroupName, next.RetentionInDays);
    if (changed('KmsKeyId')) {
      const kmsKeyId = next.KmsKeyId;
      if (kmsKeyId) await context.call('logs', 'AssociateKmsKey', { logGroupName, kmsKeyId });
      else await context.call('logs', 'DisassociateKmsKey', { logGroupName });
    }
    if (changed('Tags')) {
      const resourceArn = arnOf(context, 'logs', `log-group:${logGroupName}`);
      const tagKeys = removedTagKeys(previous.Tags, next.Tags);
      if (tagKeys.length > 0) await context.call('logs', 'UntagResource', { resourceArn, tagKeys });
      if (next.Tags?.length)
        await context.call('logs', 'TagResource', { resourceArn, tags: tagMap(next.Tags) });
    }
    return undefined;
  },
  async delete({ physicalId: logGroupName }, _properties, context) {
    await unlessGone(context.call('logs', 'DeleteLogGroup', { logGroupName }));
  },
});
