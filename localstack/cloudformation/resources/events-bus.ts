/** AWS::Events::EventBus and AWS::Events::Archive. */
import type { CreateArchiveCommandOutput, CreateEventBusCommandOutput } from '@aws-sdk/client-eventbridge';
import { unlessGone } from '../errors.ts';
import { arnOf, given, policyText, removedTagKeys, TAGS } from './common.ts';
import { defineResource, replaces, updates } from './handler.ts';

const MAX_ARCHIVE_NAME_LENGTH = 48;

export const eventBus = defineResource({
  type: 'AWS::Events::EventBus',
  properties: {
    DeadLetterConfig: updates({ Arn: 'string' }),
    Description: updates('string'),
    KmsKeyIdentifier: updates('string'),
    Name: replaces('string'),
    Policy: updates('json'),
    Tags: updates(TAGS),
  },
  required: ['Name'],
  nameProperty: 'Name',
  attributes: ['Arn', 'Name', 'Policy'],
  tags: 'list',
  async create({ Policy, ...properties }, context) {
    const { Name = '' } = properties;
    const { EventBusArn = '' } = await context.call<CreateEventBusCommandOutput>(
      'events',
      'CreateEventBus',
      given({ ...properties }),
    );
    context.created(Name);
    if (Policy)
      await context.call('events', 'PutPermission', { EventBusName: Name, Policy: policyText(Policy) });
    return { physicalId: Name, attributes: given({ Arn: EventBusArn, Name, Policy: Policy as string }) };
  },
  async update({ physicalId: Name, attributes, previous, next, changed }, context) {
    const { DeadLetterConfig, Description, KmsKeyIdentifier } = next;
    if (changed('DeadLetterConfig', 'Description', 'KmsKeyIdentifier')) {
      const input = given({ Name, DeadLetterConfig, Description, KmsKeyIdentifier });
      await context.call('events', 'UpdateEventBus', input);
    }
    if (changed('Policy')) {
      const input = next.Policy ? { Policy: policyText(next.Policy) } : undefined;
      if (input) await context.call('events', 'PutPermission', { EventBusName: Name, ...input });
      else
        await context.call('events', 'RemovePermission', { EventBusName: Name, RemoveAllPermissions: true });
    }
    if (changed('Tags')) {
      const ResourceARN = attributes.Arn;
      const TagKeys = removedTagKeys(previous.Tags, next.Tags);
      if (TagKeys.length > 0) await context.call('events', 'UntagResource', { ResourceARN, TagKeys });
      if (next.Tags?.length) await context.call('events', 'TagResource', { ResourceARN, Tags: next.Tags });
    }
    return undefined;
  },
  async delete({ physicalId: Name }, _properties, context) {
    await unlessGone(context.call('events', 'DeleteEventBus', { Name }));
  },
});

export const archive = defineResource({
  type: 'AWS::Events::Archive',
  properties: {
    ArchiveName: replaces('string'),
    Description: updates('string'),
    EventPattern: updates('json'),
    KmsKeyIdentifier: updates('string'),
    RetentionDays: updates('integer'),
    SourceArn: replaces('string'),
  },
  required: ['SourceArn'],
  nameProperty: 'ArchiveName',
  attributes: ['Arn', 'ArchiveName'],
  async create(properties, context) {
    const ArchiveName = properties.ArchiveName ?? context.name({ maxLength: MAX_ARCHIVE_NAME_LENGTH });
    const { Description, EventPattern, KmsKeyIdentifier, RetentionDays, SourceArn } = properties;
    const { ArchiveArn } = await context.call<CreateArchiveCommandOutput>(
      'events',
      'CreateArchive',
      given({
        ArchiveName,
        EventSourceArn: SourceArn,
        Description,
        EventPattern: EventPattern === undefined ? undefined : policyText(EventPattern),
        KmsKeyIdentifier,
        RetentionDays,
      }),
    );
    const Arn = ArchiveArn ?? arnOf(context, 'events', `archive/${ArchiveName}`);
    return { physicalId: ArchiveName, attributes: { Arn, ArchiveName } };
  },
  async update({ physicalId: ArchiveName, next }, context) {
    const { Description, EventPattern, KmsKeyIdentifier, RetentionDays } = next;
    await context.call(
      'events',
      'UpdateArchive',
      given({
        ArchiveName,
        Description,
        EventPattern: EventPattern === undefined ? undefined : policyText(EventPattern),
        KmsKeyIdentifier,
        RetentionDays: RetentionDays ?? 0,
      }),
    );
    return undefined;
  },
  async delete({ physicalId: ArchiveName }, _properties, context) {
    await unlessGone(context.call('events', 'DeleteArchive', { ArchiveName }));
  },
});
