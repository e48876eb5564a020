/** Permissions of EventBridge's operations. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html */
import type {
  PutEventsCommandInput,
  PutRuleCommandInput,
  PutTargetsCommandInput,
} from '@aws-sdk/client-eventbridge';
import type { Cloud } from '../core/cloud.ts';
import type { AccessRequest } from '../core/service.ts';
import { EVENTS_PRINCIPAL } from './send-to-target.ts';
import { archiveArn, busArn, busNameOf, type EventStore, ruleArn } from './store.ts';

interface NamedInput {
  readonly Name?: string;
  readonly NamePrefix?: string;
  readonly Rule?: string;
  readonly EventBusName?: string;
  readonly ArchiveName?: string;
  readonly ReplayName?: string;
  readonly ResourceARN?: string;
  readonly EventSourceArn?: string;
}

const ON_BUS = ['CreateEventBus', 'UpdateEventBus', 'DeleteEventBus', 'DescribeEventBus'];
const ON_BUS_OF_PERMISSION = ['PutPermission', 'RemovePermission'];
const ON_RULE = [
  'DeleteRule',
  'DescribeRule',
  'EnableRule',
  'DisableRule',
  'RemoveTargets',
  'ListTargetsByRule',
];
const ON_ARCHIVE = ['CreateArchive', 'UpdateArchive', 'DeleteArchive', 'DescribeArchive'];
const ON_REPLAY = ['StartReplay', 'CancelReplay', 'DescribeReplay'];
const ON_TAGGED = ['TagResource', 'UntagResource', 'ListTagsForResource'];
const ON_ALL = [
  'ListEventBuses',
  'ListRules',
  'ListRuleNamesByTarget',
  'TestEventPattern',
  'ListArchives',
  'ListReplays',
];

/** Access requests by operation; what EventBridge has no resource type for is asked on `*`. */
export function eventsAccess(cloud: Cloud, store: EventStore) {
  function ruleOf(input: NamedInput): string {
    return ruleArn(cloud, busNameOf(input.EventBusName), input.Name ?? input.Rule ?? '');
  }

  function putEventsAccess({ Entries = [] }: PutEventsCommandInput): AccessRequest[] {
    const busNames = new Set(Entries.map(({ EventBusName }) => busNameOf(EventBusName)));
    return [...busNames].map((name) => {
      const entries = Entries.filter(({ EventBusName }) => busNameOf(EventBusName) === name);
      const policy = store.buses.get(name)?.policy;
      return {
        action: 'events:PutEvents',
        resource: busArn(cloud, name),
        context: {
          'events:source': distinct(entries.map(({ Source }) => Source)),
          'events:detail-type': distinct(entries.map(({ DetailType }) => DetailType)),
          'events:eventBusInvocation': 'false',
        },
        ...(policy !== undefined && { resourcePolicy: policy }),
      };
    });
  }

  return (operation: string, input: NamedInput): readonly AccessRequest[] => {
    const action = `events:${operation}`;
    if (operation === 'PutEvents') return putEventsAccess(input as PutEventsCommandInput);
    if (operation === 'PutRule') {
      const { RoleArn, EventPattern } = input as PutRuleCommandInput;
      return [
        { action, resource: ruleOf(input), context: patternContext(EventPattern) },
        ...passRole([RoleArn]),
      ];
    }
    if (operation === 'PutTargets') {
      const { Targets = [] } = input as PutTargetsCommandInput;
      const context = { 'events:TargetArn': distinct(Targets.map(({ Arn }) => Arn)) };
      return [
        { action, resource: ruleOf(input), context },
        ...passRole(Targets.map(({ RoleArn }) => RoleArn)),
      ];
    }
    if (ON_RULE.includes(operation)) return [{ action, resource: ruleOf(input) }];
    if (ON_BUS.includes(operation)) return [{ action, resource: busArn(cloud, busNameOf(input.Name)) }];
    if (ON_BUS_OF_PERMISSION.includes(operation)) {
      return [{ action, resource: busArn(cloud, busNameOf(input.EventBusName)) }];
    }
    if (ON_ARCHIVE.includes(operation)) {
      const archive = { action, resource: archiveArn(cloud, input.ArchiveName ?? '') };
      // creating an archive is also allowed or denied on the bus that it keeps
      return operation === 'CreateArchive'
        ? [archive, { action, resource: input.EventSourceArn ?? '*' }]
        : [archive];
    }
    if (ON_REPLAY.includes(operation)) {
      const replay = `arn:aws:events:${cloud.region}:${cloud.account}:replay/${input.ReplayName}`;
      const requests = [{ action, resource: replay }];
      return operation === 'StartReplay'
        ? [...requests, { action, resource: input.EventSourceArn ?? '*' }]
        : requests;
    }
    if (ON_TAGGED.includes(operation)) return [{ action, resource: input.ResourceARN ?? '*' }];
    if (ON_ALL.includes(operation)) return [{ action, resource: '*' }];
    return [];
  };
}

function passRole(roleArns: readonly (string | undefined)[]): AccessRequest[] {
  return distinct(roleArns).map((resource) => ({
    action: 'iam:PassRole',
    resource,
    context: { 'iam:PassedToService': EVENTS_PRINCIPAL },
  }));
}

/** Condition keys `events:source` and `events:detail-type` of PutRule: what the pattern asks for, where it is plain. */
function patternContext(pattern: string | undefined): Record<string, string[]> {
  try {
    const parsed = JSON.parse(pattern ?? '{}') as Record<string, unknown>;
    const context: Record<string, string[]> = {};
    for (const name of ['source', 'detail-type']) {
      const values: unknown = parsed[name];
      if (Array.isArray(values))
        context[`events:${name}`] = values.filter((each) => typeof each === 'string');
    }
    return context;
  } catch {
    // the operation refuses the pattern with a better message
    return {};
  }
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}
