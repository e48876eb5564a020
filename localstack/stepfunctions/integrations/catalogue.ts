/** From a Task state's `Resource` to its integration. What is not here is refused when the state machine is created. */
import { RUNTIME, StateFailure } from '../engine/failure.ts';
import type { JsonObject } from '../json.ts';
import { type ApiTaskOptions, apiTask } from './api-task.ts';
import type { Integration, Pattern, TaskContext } from './integration.ts';
import { directFunction, isFunctionArn, lambdaInvoke } from './lambda.ts';
import { nestedExecution } from './nested-execution.ts';
import { JOB_KINDS, sagemakerJob } from './sagemaker-jobs.ts';
import { operationSchemas, SDK_SERVICES, type SdkService } from './sdk-services.ts';

interface OptimizedService {
  readonly sdk: string;
  readonly prefix: string;
  readonly genericName: string;
  readonly service: string;
  /** Patterns by operation of the resource. */
  readonly operations: Readonly<Record<string, readonly string[]>>;
  /** String members that take any JSON. */
  readonly jsonText?: readonly string[];
}

const REQUEST = [''];
const JOB = ['', '.sync'];

/** Services of AWS's optimized integrations that this cloud lacks. */
const ABSENT_SERVICES = [
  'aps',
  'apigateway',
  'athena',
  'batch',
  'bedrock',
  'codebuild',
  'databrew',
  'ecs',
  'eks',
  'elasticmapreduce',
  'emr-containers',
  'emr-serverless',
  'glue',
  'http',
  'mediaconvert',
];

const OPTIMIZED: Readonly<Record<string, OptimizedService>> = {
  dynamodb: {
    sdk: 'dynamodb',
    prefix: 'DynamoDB',
    genericName: 'AmazonDynamoDBException',
    service: 'AmazonDynamoDBv2',
    operations: { getItem: REQUEST, putItem: REQUEST, updateItem: REQUEST, deleteItem: REQUEST },
  },
  events: {
    sdk: 'eventbridge',
    prefix: 'EventBridge',
    genericName: 'AmazonEventBridgeException',
    service: 'AmazonEventBridge',
    operations: { putEvents: ['', '.waitForTaskToken'] },
    jsonText: ['Detail'],
  },
  sagemaker: {
    sdk: 'sagemaker',
    prefix: 'SageMaker',
    genericName: 'AmazonSageMakerException',
    service: 'AmazonSageMaker',
    operations: {
      createTrainingJob: JOB,
      createTransformJob: JOB,
      createProcessingJob: JOB,
      createHyperParameterTuningJob: JOB,
      createModel: REQUEST,
      createEndpointConfig: REQUEST,
      createEndpoint: REQUEST,
      updateEndpoint: REQUEST,
    },
  },
  sns: {
    sdk: 'sns',
    prefix: 'SNS',
    genericName: 'AmazonSNSException',
    service: 'AmazonSNS',
    operations: { publish: ['', '.waitForTaskToken'] },
    jsonText: ['Message'],
  },
  sqs: {
    sdk: 'sqs',
    prefix: 'SQS',
    genericName: 'AmazonSQSException',
    service: 'AmazonSQS',
    operations: { sendMessage: ['', '.waitForTaskToken'] },
    jsonText: ['MessageBody'],
  },
  states: {
    sdk: 'sfn',
    prefix: 'StepFunctions',
    genericName: 'AWSStepFunctionsException',
    service: 'AWSStepFunctions',
    operations: { startExecution: ['', '.sync', '.sync:2', '.waitForTaskToken'] },
    jsonText: ['input'],
  },
};

/** The integration of a resource, or undefined when Step Functions or this cloud has none. */
export async function findIntegration(resource: string): Promise<Integration | undefined> {
  if (isFunctionArn(resource)) return directFunction(resource);
  const match = /^arn:aws[\w-]*:states:::(?:(aws-sdk):)?(\w+):(\w+)(\.[\w:]+)?$/.exec(resource);
  if (!match) return undefined;
  const [, sdk, service = '', operation = '', suffix = ''] = match;
  if (sdk) return sdkIntegration(service, operation, suffix);
  if (service === 'lambda' && operation === 'invoke') {
    if (suffix === '' || suffix === '.waitForTaskToken') return lambdaInvoke(patternOf(suffix));
    return undefined;
  }
  return optimizedIntegration(service, operation, suffix);
}

