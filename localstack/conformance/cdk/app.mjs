/**
 * A small CDK app that knows the platform as little as the platform knows it, in three versions: `one`, `two` (changes
 * in place and replaces), `broken` (changes and then fails).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Aws, CfnOutput, CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { Alias, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { DefinitionBody, Pass, Result, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import {
  AwsCustomResource,
  AwsCustomResourcePolicy,
  PhysicalResourceId,
  Provider,
} from 'aws-cdk-lib/custom-resources';

const RUNTIME = Runtime.NODEJS_22_X;
const destroyed = { removalPolicy: RemovalPolicy.DESTROY };

/** As `cdk init` sets it for new apps: functions use the SDK of their runtime instead of installing one. */
const CONTEXT = { '@aws-cdk/customresources:installLatestAwsSdkDefault': false };

/** What others build on: named resources whose content has to survive updates. */
class StorageStack extends Stack {
  constructor(scope, id, { version }) {
    super(scope, id);
    const isFirst = version === 'one';
    this.bucket = new Bucket(this, 'Bucket', { autoDeleteObjects: true, versioned: true, ...destroyed });
    this.queue = new Queue(this, 'Queue', { visibilityTimeout: Duration.seconds(isFirst ? 30 : 45) });
    // another name: a new topic, and with it a new subscription
    this.topic = new Topic(this, 'Topic', { topicName: `conformance-${isFirst ? 'first' : 'second'}` });
    this.topic.addSubscription(new SqsSubscription(this.queue, { rawMessageDelivery: true }));
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      ...destroyed,
    });
    if (!isFirst) {
      this.table.addGlobalSecondaryIndex({
        indexName: 'by-owner',
        partitionKey: { name: 'owner', type: AttributeType.STRING },
      });
    }
    for (const [name, value] of Object.entries({
      BucketName: this.bucket.bucketName,
      QueueUrl: this.queue.queueUrl,
      TableName: this.table.tableName,
      TopicArn: this.topic.topicArn,
    })) {
      new CfnOutput(this, name, { value });
    }
  }
}

/** Functions, a workflow, and custom resources of the three kinds that CDK has. */
class WorkStack extends Stack {
  constructor(scope, id, { version, handlers, storage: { table, queue } }) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', { retention: RetentionDays.ONE_WEEK, ...destroyed });
    const worker = new LambdaFunction(this, 'Worker', {
      runtime: RUNTIME,
      handler: 'index.handler',
      code: Code.fromAsset(handlers),
      environment: { TABLE: table.tableName },
      logGroup,
    });
    table.grantReadWriteData(worker);
    worker.addEventSource(new SqsEventSource(queue, { batchSize: 5, reportBatchItemFailures: true }));
    new Alias(this, 'Live', { aliasName: 'live', version: worker.currentVersion });

    const workflow = new StateMachine(this, 'Workflow', {
      definitionBody: DefinitionBody.fromChainable(
        new Pass(this, 'Say', { result: Result.fromString(readFileSync(join(handlers, 'say.txt'), 'utf8')) }),
      ),
    });
    const rule = new Rule(this, 'Nightly', { schedule: Schedule.cron({ hour: '3', minute: '0' }) });
    rule.addTarget(new SfnStateMachine(workflow));
    new Alarm(this, 'Errors', {
      metric: worker.metricErrors({ period: Duration.minutes(1) }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    });

    const written = this.callAws(version);
    const answer = this.provide(version);
    answer.node.addDependency(written);
    for (const [name, value] of Object.entries({
      FunctionName: worker.functionName,
      WorkflowArn: workflow.stateMachineArn,
      LogGroup: logGroup.logGroupName,
      Answer: answer.getAttString('Answer'),
      Written: written.getResponseField('Version'),
      Looked: StringParameter.valueForStringParameter(this, '/conformance/looked-up'),
    })) {
      new CfnOutput(this, name, { value });
    }
  }

  /** A call of an API at deployment, by CDK's own function. */
  callAws(version) {
    const parameters = { Name: '/conformance/written', Value: version, Type: 'String', Overwrite: true };
    const put = {
      service: 'SSM',
      action: 'putParameter',
      parameters,
      physicalResourceId: PhysicalResourceId.of('written'),
    };
    return new AwsCustomResource(this, 'CallAws', {
      onUpdate: put,
      onDelete: { service: 'SSM', action: 'deleteParameter', parameters: { Name: parameters.Name } },
      policy: AwsCustomResourcePolicy.fromSdkCalls({
        resources: [`arn:${Aws.PARTITION}:ssm:${Aws.REGION}:${Aws.ACCOUNT_ID}:parameter${parameters.Name}`],
      }),
    });
  }

  /** A custom resource behind CDK's provider framework, complete at the second look only. */
  provide(wanted) {
    const inline = (code) => Code.fromInline(code);
    const shared = { runtime: RUNTIME, handler: 'index.handler' };
    const onEventHandler = new LambdaFunction(this, 'OnEvent', {
      ...shared,
      code: inline(`exports.handler = async ({ RequestType, ResourceProperties, OldResourceProperties }) => {
        const before = OldResourceProperties?.Wanted ?? 'nothing';
        if (RequestType === 'Update' && ResourceProperties.Wanted === 'broken') throw new Error('broken as asked');
        return { PhysicalResourceId: 'provided', Data: { Before: before } };
      };`),
    });
    const isCompleteHandler = new LambdaFunction(this, 'IsComplete', {
      ...shared,
      code: inline(`let looks = 0;
      exports.handler = async ({ RequestType, ResourceProperties, Data }) => {
        looks += 1;
        if (RequestType === 'Create' && looks < 2) return { IsComplete: false };
        const Answer = ResourceProperties.Wanted + ' after ' + (Data?.Before ?? 'nothing');
        return RequestType === 'Delete' ? { IsComplete: true } : { IsComplete: true, Data: { Answer } };
      };`),
    });
    const queryInterval = Duration.seconds(1);
    const provider = new Provider(this, 'Provider', { onEventHandler, isCompleteHandler, queryInterval });
    return new CustomResource(this, 'Provided', {
      serviceToken: provider.serviceToken,
      properties: { Wanted: wanted },
    });
  }
}

/**
 * Builds the app.
 * @param {{ version: string, handlers: string, outdir?: string }} options `handlers`: folder with the worker's code, and
 *   with the word that the workflow says in `say.txt`
 */
export function buildApp({ version, handlers, outdir }) {
  const app = new App({ context: CONTEXT, ...(outdir === undefined ? {} : { outdir }) });
  const storage = new StorageStack(app, 'conformance-storage', { version });
  new WorkStack(app, 'conformance-work', { version, handlers, storage });
  return app;
}
