/** Checks of what a function's configuration may say: AWS's limits, and what this cloud does not do. */
import type {
  CreateFunctionCommandInput,
  UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { LARGEST_UNZIPPED_BYTES } from './code-store.ts';
import { invalidParameter, notFound } from './errors.ts';
import { layerNameOf } from './names.ts';
import type { FunctionVersion } from './records.ts';
import type { LambdaState } from './state.ts';
import { checkEnum, checkPattern, checkRange, ROLE_PATTERN } from './validation.ts';

const SUPPORTED_RUNTIMES = /^nodejs(18|20|22|24)\.x$/;
const DEAD_LETTER_PATTERN = '(|arn:aws[a-z-]*:(sqs|sns):[a-z0-9-]+:\\d{12}:[a-zA-Z0-9-_]+)';
const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const LARGEST_ENVIRONMENT_BYTES = 4096;
const MOST_LAYERS = 5;
const RESERVED_VARIABLES = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);
/** Properties refused when they ask for something; the empty values that tools send are not. */
const UNSUPPORTED = [
  'FileSystemConfigs',
  'ImageConfig',
  'CodeSigningConfigArn',
  'TenancyConfig',
  'CapacityProviderConfig',
  'DurableConfig',
  'PublishTo',
] as const;

type Input = CreateFunctionCommandInput | UpdateFunctionConfigurationCommandInput;

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

/** @throws NotImplementedByLocalCloud naming the property. */
export function refuseUnsupported(input: Input): void {
  const given = input as unknown as Record<string, unknown>;
  for (const property of UNSUPPORTED) {
    if (!isEmpty(given[property]))
      throw new NotImplementedByLocalCloud(`lambda function property ${property}`);
  }
  if (!isEmpty(input.VpcConfig?.SubnetIds) || !isEmpty(input.VpcConfig?.SecurityGroupIds)) {
    throw new NotImplementedByLocalCloud('lambda function property VpcConfig');
  }
  if (input.TracingConfig?.Mode === 'Active') {
    throw new NotImplementedByLocalCloud('lambda function property TracingConfig.Mode Active');
  }
  if (input.SnapStart?.ApplyOn && input.SnapStart.ApplyOn !== 'None') {
    throw new NotImplementedByLocalCloud('lambda function property SnapStart');
  }
  if ('PackageType' in input && input.PackageType === 'Image') {
    throw new NotImplementedByLocalCloud('lambda functions from container images');
  }
  if (input.Runtime !== undefined && !SUPPORTED_RUNTIMES.test(input.Runtime)) {
    throw new NotImplementedByLocalCloud(
      `lambda runtime ${input.Runtime}; only nodejs18.x, 20.x, 22.x and 24.x are`,
    );
  }
}

