/** Operations on rules, their targets and their tags. */
import type {
  DeleteRuleCommandInput,
  DescribeRuleCommandInput,
  DisableRuleCommandInput,
  EnableRuleCommandInput,
  ListRuleNamesByTargetCommandInput,
  ListRulesCommandInput,
  ListTagsForResourceCommandInput,
  ListTargetsByRuleCommandInput,
  PutRuleCommandInput,
  PutTargetsCommandInput,
  RemoveTargetsCommandInput,
  TagResourceCommandInput,
  Target,
  TestEventPatternCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-eventbridge';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import { NAME_PATTERN, requireConstraints, requireLimit } from './constraints.ts';
import { parseEventPattern } from './pattern.ts';
import { parseSchedule } from './schedule-expression.ts';
import type { ScheduledRules } from './scheduled-rules.ts';
import {
  DEFAULT_BUS,
  type EventStore,
  type RuleRecord,
  requireBus,
  requireRule,
  ruleArn,
  rulesOf,
} from './store.ts';
import { recordToTags, tagsToRecord, withoutTags } from './tags.ts';
import { validateTarget } from './target-kinds.ts';

/** EventBridge's quota for a rule. */
const MOST_TARGETS = 5;
const ENVELOPE_FIELDS = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'];

export function ruleOperations(cloud: Cloud, store: EventStore, schedules: ScheduledRules) {
  function save(rule: RuleRecord): void {
    store.rules.put(rule.arn, rule);
    schedules.reschedule(rule.arn);
  }

  function setState(name: string | undefined, bus: string | undefined, state: RuleRecord['state']) {
    save({ ...requireRule(store, cloud, name ?? '', bus), state });
    return {};
  }

  return {
    PutRule(input: PutRuleCommandInput) {
      const bus = requireBus(store, input.EventBusName);
      const name = input.Name ?? '';
      validateRule(input, bus.name);
      const arn = ruleArn(cloud, bus.name, name);
      const before = store.rules.get(arn);
      const isSameSchedule = before?.scheduleExpression === input.ScheduleExpression;
      save({
        name,
        busName: bus.name,
        arn,
        ...(input.Description !== undefined && { description: input.Description }),
        ...(input.EventPattern !== undefined && { eventPattern: input.EventPattern }),
        ...(input.ScheduleExpression !== undefined && { scheduleExpression: input.ScheduleExpression }),
        ...(input.RoleArn !== undefined && { roleArn: input.RoleArn }),
        state: input.State === 'DISABLED' ? 'DISABLED' : 'ENABLED',
        targets: before?.targets ?? [],
        // tags are taken only from the call that makes the rule
        tags: before?.tags ?? tagsToRecord(input.Tags),
        scheduledFromEpochMs: before && isSameSchedule ? before.scheduledFromEpochMs : cloud.clock.now(),
      });
      return { RuleArn: arn };
    },

    DeleteRule({ Name, EventBusName }: DeleteRuleCommandInput) {
      const bus = requireBus(store, EventBusName);
      const arn = ruleArn(cloud, bus.name, Name ?? '');
      if ((store.rules.get(arn)?.targets.length ?? 0) > 0) {
        throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
      }
      store.rules.delete(arn);
      schedules.reschedule(arn);
      return {};
    },

    DescribeRule({ Name, EventBusName }: DescribeRuleCommandInput) {
      return { ...toRule(requireRule(store, cloud, Name ?? '', EventBusName)), CreatedBy: cloud.account };
    },

    ListRules({ NamePrefix, EventBusName, Limit, NextToken }: ListRulesCommandInput) {
      requireLimit(Limit);
      const bus = requireBus(store, EventBusName);
      const rules = rulesOf(store, bus.name)
        .filter(({ name }) => name.startsWith(NamePrefix ?? ''))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, nextToken } = pageOf(rules, { size: Limit ?? 100, token: NextToken });
      return { Rules: items.map(toRule), NextToken: nextToken };
    },

    EnableRule: ({ Name, EventBusName }: EnableRuleCommandInput) => setState(Name, EventBusName, 'ENABLED'),
    DisableRule: ({ Name, EventBusName }: DisableRuleCommandInput) =>
      setState(Name, EventBusName, 'DISABLED'),

    PutTargets({ Rule, EventBusName, Targets = [] }: PutTargetsCommandInput) {
      const rule = requireRule(store, cloud, Rule ?? '', EventBusName);
      Targets.forEach(validateTarget);
      const ids = new Set(Targets.map(({ Id }) => Id));
      const targets: Target[] = [...rule.targets.filter(({ Id }) => !ids.has(Id)), ...Targets];
      if (targets.length > MOST_TARGETS) {
        throw new AwsError(
          'LimitExceededException',
          'The requested resource exceeds the maximum number allowed.',
        );
      }
      save({ ...rule, targets });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },

    RemoveTargets({ Rule, EventBusName, Ids = [] }: RemoveTargetsCommandInput) {
      const rule = requireRule(store, cloud, Rule ?? '', EventBusName);
      save({ ...rule, targets: rule.targets.filter(({ Id }) => !Ids.includes(Id ?? '')) });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },

    ListTargetsByRule({ Rule, EventBusName, Limit, NextToken }: ListTargetsByRuleCommandInput) {
      requireLimit(Limit);
      const rule = requireRule(store, cloud, Rule ?? '', EventBusName);
      const { items, nextToken } = pageOf(rule.targets, { size: Limit ?? 100, token: NextToken });
      return { Targets: items, NextToken: nextToken };
    },

    ListRuleNamesByTarget({ TargetArn, EventBusName, Limit, NextToken }: ListRuleNamesByTargetCommandInput) {
      requireLimit(Limit);
      const bus = requireBus(store, EventBusName);
      const names = rulesOf(store, bus.name)
        .filter(({ targets }) => targets.some(({ Arn }) => Arn === TargetArn))
        .map(({ name }) => name)
        .sort();
      const { items, nextToken } = pageOf(names, { size: Limit ?? 100, token: NextToken });
      return { RuleNames: items, NextToken: nextToken };
    },

    TestEventPattern({ EventPattern, Event }: TestEventPatternCommandInput) {
      const pattern = parseEventPattern(EventPattern ?? '');
      const event = parseTestEvent(Event ?? '');
      return { Result: pattern.matches(event) };
    },

    TagResource({ ResourceARN, Tags }: TagResourceCommandInput) {
      changeTags(store, cloud, ResourceARN ?? '', (tags) => ({ ...tags, ...tagsToRecord(Tags) }));
      return {};
    },
    UntagResource({ ResourceARN, TagKeys }: UntagResourceCommandInput) {
      changeTags(store, cloud, ResourceARN ?? '', (tags) => withoutTags(tags, TagKeys));
      return {};
    },
    ListTagsForResource({ ResourceARN }: ListTagsForResourceCommandInput) {
      return { Tags: recordToTags(changeTags(store, cloud, ResourceARN ?? '', (tags) => tags)) };
    },
  };
}

