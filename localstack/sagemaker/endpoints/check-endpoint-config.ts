/** What CreateEndpointConfig refuses: constraints of the request, and combinations that AWS does not offer. */
import type {
  AsyncInferenceConfig,
  CreateEndpointConfigInput,
  DataCaptureConfig,
  ProductionVariant,
} from '@aws-sdk/client-sagemaker';
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { sdkValues } from '../../core/sdk-values.ts';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import { ENTITY_NAME, KMS_KEY_ID, MODEL_NAME, S3_URI, SNS_TOPIC_ARN } from '../names.ts';
import { checkTags } from '../tags.ts';
import { refuseVolumeKey } from '../volume-key.ts';

const MAXIMUM_VARIANTS = 10;
const CAPTURE_MODES = ['Input', 'Output', 'InputAndOutput'];
const CONTENT_TYPE = '[a-zA-Z0-9](-*[a-zA-Z0-9])*\\/[a-zA-Z0-9](-*[a-zA-Z0-9.])*';
/** In gigabyte steps. @see https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html#serverless-endpoints-how-it-works-memory */
const MEMORY_SIZES = [1024, 2048, 3072, 4096, 5120, 6144];
const TOPICS = ['SUCCESS_NOTIFICATION_TOPIC', 'ERROR_NOTIFICATION_TOPIC'];

/** @throws AwsError ValidationException, NotImplementedByLocalCloud */
export function checkEndpointConfig(input: CreateEndpointConfigInput): void {
  const constraints = new Constraints().name(input.EndpointConfigName, 'endpointConfigName', ENTITY_NAME);
  const variants = input.ProductionVariants ?? [];
  constraints.required(input.ProductionVariants, 'productionVariants');
  constraints.length(input.ProductionVariants, 'productionVariants', [1, MAXIMUM_VARIANTS]);
  for (const [index, variant] of variants.entries()) {
    checkVariant(constraints, `productionVariants.${index + 1}.member`, variant);
  }
  checkKey(constraints, 'kmsKeyId', input.KmsKeyId);
  checkCapture(constraints, input.DataCaptureConfig);
  checkAsync(constraints, input.AsyncInferenceConfig);
  constraints.check();
  checkTags(input.Tags);
  supportOnly('CreateEndpointConfig', input, [
    ...['EndpointConfigName', 'ProductionVariants', 'DataCaptureConfig', 'AsyncInferenceConfig', 'Tags'],
    'KmsKeyId',
    ...(input.EnableNetworkIsolation === false ? ['EnableNetworkIsolation'] : []),
  ]);
  for (const variant of variants) refuseUnsupported(variant);
  for (const { InstanceType } of variants) refuseVolumeKey('KmsKeyId', InstanceType, input.KmsKeyId);
  const names = variants.map((each) => each.VariantName);
  if (new Set(names).size < names.length) throw validationError('Production variant names must be unique.');
  if (variants.some((each) => each.ServerlessConfig)) checkServerlessCombination(input);
  if (input.AsyncInferenceConfig && input.AsyncInferenceConfig.OutputConfig?.S3OutputPath === undefined) {
    throw new NotImplementedByLocalCloud(
      'sagemaker CreateEndpointConfig AsyncInferenceConfig without S3OutputPath',
    );
  }
  if (input.AsyncInferenceConfig && input.DataCaptureConfig) {
    throw new NotImplementedByLocalCloud(
      'sagemaker CreateEndpointConfig DataCaptureConfig with AsyncInferenceConfig',
    );
  }
}

function checkVariant(constraints: Constraints, path: string, variant: ProductionVariant): void {
  constraints.name(variant.VariantName, `${path}.variantName`, ENTITY_NAME);
  constraints.name(variant.ModelName, `${path}.modelName`, MODEL_NAME);
  const instances = variant.InitialInstanceCount;
  constraints.range(instances, `${path}.initialInstanceCount`, [1, Number.MAX_SAFE_INTEGER]);
  const types = sdkValues('sagemaker', 'ProductionVariantInstanceType');
  constraints.oneOf(variant.InstanceType, `${path}.instanceType`, types);
  constraints.range(variant.InitialVariantWeight, `${path}.initialVariantWeight`, [0, Number.MAX_VALUE]);
  constraints.range(variant.VolumeSizeInGB, `${path}.volumeSizeInGB`, [1, 512]);
  for (const member of ['ModelDataDownload', 'ContainerStartupHealthCheck'] as const) {
    const name = `${member}TimeoutInSeconds` as const;
    constraints.range(variant[name], `${path}.${name[0]!.toLowerCase()}${name.slice(1)}`, [60, 3600]);
  }
  const serverless = variant.ServerlessConfig;
  if (!serverless) return;
  const at = `${path}.serverlessConfig`;
  constraints.required(serverless.MemorySizeInMB, `${at}.memorySizeInMB`);
  constraints.range(serverless.MemorySizeInMB, `${at}.memorySizeInMB`, [1024, 6144]);
  constraints.required(serverless.MaxConcurrency, `${at}.maxConcurrency`);
  constraints.range(serverless.MaxConcurrency, `${at}.maxConcurrency`, [1, 200]);
}

