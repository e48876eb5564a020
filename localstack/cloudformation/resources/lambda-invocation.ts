/** AWS::Lambda::EventInvokeConfig and AWS::Lambda::EventSourceMapping. */
import type { EventSourceMappingConfiguration } from '@aws-sdk/client-lambda';
import { AwsError } from '../../core/errors.ts';
import { isNotFound, unlessGone } from '../errors.ts';
import { arnOf, given, mustNotExist, removedTagKeys, TAGS, tagMap } from './common.ts';
import { defineResource, type ResourceContext, replaces, updates } from './handler.ts';

const POLL_MS = 50;

/** What a setting of a mapping goes back to when a template no longer has it. */
const MAPPING_DEFAULTS = {
  BatchSize: 10,
  Enabled: true,
  FunctionResponseTypes: [],
  MaximumBatchingWindowInSeconds: 0,
  ScalingConfig: {},
};

export const eventInvokeConfig = defineResource({
  type: 'AWS::Lambda::EventInvokeConfig',
  properties: {
    DestinationConfig: updates({
      OnFailure: { Destination: 'string' },
      OnSuccess: { Destination: 'string' },
    }),
    FunctionName: replaces('string'),
    MaximumEventAgeInSeconds: updates('integer'),
    MaximumRetryAttempts: updates('integer'),
    Qualifier: replaces('string'),
  },
  required: ['FunctionName', 'Qualifier'],
  async create(properties, context) {
    const { FunctionName, Qualifier } = properties;
    const physicalId = `${FunctionName}:${Qualifier}`;
    await mustNotExist('AWS::Lambda::EventInvokeConfig', physicalId, () =>
      context.call('lambda', 'GetFunctionEventInvokeConfig', { FunctionName, Qualifier }),
    );
    await context.call('lambda', 'PutFunctionEventInvokeConfig', given({ ...properties }));
    return { physicalId };
  },
  async update({ next }, context) {
    await context.call('lambda', 'PutFunctionEventInvokeConfig', given({ ...next }));
    return undefined;
  },
  async delete(_physical, { FunctionName, Qualifier }, context) {
    await unlessGone(context.call('lambda', 'DeleteFunctionEventInvokeConfig', { FunctionName, Qualifier }));
  },
});

async function whenSettled(context: ResourceContext, UUID: string): Promise<void> {
  for (;;) {
    const mapping = await context.call<EventSourceMappingConfiguration>('lambda', 'GetEventSourceMapping', {
      UUID,
    });
    if (mapping.State === undefined || !/ing$/.test(mapping.State)) return;
    await context.clock.sleep(POLL_MS, `event source mapping ${UUID}`);
  }
}

export const eventSourceMapping = defineResource({
  type: 'AWS::Lambda::EventSourceMapping',
  properties: {
    BatchSize: updates('integer'),
    Enabled: updates('boolean'),
    EventSourceArn: replaces('string'),
    FunctionName: updates('string'),
    FunctionResponseTypes: updates(['string']),
    MaximumBatchingWindowInSeconds: updates('integer'),
    ScalingConfig: updates({ MaximumConcurrency: 'integer' }),
    Tags: updates(TAGS),
  },
  required: ['FunctionName'],
  attributes: ['Id', 'EventSourceMappingArn'],
  tags: 'list',
  async create({ Tags, ...properties }, context) {
    const made = await context.call<EventSourceMappingConfiguration>(
      'lambda',
      'CreateEventSourceMapping',
      given({ ...properties, Tags: Tags && tagMap(Tags) }),
    );
    const Id = made.UUID ?? '';
    context.created(Id);
    await whenSettled(context, Id);
    const EventSourceMappingArn =
      made.EventSourceMappingArn ?? arnOf(context, 'lambda', `event-source-mapping:${Id}`);
    return { physicalId: Id, attributes: { Id, EventSourceMappingArn } };
  },
  async update({ physicalId: UUID, attributes, previous, next, changed }, context) {
    const { EventSourceArn: _, Tags, ...properties } = next;
    const input = { UUID, ...MAPPING_DEFAULTS, ...given(properties) };
    await context.call('lambda', 'UpdateEventSourceMapping', input);
    await whenSettled(context, UUID);
    if (changed('Tags')) {
      const Resource = attributes.EventSourceMappingArn;
      const TagKeys = removedTagKeys(previous.Tags, Tags);
      if (TagKeys.length > 0) await context.call('lambda', 'UntagResource', { Resource, TagKeys });
      if (Tags?.length) await context.call('lambda', 'TagResource', { Resource, Tags: tagMap(Tags) });
    }
    return undefined;
  },
  async delete({ physicalId: UUID }, _properties, context) {
    try {
      await context.call('lambda', 'DeleteEventSourceMapping', { UUID });
      for (;;) {
        await context.call('lambda', 'GetEventSourceMapping', { UUID });
        await context.clock.sleep(POLL_MS, `event source mapping ${UUID} to be gone`);
      }
    } catch (error) {
      if (!(error instanceof AwsError) || !isNotFound(error)) throw error;
    }
  },
});