function validateRule(input: PutRuleCommandInput, busName: string): void {
  requireConstraints('ValidationException', [
    { path: 'name', value: input.Name, minLength: 1, maxLength: 64, pattern: NAME_PATTERN },
    { path: 'description', value: input.Description, maxLength: 512 },
    { path: 'scheduleExpression', value: input.ScheduleExpression, maxLength: 256 },
    { path: 'roleArn', value: input.RoleArn, minLength: 1, maxLength: 1600 },
    {
      path: 'state',
      value: input.State,
      oneOf: ['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'],
    },
  ]);
  if (input.EventPattern === undefined && input.ScheduleExpression === undefined) {
    throw new AwsError(
      'ValidationException',
      'Parameter(s) EventPattern or ScheduleExpression must be specified.',
    );
  }
  if (input.State === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS') {
    throw new NotImplementedByLocalCloud(`events PutRule State ${input.State}`);
  }
  if (input.EventPattern !== undefined) parseEventPattern(input.EventPattern);
  if (input.ScheduleExpression === undefined) return;
  if (busName !== DEFAULT_BUS) {
    throw new AwsError(
      'ValidationException',
      'ScheduleExpression is supported only on the default event bus.',
    );
  }
  if (input.ScheduleExpression.startsWith('at(') || !parseSchedule(input.ScheduleExpression, 'UTC')) {
    throw new AwsError('ValidationException', 'Parameter ScheduleExpression is not valid.');
  }
}

function parseTestEvent(text: string): object {
  try {
    const event: unknown = JSON.parse(text);
    if (typeof event === 'object' && event !== null && ENVELOPE_FIELDS.every((name) => name in event))
      return event;
  } catch {
    // no JSON at all is refused in the same words
  }
  throw new AwsError('ValidationException', 'Parameter Event is not valid.');
}

function toRule(rule: RuleRecord) {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.eventPattern,
    State: rule.state,
    Description: rule.description,
    ScheduleExpression: rule.scheduleExpression,
    RoleArn: rule.roleArn,
    EventBusName: rule.busName,
  };
}

/** Changes the tags of a rule or a bus and returns them. @throws AwsError ResourceNotFoundException */
function changeTags(
  store: EventStore,
  place: Pick<Cloud, 'account' | 'region'>,
  arn: string,
  change: (tags: Readonly<Record<string, string>>) => Record<string, string>,
): Readonly<Record<string, string>> {
  const [kind, ...path] = (arn.split(':')[5] ?? '').split('/');
  if (kind === 'rule') {
    const rule = requireRule(store, place, path.at(-1) ?? '', path.slice(0, -1).join('/') || undefined);
    const tags = change(rule.tags);
    store.rules.put(rule.arn, { ...rule, tags });
    return tags;
  }
  if (kind !== 'event-bus') {
    throw new AwsError(
      'ValidationException',
      `Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`,
    );
  }
  const bus = requireBus(store, arn);
  const tags = change(bus.tags);
  store.buses.put(bus.name, { ...bus, tags });
  return tags;
}