function refuseUnsupported(variant: ProductionVariant): void {
  const where = 'CreateEndpointConfig ProductionVariants';
  supportOnly(where, variant, [
    ...['VariantName', 'ModelName', 'InitialInstanceCount', 'InstanceType', 'InitialVariantWeight'],
    // one process stands for any number of instances of any size, so a volume's size has nothing to show on
    ...['VolumeSizeInGB', 'ModelDataDownloadTimeoutInSeconds', 'ContainerStartupHealthCheckTimeoutInSeconds'],
    ...['ServerlessConfig', 'RoutingConfig'],
  ]);
  supportOnly(`${where} RoutingConfig`, variant.RoutingConfig, ['RoutingStrategy']);
  const strategy = variant.RoutingConfig?.RoutingStrategy;
  if (strategy !== undefined && strategy !== 'RANDOM' && strategy !== 'LEAST_OUTSTANDING_REQUESTS') {
    throw new NotImplementedByLocalCloud(`sagemaker ${where} RoutingStrategy ${strategy}`);
  }
  if (variant.ServerlessConfig) {
    refuseUnsupportedServerless(where, variant);
  } else if (variant.InitialInstanceCount === undefined || variant.InstanceType === undefined) {
    throw validationError(
      'A production variant without ServerlessConfig needs InitialInstanceCount and InstanceType.',
    );
  }
}

function refuseUnsupportedServerless(where: string, variant: ProductionVariant): void {
  supportOnly(`${where} ServerlessConfig`, variant.ServerlessConfig, ['MemorySizeInMB', 'MaxConcurrency']);
  const memory = variant.ServerlessConfig!.MemorySizeInMB!;
  if (!MEMORY_SIZES.includes(memory)) {
    throw validationError(
      `Invalid MemorySizeInMB ${memory} for variant ${variant.VariantName}: choose one of ${MEMORY_SIZES.join(', ')}.`,
    );
  }
  const ofInstances = [
    ...(['InitialInstanceCount', 'InstanceType', 'VolumeSizeInGB', 'RoutingConfig'] as const),
    ...(['ModelDataDownloadTimeoutInSeconds', 'ContainerStartupHealthCheckTimeoutInSeconds'] as const),
  ];
  const given = ofInstances.filter((member) => variant[member] !== undefined);
  if (given.length > 0) {
    throw validationError(
      `Variant ${variant.VariantName} has a ServerlessConfig and may not have ${given.join(', ')}.`,
    );
  }
}

/** @see https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html#serverless-endpoints-how-it-works-exclusions */
function checkServerlessCombination(input: CreateEndpointConfigInput): void {
  const refuse = (feature: string) => {
    throw validationError(`Serverless Inference does not support ${feature}.`);
  };
  if (input.ProductionVariants!.length > 1) refuse('multiple production variants');
  if (input.DataCaptureConfig) refuse('data capture');
  if (input.AsyncInferenceConfig) refuse('asynchronous inference');
  if (input.KmsKeyId !== undefined) refuse('a KmsKeyId: it has no ML storage volume');
}

function checkCapture(constraints: Constraints, capture: DataCaptureConfig | undefined): void {
  if (!capture) return;
  const path = 'dataCaptureConfig';
  constraints.required(capture.InitialSamplingPercentage, `${path}.initialSamplingPercentage`);
  constraints.range(capture.InitialSamplingPercentage, `${path}.initialSamplingPercentage`, [0, 100]);
  constraints.required(capture.DestinationS3Uri, `${path}.destinationS3Uri`);
  constraints.length(capture.DestinationS3Uri, `${path}.destinationS3Uri`, [0, 512]);
  constraints.pattern(capture.DestinationS3Uri, `${path}.destinationS3Uri`, S3_URI);
  checkKey(constraints, `${path}.kmsKeyId`, capture.KmsKeyId);
  constraints.required(capture.CaptureOptions, `${path}.captureOptions`);
  constraints.length(capture.CaptureOptions, `${path}.captureOptions`, [1, 32]);
  for (const [index, option] of (capture.CaptureOptions ?? []).entries()) {
    const at = `${path}.captureOptions.${index + 1}.member.captureMode`;
    constraints.oneOf(option.CaptureMode, at, CAPTURE_MODES);
  }
  for (const kind of ['CsvContentTypes', 'JsonContentTypes'] as const) {
    const types = capture.CaptureContentTypeHeader?.[kind];
    const at = `${path}.captureContentTypeHeader.${kind[0]!.toLowerCase()}${kind.slice(1)}`;
    constraints.length(types, at, [1, 10]);
    for (const [index, type] of (types ?? []).entries()) {
      constraints.pattern(type, `${at}.${index + 1}.member`, CONTENT_TYPE);
    }
  }
}

function checkAsync(constraints: Constraints, config: AsyncInferenceConfig | undefined): void {
  if (!config) return;
  const path = 'asyncInferenceConfig';
  const output = config.OutputConfig;
  constraints.required(output, `${path}.outputConfig`);
  for (const [name, uri] of Object.entries({
    s3OutputPath: output?.S3OutputPath,
    s3FailurePath: output?.S3FailurePath,
  })) {
    constraints.length(uri, `${path}.outputConfig.${name}`, [0, 512]);
    constraints.pattern(uri, `${path}.outputConfig.${name}`, S3_URI);
  }
  checkKey(constraints, `${path}.outputConfig.kmsKeyId`, output?.KmsKeyId);
  const notifications = output?.NotificationConfig;
  const at = `${path}.outputConfig.notificationConfig`;
  constraints.pattern(notifications?.SuccessTopic, `${at}.successTopic`, SNS_TOPIC_ARN);
  constraints.pattern(notifications?.ErrorTopic, `${at}.errorTopic`, SNS_TOPIC_ARN);
  for (const [index, topic] of (notifications?.IncludeInferenceResponseIn ?? []).entries()) {
    constraints.oneOf(topic, `${at}.includeInferenceResponseIn.${index + 1}.member`, TOPICS);
  }
  const most = config.ClientConfig?.MaxConcurrentInvocationsPerInstance;
  constraints.range(most, `${path}.clientConfig.maxConcurrentInvocationsPerInstance`, [1, 1000]);
}

function checkKey(constraints: Constraints, path: string, key: string | undefined): void {
  constraints.length(key, path, [0, 2048]).pattern(key, path, KMS_KEY_ID);
}
