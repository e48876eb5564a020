/** The permissions that CloudFormation's operations need. */
import type { Cloud } from '../core/cloud.ts';
import type { AccessRequest } from '../core/service.ts';
import type { Store } from './store.ts';

interface StackRequest {
  readonly StackName?: string;
  readonly ChangeSetName?: string;
  readonly RoleARN?: string;
  readonly TemplateURL?: string;
}

/** Operations that IAM knows without a resource. */
const WITHOUT_RESOURCE: ReadonlySet<string> = new Set([
  'DescribeType',
  'ListExports',
  'ListImports',
  'ListStacks',
  'ValidateTemplate',
]);

/** Operations whose RoleARN CloudFormation will assume. */
const PASSES_ROLE: ReadonlySet<string> = new Set([
  'ContinueUpdateRollback',
  'CreateChangeSet',
  'CreateStack',
  'DeleteStack',
  'RollbackStack',
  'UpdateStack',
]);

function stackArn(cloud: Cloud, store: Store, input: StackRequest): string {
  const { StackName, ChangeSetName } = input;
  const byChangeSet = ChangeSetName?.startsWith('arn:')
    ? store.changeSetById(ChangeSetName)?.stackId
    : undefined;
  if (StackName?.startsWith('arn:')) return StackName;
  if (StackName === undefined)
    return byChangeSet ?? `arn:aws:cloudformation:${cloud.region}:${cloud.account}:stack/*/*`;
  return (
    store.find(StackName)?.stackId ??
    `arn:aws:cloudformation:${cloud.region}:${cloud.account}:stack/${StackName}/*`
  );
}

/** What an operation needs: its own action on the stack, and `iam:PassRole` for the role that it hands over. */
export function accessRequests(
  cloud: Cloud,
  store: Store,
  operation: string,
  input: StackRequest,
): readonly AccessRequest[] {
  const context = {
    ...(input.RoleARN === undefined ? {} : { 'cloudformation:RoleArn': input.RoleARN }),
    ...(input.ChangeSetName === undefined ? {} : { 'cloudformation:ChangeSetName': input.ChangeSetName }),
    ...(input.TemplateURL === undefined ? {} : { 'cloudformation:TemplateUrl': input.TemplateURL }),
  };
  const own: AccessRequest = {
    action: `cloudformation:${operation}`,
    resource: WITHOUT_RESOURCE.has(operation) ? '*' : stackArn(cloud, store, input),
    context,
  };
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
  if (operation === 'DescribeStacks' && input.StackName === undefined) {
    return [own, { action: 'cloudformation:ListStacks', resource: '*' }];
  }
  if (input.RoleARN === undefined || !PASSES_ROLE.has(operation)) return [own];
  const passRole: AccessRequest = {
    action: 'iam:PassRole',
    resource: input.RoleARN,
    context: { 'iam:PassedToService': 'cloudformation.amazonaws.com' },
  };
  return [own, passRole];
}