function checkVariables(variables: Readonly<Record<string, string>>): void {
  const reserved = Object.keys(variables).filter((name) => RESERVED_VARIABLES.has(name));
  if (reserved.length > 0) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  const measured = JSON.stringify(variables);
  if (Buffer.byteLength(measured) > LARGEST_ENVIRONMENT_BYTES) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${measured}`,
    );
  }
}

/** The layer versions that the ARNs name. @throws AwsError InvalidParameterValueException or ResourceNotFoundException */
function resolveLayers(state: LambdaState, arns: readonly string[]): FunctionVersion['layers'] {
  if (arns.length > MOST_LAYERS) {
    throw invalidParameter(`Cannot reference more than ${MOST_LAYERS} layers.`);
  }
  for (const [index, arn] of arns.entries()) {
    const twin = arns.slice(0, index).find((each) => layerNameOf(each) === layerNameOf(arn));
    if (twin === undefined) continue;
    throw invalidParameter(
      `Two different versions of the same layer are not allowed to be referenced in the same function. ${twin} and ${arn} are versions of the same layer.`,
    );
  }
  return arns.map((arn) => {
    const version = state.layers.get(layerNameOf(arn))?.versions[arn.split(':')[7] ?? ''];
    if (!version || version.arn !== arn) {
      throw invalidParameter(`Layer version ${arn} does not exist.`);
    }
    return { arn, codeBytes: version.codeBytes };
  });
}

/** Checks that code and layers together stay below AWS's limit. @throws AwsError InvalidParameterValueException */
export function checkUnzippedSize(
  state: LambdaState,
  codeSha256: string,
  layers: FunctionVersion['layers'],
): void {
  const layerBytes = layers.map(({ arn }) => state.code.unzippedBytes(layerVersionOf(state, arn).codeSha256));
  const total = layerBytes.reduce((sum, bytes) => sum + bytes, state.code.unzippedBytes(codeSha256));
  if (total > LARGEST_UNZIPPED_BYTES) {
    throw invalidParameter(
      `Function code combined with layers exceeds the maximum allowed size of ${LARGEST_UNZIPPED_BYTES} bytes. The actual size is ${total} bytes.`,
    );
  }
}

/** @throws AwsError ResourceNotFoundException when the layer version was deleted since. */
export function layerVersionOf(state: LambdaState, arn: string) {
  const version = state.layers.get(layerNameOf(arn))?.versions[arn.split(':')[7] ?? ''];
  if (!version) throw notFound(`Layer version ${arn} does not exist.`);
  return version;
}

/** Levels are for JSON logs. @throws AwsError InvalidParameterValueException */
function checkLogging(logging: Input['LoggingConfig']): void {
  checkEnum('loggingConfig.logFormat', logging?.LogFormat, ['JSON', 'Text']);
  checkEnum('loggingConfig.applicationLogLevel', logging?.ApplicationLogLevel, LOG_LEVELS);
  checkEnum('loggingConfig.systemLogLevel', logging?.SystemLogLevel, ['DEBUG', 'INFO', 'WARN']);
  if (logging?.LogFormat === 'JSON' || !(logging?.ApplicationLogLevel || logging?.SystemLogLevel)) return;
  throw invalidParameter(
    'Log levels are not supported when log format is set to Text. Please update your log format to JSON to use log levels.',
  );
}

/** @throws AwsError InvalidParameterValueException unless the role may write to the queue or topic */
export function checkDeadLetters(
  state: LambdaState,
  arn: string | undefined,
  role: string,
  functionName: string,
): void {
  if (!arn) return;
  const isQueue = arn.split(':')[2] === 'sqs';
  try {
    const session = state.cloud.assumeRole(role, 'lambda.amazonaws.com', functionName);
    state.cloud.authorize([{ action: isQueue ? 'sqs:SendMessage' : 'sns:Publish', resource: arn }], session);
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    throw invalidParameter(
      `The provided execution role does not have permissions to call ${isQueue ? 'SendMessage on SQS' : 'Publish on SNS'}`,
    );
  }
}

/** @throws AwsError InvalidParameterValueException unless the role's trust policy lets Lambda assume it. */
export function checkRole(state: LambdaState, role: string): void {
  try {
    state.cloud.assumeRole(role, 'lambda.amazonaws.com', 'check');
  } catch {
    throw invalidParameter('The role defined for the function cannot be assumed by Lambda.');
  }
}

/**
 * The members of a version that the request sets, checked; what it leaves out is absent.
 * @throws AwsError InvalidParameterValueException
 */
export function readConfiguration(state: LambdaState, input: Input): Partial<FunctionVersion> {
  refuseUnsupported(input);
  checkPattern('role', input.Role, ROLE_PATTERN);
  checkRange('timeout', input.Timeout, 1, 900);
  checkRange('memorySize', input.MemorySize, 128, 10_240);
  checkRange('ephemeralStorage.size', input.EphemeralStorage?.Size, 512, 10_240);
  const variables = input.Environment?.Variables;
  if (variables) checkVariables(variables);
  if (input.Role !== undefined) checkRole(state, input.Role);
  const deadLetterArn = input.DeadLetterConfig?.TargetArn;
  checkPattern('deadLetterConfig.targetArn', deadLetterArn, DEAD_LETTER_PATTERN);
  checkLogging(input.LoggingConfig);
  return {
    ...(input.Runtime !== undefined && { runtime: input.Runtime }),
    ...(input.Role !== undefined && { role: input.Role }),
    ...(input.Handler !== undefined && { handler: input.Handler }),
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.Timeout !== undefined && { timeoutSeconds: input.Timeout }),
    ...(input.MemorySize !== undefined && { memoryMb: input.MemorySize }),
    ...(input.EphemeralStorage?.Size !== undefined && { ephemeralStorageMb: input.EphemeralStorage.Size }),
    ...(input.Environment !== undefined && { variables: variables ?? {} }),
    ...(input.Layers !== undefined && { layers: resolveLayers(state, input.Layers) }),
    ...(input.LoggingConfig !== undefined && { logging: input.LoggingConfig }),
    ...(deadLetterArn !== undefined && { deadLetterArn }),
    ...(input.KMSKeyArn !== undefined && { environmentKeyArn: input.KMSKeyArn }),
  };
}
