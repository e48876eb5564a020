/** The AWS managed policies that CDK's bootstrap and constructs attach. */
import type { PolicyRecord } from './store.ts';

const CREATED = new Date('2015-02-06T18:39:46Z');

/** Services of which this cloud has any part; the real read-only policy lists some hundred more. */
const READABLE = [
  'cloudformation',
  'cloudwatch',
  'dynamodb',
  'ecr',
  'events',
  'iam',
  'kms',
  'lambda',
  'logs',
  's3',
  'sagemaker',
  'scheduler',
  'sns',
  'sqs',
  'ssm',
  'states',
  'sts',
];
/** Reads that the real policy leaves out: they give away secrets, or use a key. */
const UNREADABLE = new Set(['kms:Get*', 'sts:Get*', 'sts:List*', 'sts:Describe*']);

const readActions = READABLE.flatMap((service) =>
  ['Get', 'List', 'Describe'].map((verb) => `${service}:${verb}*`),
)
  .filter((action) => !UNREADABLE.has(action))
  .concat(
    'dynamodb:Query',
    'dynamodb:Scan',
    'dynamodb:BatchGetItem',
    'kms:GetKeyPolicy',
    'kms:GetKeyRotationStatus',
  )
  .concat(
    'logs:FilterLogEvents',
    'logs:StartQuery',
    'sagemaker:Search',
    'states:ValidateStateMachineDefinition',
  );

const LOG_WRITES = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
const NETWORK_INTERFACES = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

const POLICIES: readonly PolicyRecord[] = [
  managed('AdministratorAccess', '/', ['*']),
  managed('ReadOnlyAccess', '/', readActions),
  managed('AWSCloudFormationReadOnlyAccess', '/', [
    'cloudformation:Describe*',
    'cloudformation:EstimateTemplateCost',
    'cloudformation:Get*',
    'cloudformation:List*',
    'cloudformation:ValidateTemplate',
    'cloudformation:Detect*',
  ]),
  managed('AWSCloudFormationReadOnlyAccess', '/', [
    'cloudformation:Describe*',
    'cloudformation:EstimateTemplateCost',
    'cloudformation:Get*',
    'cloudformation:List*',
    'cloudformation:ValidateTemplate',
    'cloudformation:Detect*',
  ]),
  managed('AWSLambdaBasicExecutionRole', '/service-role/', LOG_WRITES),
  managed('AWSLambdaVPCAccessExecutionRole', '/service-role/', [...LOG_WRITES, ...NETWORK_INTERFACES]),
  managed('AWSLambdaSQSQueueExecutionRole', '/service-role/', [
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    ...LOG_WRITES,
  ]),
  managed('AWSXRayDaemonWriteAccess', '/', [
    'xray:PutTraceSegments',
    'xray:PutTelemetryRecords',
    'xray:GetSamplingRules',
    'xray:GetSamplingTargets',
    'xray:GetSamplingStatisticSummaries',
  ]),
  managed('CloudWatchLambdaInsightsExecutionRolePolicy', '/', LOG_WRITES),
];

const BY_ARN = new Map(POLICIES.map((policy) => [policy.arn, policy]));

/** An AWS managed policy that this cloud knows, by ARN. */
export function awsManagedPolicy(arn: string): PolicyRecord | undefined {
  return BY_ARN.get(arn);
}

function managed(name: string, path: string, actions: readonly string[]): PolicyRecord {
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
  });
  return {
    name,
    path,
    id: `ANPA${name.toUpperCase().slice(0, 17).padEnd(17, 'X')}`,
    arn: `arn:aws:iam::aws:policy${path}${name}`,
    createDate: CREATED,
    updateDate: CREATED,
    versions: [{ versionId: 'v1', document, createDate: CREATED }],
    defaultVersionId: 'v1',
    nextVersion: 2,
    tags: [],
  };
}
