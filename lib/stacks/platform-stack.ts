/** One per stage: key, bus, catalog, queues, handlers and workflows, shared by all projects as data. */
import { Aws, CustomResource, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { Names } from '../../lambdas/shared/names.ts';
import type { StageConfig } from '../config/schema.ts';
import { Datasets } from '../datasets/datasets.ts';
import { Deployment } from '../deployment/deployment.ts';
import { Evaluation } from '../evaluation/evaluation.ts';
import { Governance } from '../governance/governance.ts';
import { Notifications } from '../governance/notifications.ts';
import { Monitoring } from '../monitoring/monitoring.ts';
import { Registry } from '../registry/registry.ts';
import { Retraining } from '../retraining/retraining.ts';
import { Sweeps } from '../retraining/sweeps.ts';
import { removeContents } from '../shared/bucket-contents.ts';
import { duckdbLayer } from '../shared/duckdb-layer.ts';
import { acknowledge } from '../shared/nag.ts';
import type { PlatformContext } from '../shared/platform-context.ts';
import type { PlatformFunction } from '../shared/platform-function.ts';
import { stageKey } from '../shared/stage-key.ts';
import { Training } from '../training/training.ts';

export interface PlatformStackProps extends StackProps {
  readonly names: Names;
  readonly stage: StageConfig;
  readonly bundles: Readonly<Record<string, string>>;
  /** ARNs of the functions that projects judge their runs by. */
  readonly customGates: readonly string[];
}

export class PlatformStack extends Stack {
  constructor(scope: Construct, id: string, props: PlatformStackProps) {
    super(scope, id, props);
    const context = this.foundation(props);

    // in the order of the loop
    const datasets = new Datasets(this, context);
    const evaluation = new Evaluation(this, context, props.customGates);
    const registry = new Registry(this, context);
    const training = new Training(this, context, {
      assemble: datasets.assemble,
      evaluate: evaluation.evaluate,
      register: registry.register,
    });
    const deployment = new Deployment(this, context);
    const monitoring = new Monitoring(this, context);
    const retraining = new Retraining(this, context);
    const governance = new Governance(this, context);
    this.makeContentsWaitFor(governance.emptyBucket);
    new Sweeps(this, context, {
      decide: retraining.decide,
      reconcile: governance.reconcile,
      monitor: monitoring.run,
      sweepIncoming: datasets.ingest.sweep,
      expireApprovals: registry.expire,
    });
    new Notifications(this, context, {
      workflows: [training.workflow.stateMachine, deployment.workflow.stateMachine],
      ingest: { workflow: datasets.ingest.workflow.stateMachine, fail: datasets.ingest.fail.function },
    });
  }

  /** The buckets come before the function that empties them; their custom resources have to come after it. */
  private makeContentsWaitFor(emptyBucket?: PlatformFunction): void {
    if (!emptyBucket) return;
    for (const construct of this.node.findAll()) {
      if (construct instanceof CustomResource) construct.node.addDependency(emptyBucket);
    }
  }

  /** What everything else stands on. */
  private foundation({ names, stage, bundles }: PlatformStackProps): PlatformContext {
    const removal = stage.removal === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
    const key = stageKey(this, names, removal);
    new ssm.StringParameter(this, 'KeyArn', {
      parameterName: names.keyArnParameter(),
      stringValue: key.keyArn,
      description: "ARN of the stage's key, for the stacks of its projects",
    });
    this.accessLogs(names, removal);
    const bus = new events.EventBus(this, 'Bus', {
      eventBusName: names.bus(),
      kmsKey: key,
      description: `Domain events of Driftless in stage ${names.stage}`,
    });
    bus.archive('Archive', {
      archiveName: names.bus(),
      description: 'Thirty days of domain events, to replay',
      eventPattern: { account: [Aws.ACCOUNT_ID] },
      retention: Duration.days(30),
    });
    const catalog = new dynamodb.Table(this, 'Catalog', {
      tableName: names.catalog(),
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: removal,
    });
    const topic = new sns.Topic(this, 'Notifications', {
      topicName: names.topic(),
      masterKey: key,
      enforceSSL: true,
    });
    // A topic with a policy of its own loses AWS's default one, which let the account's alarms publish.
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AlarmsPublish',
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    for (const address of stage.notify) topic.addSubscription(new EmailSubscription(address));
    const platform = nativePlatform(stage);
    return {
      names,
      stage,
      key,
      bus,
      catalog,
      topic,
      removal,
      bundles,
      failedInvocations: this.deadLetters('failed-invocations', key, names, topic),
      undeliveredEvents: this.deadLetters('undelivered-events', key, names, topic),
      duckdbLayer: duckdbLayer(this, 'DuckDB', platform),
      architecture: platform.cpu === 'arm64' ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
    };
  }

  /** S3 writes access logs with its own key only, so this bucket alone is not under the stage's. */
  private accessLogs(names: Names, removal: RemovalPolicy): void {
    const bucket = new s3.Bucket(this, 'AccessLogs', {
      bucketName: names.accessLogBucket(),
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      lifecycleRules: [{ id: 'old-logs', expiration: Duration.days(90) }],
      removalPolicy: removal,
    });
    removeContents(bucket, { names, removal });
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'S3WritesAccessLogs',
        principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects('*')],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    acknowledge(
      bucket,
      'AwsSolutions-S1',
      'This bucket holds the access logs; logging it into itself has no end.',
    );
  }

  private deadLetters(
    name: 'failed-invocations' | 'undelivered-events',
    key: PlatformContext['key'],
    names: Names,
    topic: sns.Topic,
  ): sqs.Queue {
    const queue = new sqs.Queue(this, name, {
      queueName: names.queue(name),
      encryption: sqs.QueueEncryption.KMS,
      encryptionMasterKey: key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(queue, 'AwsSolutions-SQS3', 'This queue is a dead-letter queue itself.');
    const alarm = new cloudwatch.Alarm(this, `${name}-alarm`, {
      alarmName: names.platformAlarm(name),
      alarmDescription: `Something is in ${names.queue(name)}. Runbook: docs/runbook.md#${name}`,
      metric: queue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic));
    return queue;
  }
}

/** Where the functions run: Lambda is Linux; the local cloud is this machine. */
function nativePlatform(stage: StageConfig): { os: string; cpu: string } {
  if (stage.architecture === 'host') return { os: process.platform, cpu: process.arch };
  return { os: 'linux', cpu: stage.architecture === 'arm64' ? 'arm64' : 'x64' };
}