/** Whether a resource that has no integration here may have one on AWS. */
export function isKnownToAws(resource: string): boolean {
  if (/^arn:aws[\w-]*:states:[\w-]+:\d{12}:activity:/.test(resource)) return true;
  const match = /^arn:aws[\w-]*:states:::(?:(aws-sdk):)?([\w-]+):/.exec(resource);
  if (!match) return false;
  const [, sdk, service = ''] = match;
  return sdk ? !SDK_SERVICES[service] : ABSENT_SERVICES.includes(service);
}

async function sdkIntegration(
  service: string,
  operation: string,
  suffix: string,
): Promise<Integration | undefined> {
  const sdk = SDK_SERVICES[service];
  if (!sdk || (suffix !== '' && suffix !== '.waitForTaskToken')) return undefined;
  const { prefix } = sdk;
  const options = await apiOptions(sdk, operation, {
    resourceType: `aws-sdk:${service}`,
    resource: operation + suffix,
    pattern: patternOf(suffix),
    errors: { prefix, genericName: `${prefix}Exception`, sdk: 'v2', service: prefix },
    timestamps: 'iso',
  });
  return options && apiTask(options);
}

async function optimizedIntegration(
  name: string,
  operation: string,
  suffix: string,
): Promise<Integration | undefined> {
  const service = OPTIMIZED[name];
  if (!service?.operations[operation]?.includes(suffix)) return undefined;
  const isSync = suffix.startsWith('.sync');
  const options = await apiOptions(SDK_SERVICES[service.sdk] as SdkService, operation, {
    resourceType: name,
    resource: operation + suffix,
    pattern: patternOf(suffix),
    errors: { ...service, sdk: 'v1' },
    timestamps: 'epochMs',
    withMetadata: true,
    shape: { jsonText: new Set(service.jsonText) },
    ...(name === 'events' ? { adjust: withExecutionResources, inspect: refuseFailedEntries } : {}),
  });
  if (!options) return undefined;
  if (isSync && name === 'states') return nestedExecution(suffix === '.sync:2', options);
  if (isSync && JOB_KINDS[operation]) return sagemakerJob(operation, options);
  return apiTask(options);
}

async function apiOptions(
  sdk: SdkService,
  camelOperation: string,
  rest: Omit<ApiTaskOptions, 'client' | 'signingName' | 'operation' | 'schemas'>,
): Promise<ApiTaskOptions | undefined> {
  const client = await sdk.load();
  const operation = camelOperation.charAt(0).toUpperCase() + camelOperation.slice(1);
  const schemas = operationSchemas(client, operation);
  return schemas && { ...rest, client, signingName: sdk.signingName, operation, schemas };
}

function patternOf(suffix: string): Pattern {
  if (suffix.startsWith('.sync')) return 'sync';
  return suffix === '' ? 'request' : 'token';
}

/** Step Functions names the execution and its state machine among the resources of every event that it puts. */
function withExecutionResources(
  request: Record<string, unknown>,
  { executionArn, stateMachineArn }: TaskContext,
): Record<string, unknown> {
  const entries = (request.Entries as { Resources?: string[] }[] | undefined) ?? [];
  return {
    ...request,
    Entries: entries.map((entry) => ({
      ...entry,
      Resources: [...(entry.Resources ?? []), executionArn, stateMachineArn],
    })),
  };
}

function refuseFailedEntries(result: JsonObject): void {
  if (typeof result.FailedEntryCount !== 'number') {
    throw new StateFailure(RUNTIME, 'PutEvents answered without FailedEntryCount');
  }
  if (result.FailedEntryCount > 0) throw new StateFailure('EventBridge.FailedEntry', JSON.stringify(result));
}
