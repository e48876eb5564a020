/** Permissions of CloudWatch Logs' operations. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html */
import type { Cloud } from '../core/cloud.ts';
import type { AccessRequest } from '../core/service.ts';
import { groupArn, groupNameOf, type LogStore } from './groups.ts';

interface LogsInput {
  readonly logGroupName?: string;
  readonly logGroupIdentifier?: string;
  readonly resourceIdentifier?: string;
  readonly logStreamName?: string;
  readonly resourceArn?: string;
  readonly tags?: object;
}

const ON_ALL = ['PutResourcePolicy', 'DeleteResourcePolicy', 'DescribeResourcePolicies'];
const ON_TAGGED = ['TagResource', 'UntagResource', 'ListTagsForResource'];
/** The stream is part of the resource only here; elsewhere its name is empty. */
const ON_STREAM = ['CreateLogStream', 'DeleteLogStream', 'PutLogEvents', 'GetLogEvents'];

/**
 * CloudWatch Logs asks for `log-group:NAME:log-stream:STREAM` even where only the group counts (the stream's name is
 * empty then), which is why a policy on a group's ARN needs its `:*`; only tags are asked on the plain ARN.
 */
export function logsAccess(cloud: Cloud, store: LogStore) {
  return (operation: string, input: LogsInput): readonly AccessRequest[] => {
    const action = `logs:${operation}`;
    if (ON_ALL.includes(operation)) return [{ action, resource: '*' }];
    if (ON_TAGGED.includes(operation)) {
      return [{ action, resource: groupArn(cloud, groupNameOf(input.resourceArn)) }];
    }
    const name = groupNameOf(input.logGroupName ?? input.logGroupIdentifier ?? input.resourceIdentifier);
    const stream = ON_STREAM.includes(operation) ? (input.logStreamName ?? '') : '';
    const resourcePolicy = mergedPolicy(store);
    const request: AccessRequest = {
      action,
      resource: `${groupArn(cloud, name)}:log-stream:${stream}`,
      ...(resourcePolicy !== undefined && { resourcePolicy }),
    };
    const hasTags = operation === 'CreateLogGroup' && Object.keys(input.tags ?? {}).length > 0;
    return hasTags ? [request, { action: 'logs:TagResource', resource: groupArn(cloud, name) }] : [request];
  };
}

/** The account's resource policies as one document. */
function mergedPolicy(store: LogStore): string | undefined {
  const statements = store.policies
    .values()
    .flatMap(({ document }) => (JSON.parse(document) as { Statement: object | object[] }).Statement);
  return statements.length === 0
    ? undefined
    : JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
