/** The SDK clients whose schemas describe each service's wire shapes, loaded on a service's first request. */

/** How a service speaks, and with which codes it refuses. */
export interface ServiceWire {
  /** SigV4 signing name. */
  readonly name: string;
  readonly loaders: readonly (() => Promise<object>)[];
  /** Prefixes of `X-Amz-Target`. */
  readonly targets: readonly string[];
  /** Style of requests that are neither JSON-RPC, query nor CBOR. */
  readonly rest?: 'json' | 'xml';
  /** Prefix of `__type` in JSON errors, where the service has one. */
  readonly errorNamespace?: string;
  /** What JSON errors call codes that no shape of the model has. */
  readonly errorShapes?: Readonly<Record<string, string>>;
  readonly xmlNamespace?: string;
  /** Code of the error for a missing, unknown or mistyped member. */
  readonly validationCode: string;
}

const WIRES: readonly ServiceWire[] = [
  {
    name: 's3',
    loaders: [() => import('@aws-sdk/client-s3')],
    targets: [],
    rest: 'xml',
    xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
    validationCode: 'InvalidRequest',
  },
  {
    name: 'dynamodb',
    loaders: [() => import('@aws-sdk/client-dynamodb')],
    targets: ['DynamoDB_20120810'],
    errorNamespace: 'com.amazonaws.dynamodb.v20120810#',
    validationCode: 'ValidationException',
  },
  {
    name: 'lambda',
    loaders: [() => import('@aws-sdk/client-lambda')],
    targets: [],
    rest: 'json',
    validationCode: 'ValidationException',
  },
  {
    name: 'logs',
    loaders: [() => import('@aws-sdk/client-cloudwatch-logs')],
    targets: ['Logs_20140328'],
    validationCode: 'InvalidParameterException',
  },
  {
    name: 'states',
    loaders: [() => import('@aws-sdk/client-sfn')],
    targets: ['AWSStepFunctions'],
    validationCode: 'ValidationException',
  },
  {
    name: 'events',
    loaders: [() => import('@aws-sdk/client-eventbridge')],
    targets: ['AWSEvents'],
    validationCode: 'ValidationException',
  },
  {
    name: 'scheduler',
    loaders: [() => import('@aws-sdk/client-scheduler')],
    targets: [],
    rest: 'json',
    validationCode: 'ValidationException',
  },
  {
    name: 'sns',
    loaders: [() => import('@aws-sdk/client-sns')],
    targets: [],
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    validationCode: 'ValidationError',
  },
  {
    name: 'sqs',
    loaders: [() => import('@aws-sdk/client-sqs')],
    targets: ['AmazonSQS'],
    errorNamespace: 'com.amazonaws.sqs#',
    errorShapes: {
      InvalidParameterValue: 'InvalidParameterValueException',
      MissingParameter: 'MissingRequiredParameterException',
    },
    xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
    validationCode: 'InvalidParameterValue',
  },
  {
    name: 'monitoring',
    loaders: [() => import('@aws-sdk/client-cloudwatch')],
    targets: ['GraniteServiceVersion20100801'],
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    validationCode: 'ValidationError',
  },
  {
    name: 'cloudformation',
    loaders: [() => import('@aws-sdk/client-cloudformation')],
    targets: [],
    xmlNamespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
    validationCode: 'ValidationError',
  },
  {
    name: 'servicequotas',
    loaders: [() => import('@aws-sdk/client-service-quotas')],
    targets: ['ServiceQuotasV20190624'],
    validationCode: 'IllegalArgumentException',
  },
  {
    name: 'cloudcontrolapi',
    loaders: [() => import('../cloudcontrol/wire.ts')],
    targets: ['CloudApiService'],
    validationCode: 'ValidationException',
  },
  {
    name: 'iam',
    loaders: [() => import('@aws-sdk/client-iam')],
    targets: [],
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    validationCode: 'ValidationError',
  },
  {
    name: 'sts',
    loaders: [() => import('@aws-sdk/client-sts')],
    targets: [],
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    validationCode: 'ValidationError',
  },
  {
    name: 'kms',
    loaders: [() => import('@aws-sdk/client-kms')],
    targets: ['TrentService'],
    validationCode: 'ValidationException',
  },
  {
    name: 'ssm',
    loaders: [() => import('@aws-sdk/client-ssm')],
    targets: ['AmazonSSM'],
    validationCode: 'ValidationException',
  },
  {
    name: 'ecr',
    loaders: [() => import('@aws-sdk/client-ecr')],
    targets: ['AmazonEC2ContainerRegistry_V20150921'],
    validationCode: 'InvalidParameterException',
  },
  {
    name: 'sagemaker',
    loaders: [() => import('@aws-sdk/client-sagemaker'), () => import('@aws-sdk/client-sagemaker-runtime')],
    targets: ['SageMaker'],
    rest: 'json',
    validationCode: 'ValidationException',
  },
];

const BY_NAME = new Map(WIRES.map((wire) => [wire.name, wire]));
const BY_TARGET = new Map(WIRES.flatMap((wire) => wire.targets.map((target) => [target, wire] as const)));

/** The wire of a signing name; undefined for a service that this cloud does not have. */
export function wireOf(signingName: string): ServiceWire | undefined {
  return BY_NAME.get(signingName);
}

/** The wire of an `X-Amz-Target` prefix, for requests without a signature. */
export function wireOfTarget(prefix: string): ServiceWire | undefined {
  return BY_TARGET.get(prefix);
}
