/** Permissions of Step Functions' operations. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html */
import type { Tag } from '@aws-sdk/client-sfn';
import type { AccessRequest } from '../core/service.ts';
import { type Place, stateMachineArn } from './names.ts';

interface StatesInput {
  readonly name?: string;
  readonly roleArn?: string;
  readonly tags?: readonly Tag[];
  readonly stateMachineArn?: string;
  readonly executionArn?: string;
  readonly mapRunArn?: string;
  readonly resourceArn?: string;
  readonly taskToken?: string;
}

const ON_MACHINE = ['UpdateStateMachine', 'DeleteStateMachine', 'DescribeStateMachine', 'StartExecution'];
const ON_EXECUTION = [
  'DescribeExecution',
  'DescribeStateMachineForExecution',
  'GetExecutionHistory',
  'StopExecution',
  'RedriveExecution',
  'ListMapRuns',
];
const ON_MAP_RUN = ['DescribeMapRun', 'UpdateMapRun'];
const ON_TAGGED = ['TagResource', 'UntagResource', 'ListTagsForResource'];
const ON_TOKEN = ['SendTaskSuccess', 'SendTaskFailure', 'SendTaskHeartbeat'];

/** Access requests by operation; what has no resource type is asked on `*`. */
export function statesAccess(place: Place, operation: string, input: StatesInput): readonly AccessRequest[] {
  const action = `states:${operation}`;
  if (operation === 'CreateStateMachine') {
    const resource = stateMachineArn(place, input.name ?? '');
    const tags = tagContext(input.tags);
    return [
      { action, resource, ...tags },
      ...(input.tags?.length ? [{ action: 'states:TagResource', resource, ...tags }] : []),
      ...passRole(input.roleArn),
    ];
  }
  if (operation === 'UpdateStateMachine') {
    return [{ action, resource: input.stateMachineArn ?? '*' }, ...passRole(input.roleArn)];
  }
  if (ON_MACHINE.includes(operation)) return [{ action, resource: input.stateMachineArn ?? '*' }];
  if (operation === 'ListExecutions') {
    return [{ action, resource: input.mapRunArn ?? input.stateMachineArn ?? '*' }];
  }
  if (ON_MAP_RUN.includes(operation)) return [{ action, resource: input.mapRunArn ?? '*' }];
  if (ON_EXECUTION.includes(operation)) return [{ action, resource: input.executionArn ?? '*' }];
  if (ON_TAGGED.includes(operation)) {
    return [{ action, resource: input.resourceArn ?? '*', ...tagContext(input.tags) }];
  }
  if (ON_TOKEN.includes(operation)) return [{ action, resource: machineOfToken(input.taskToken) }];
  return [{ action, resource: '*' }];
}

function passRole(roleArn: string | undefined): AccessRequest[] {
  if (roleArn === undefined) return [];
  const context = { 'iam:PassedToService': 'states.amazonaws.com' };
  return [{ action: 'iam:PassRole', resource: roleArn, context }];
}

function tagContext(tags: readonly Tag[] = []): Pick<AccessRequest, 'context'> {
  if (tags.length === 0) return {};
  const values = tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value ?? ''] as const);
  return { context: { ...Object.fromEntries(values), 'aws:TagKeys': tags.map(({ key }) => key ?? '') } };
}

/** The state machine that issued the token, which names its execution. */
function machineOfToken(token = ''): string {
  const executionArn = Buffer.from(token, 'base64').toString().split(' ')[1];
  if (!executionArn?.includes(':execution:')) return '*';
  const [arn, partition, service, region, account, , machine] = executionArn.split(':');
  return [arn, partition, service, region, account, 'stateMachine', machine].join(':');
}
