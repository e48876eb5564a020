/** The resource types that this cloud has. */
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { cdkMetadata } from './cdk-metadata.ts';
import { alarm, compositeAlarm, dashboard } from './cloudwatch.ts';
import { customResource } from './custom-resource.ts';
import { table } from './dynamodb-table.ts';
import { repository } from './ecr-repository.ts';
import { archive, eventBus } from './events-bus.ts';
import { rule } from './events-rule.ts';
import type { ResourceHandler } from './handler.ts';
import { managedPolicy, policy } from './iam-policies.ts';
import { role } from './iam-role.ts';
import { kmsAlias, kmsKey } from './kms.ts';
import { lambdaFunction } from './lambda-function.ts';
import { eventInvokeConfig, eventSourceMapping } from './lambda-invocation.ts';
import { permission } from './lambda-permission.ts';
import { alias, functionVersion, layerVersion } from './lambda-versions.ts';
import { logGroup } from './logs.ts';
import { bucket } from './s3-bucket.ts';
import { bucketPolicy } from './s3-bucket-policy.ts';
import { modelPackageGroup } from './sagemaker.ts';
import { schedule } from './scheduler.ts';
import { subscription } from './sns-subscription.ts';
import { topic, topicPolicy } from './sns-topic.ts';
import { queue, queuePolicy } from './sqs.ts';
import { parameter } from './ssm-parameter.ts';
import { stateMachine } from './states-state-machine.ts';

const HANDLERS: ReadonlyMap<string, ResourceHandler> = new Map(
  [
    alarm,
    alias,
    archive,
    bucket,
    bucketPolicy,
    cdkMetadata,
    compositeAlarm,
    dashboard,
    eventBus,
    eventInvokeConfig,
    eventSourceMapping,
    functionVersion,
    kmsAlias,
    kmsKey,
    lambdaFunction,
    layerVersion,
    logGroup,
    managedPolicy,
    modelPackageGroup,
    parameter,
    permission,
    policy,
    queue,
    queuePolicy,
    repository,
    role,
    rule,
    schedule,
    stateMachine,
    subscription,
    table,
    topic,
    topicPolicy,
  ].map((handler) => [handler.type, handler]),
);

/** The handler of a resource type. @throws NotImplementedByLocalCloud naming the type and the resource. */
export function handlerFor(type: string, logicalId: string): ResourceHandler {
  if (type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource')
    return customResource(type);
  const handler = HANDLERS.get(type);
  if (!handler) throw new NotImplementedByLocalCloud(`resource type ${type} (${logicalId})`);
  return handler;
}

/** Every type with its handler, in the order of their names; custom types not among them. */
export function supportedTypes(): string[] {
  return [...HANDLERS.keys()].sort();
}
