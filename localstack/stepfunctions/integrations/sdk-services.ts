/** The services of `aws-sdk:<service>:<operation>` resources that this cloud can call. */

/** An SDK client package: schemas of operations (`PutRule$`) and of errors, by export name. */
export type ClientModule = Readonly<Record<string, unknown>>;

/** A service that `aws-sdk` resources reach. */
export interface SdkService {
  readonly signingName: string;
  /** First part of error names, in the spelling of the Java SDK v2. */
  readonly prefix: string;
  load(): Promise<ClientModule>;
}

/** By the name in the resource, which is the Java SDK v2's. */
export const SDK_SERVICES: Readonly<Record<string, SdkService>> = {
  cloudformation: {
    signingName: 'cloudformation',
    prefix: 'CloudFormation',
    load: () => import('@aws-sdk/client-cloudformation'),
  },
  cloudwatch: {
    signingName: 'monitoring',
    prefix: 'CloudWatch',
    load: () => import('@aws-sdk/client-cloudwatch'),
  },
  cloudwatchlogs: {
    signingName: 'logs',
    prefix: 'CloudWatchLogs',
    load: () => import('@aws-sdk/client-cloudwatch-logs'),
  },
  dynamodb: {
    signingName: 'dynamodb',
    prefix: 'DynamoDb',
    load: () => import('@aws-sdk/client-dynamodb'),
  },
  ecr: { signingName: 'ecr', prefix: 'Ecr', load: () => import('@aws-sdk/client-ecr') },
  eventbridge: {
    signingName: 'events',
    prefix: 'EventBridge',
    load: () => import('@aws-sdk/client-eventbridge'),
  },
  iam: { signingName: 'iam', prefix: 'Iam', load: () => import('@aws-sdk/client-iam') },
  kms: { signingName: 'kms', prefix: 'Kms', load: () => import('@aws-sdk/client-kms') },
  lambda: { signingName: 'lambda', prefix: 'Lambda', load: () => import('@aws-sdk/client-lambda') },
  s3: { signingName: 's3', prefix: 'S3', load: () => import('@aws-sdk/client-s3') },
  sagemaker: {
    signingName: 'sagemaker',
    prefix: 'SageMaker',
    load: () => import('@aws-sdk/client-sagemaker'),
  },
  sagemakerruntime: {
    signingName: 'sagemaker',
    prefix: 'SageMakerRuntime',
    load: () => import('@aws-sdk/client-sagemaker-runtime'),
  },
  scheduler: {
    signingName: 'scheduler',
    prefix: 'Scheduler',
    load: () => import('@aws-sdk/client-scheduler'),
  },
  sfn: { signingName: 'states', prefix: 'Sfn', load: () => import('@aws-sdk/client-sfn') },
  sns: { signingName: 'sns', prefix: 'Sns', load: () => import('@aws-sdk/client-sns') },
  sqs: { signingName: 'sqs', prefix: 'Sqs', load: () => import('@aws-sdk/client-sqs') },
  ssm: { signingName: 'ssm', prefix: 'Ssm', load: () => import('@aws-sdk/client-ssm') },
  sts: { signingName: 'sts', prefix: 'Sts', load: () => import('@aws-sdk/client-sts') },
};

/** Input and output schemas of an operation, or undefined when the client has no such operation. */
export function operationSchemas(
  client: ClientModule,
  operation: string,
): { input: unknown; output: unknown } | undefined {
  const schema = client[`${operation}$`];
  const isOperation = Array.isArray(schema) && schema[0] === 9;
  return isOperation ? { input: schema[4], output: schema[5] } : undefined;
}

/** Whether the service's model has an error of that name. */
export function hasErrorShape(client: ClientModule, name: string): boolean {
  const schema = client[`${name}$`];
  return Array.isArray(schema) && schema[0] === -3;
}
