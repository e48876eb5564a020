/** AWS::Events::Rule. */
import type { PutRuleCommandOutput, PutTargetsCommandOutput } from '@aws-sdk/client-eventbridge';
import { AwsError } from '../../core/errors.ts';
import { unlessGone } from '../errors.ts';
import { given, mustNotExist, policyText, removedTagKeys, TAGS } from './common.ts';
import { defineResource, type PropertyValues, type ResourceContext, replaces, updates } from './handler.ts';

const MAX_NAME_LENGTH = 64;

const TARGET = {
  Arn: 'string',
  DeadLetterConfig: { Arn: 'string' },
  Id: 'string',
  Input: 'string',
  InputPath: 'string',
  InputTransformer: { InputPathsMap: { '*': 'string' }, InputTemplate: 'string' },
  RetryPolicy: { MaximumEventAgeInSeconds: 'integer', MaximumRetryAttempts: 'integer' },
  RoleArn: 'string',
} as const;

const RULE = {
  Description: updates('string'),
  EventBusName: replaces('string'),
  EventPattern: updates('json'),
  Name: replaces('string'),
  RoleArn: updates('string'),
  ScheduleExpression: updates('string'),
  State: updates('string'),
  Tags: updates(TAGS),
  Targets: updates([TARGET]),
} as const;

type RuleProperties = PropertyValues<typeof RULE>;

async function putRule(context: ResourceContext, Name: string, properties: RuleProperties, Tags?: object) {
  const { Targets, Tags: _, EventPattern, ...rest } = properties;
  const pattern = EventPattern === undefined ? undefined : policyText(EventPattern);
  const input = given({ ...rest, Name, EventPattern: pattern, Tags });
  const { RuleArn = '' } = await context.call<PutRuleCommandOutput>('events', 'PutRule', input);
  return RuleArn;
}

async function putTargets(context: ResourceContext, Rule: string, properties: RuleProperties): Promise<void> {
  if (!properties.Targets?.length) return;
  const { EventBusName, Targets } = properties;
  const answer = await context.call<PutTargetsCommandOutput>(
    'events',
    'PutTargets',
    given({ Rule, EventBusName, Targets }),
  );
  const failed = answer.FailedEntries?.[0];
  if (failed)
    throw new AwsError(failed.ErrorCode ?? 'InternalFailure', failed.ErrorMessage ?? 'PutTargets failed');
}

async function removeTargets(
  context: ResourceContext,
  Rule: string,
  { EventBusName, Targets }: RuleProperties,
) {
  const Ids = (Targets ?? []).map(({ Id }) => Id);
  if (Ids.length > 0)
    await unlessGone(context.call('events', 'RemoveTargets', given({ Rule, EventBusName, Ids })));
}

export const rule = defineResource({
  type: 'AWS::Events::Rule',
  properties: RULE,
  nameProperty: 'Name',
  attributes: ['Arn'],
  tags: 'list',
  async create(properties, context) {
    const Name = properties.Name ?? context.name({ maxLength: MAX_NAME_LENGTH });
    const { EventBusName } = properties;
    // PutRule would take over a rule of the same name
    await mustNotExist('AWS::Events::Rule', Name, () =>
      context.call('events', 'DescribeRule', given({ Name, EventBusName })),
    );
    const Arn = await putRule(context, Name, properties, properties.Tags);
    const isOnDefaultBus = EventBusName === undefined || EventBusName === 'default';
    const physicalId = isOnDefaultBus ? Name : `${EventBusName.split('/').at(-1)}|${Name}`;
    context.created(physicalId);
    await putTargets(context, Name, properties);
    return { physicalId, attributes: { Arn } };
  },
  async update({ physicalId, attributes, previous, next, changed }, context) {
    const Name = physicalId.split('|').at(-1) ?? physicalId;
    await putRule(context, Name, next);
    if (changed('Targets')) {
      const kept = new Set((next.Targets ?? []).map(({ Id }) => Id));
      const gone = (previous.Targets ?? []).filter(({ Id }) => !kept.has(Id));
      await removeTargets(context, Name, { ...next, Targets: gone });
      await putTargets(context, Name, next);
    }
    if (changed('Tags')) {
      const ResourceARN = attributes.Arn;
      const TagKeys = removedTagKeys(previous.Tags, next.Tags);
      if (TagKeys.length > 0) await context.call('events', 'UntagResource', { ResourceARN, TagKeys });
      if (next.Tags?.length) await context.call('events', 'TagResource', { ResourceARN, Tags: next.Tags });
    }
    return undefined;
  },
  async delete({ physicalId }, properties, context) {
    const Name = physicalId.split('|').at(-1) ?? physicalId;
    const { EventBusName } = properties;
    await removeTargets(context, Name, properties);
    await unlessGone(context.call('events', 'DeleteRule', given({ Name, EventBusName })));
  },
});
