/** CreateEndpointConfig, DescribeEndpointConfig, ListEndpointConfigs, DeleteEndpointConfig. */
import {
  type CreateEndpointConfigInput,
  type CreateEndpointConfigOutput,
  type DataCaptureConfig,
  type DeleteEndpointConfigInput,
  type DescribeEndpointConfigInput,
  type DescribeEndpointConfigOutput,
  type ListEndpointConfigsInput,
  type ListEndpointConfigsOutput,
  type ProductionVariant,
  ProductionVariantInstanceType,
} from '@aws-sdk/client-sagemaker';
import type { Call } from '../../core/service.ts';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import { emitStateChange, tagsOf } from '../events.ts';
import { findModel } from '../models/models.ts';
import { ENTITY_NAME, MODEL_NAME, S3_URI, sagemakerArn } from '../names.ts';
import { listPage } from '../paging.ts';
import type { SageMaker } from '../sagemaker.ts';
import { checkTags, putTags } from '../tags.ts';

const MAXIMUM_VARIANTS = 10;

export function createEndpointConfig(
  sagemaker: SageMaker,
  input: CreateEndpointConfigInput,
  call: Call,
): CreateEndpointConfigOutput {
  checkRequest(input);
  const name = input.EndpointConfigName!;
  const arn = sagemakerArn(sagemaker.cloud, 'endpoint-config', name);
  if (sagemaker.endpointConfigs.has(name)) {
    throw validationError(`Cannot create already existing endpoint configuration "${arn}".`);
  }
  for (const variant of input.ProductionVariants!) findModel(sagemaker, variant.ModelName);
  const { Tags, ...rest } = input;
  const config: DescribeEndpointConfigOutput = {
    ...rest,
    EndpointConfigArn: arn,
    EndpointConfigName: name,
    // 0 is a weight: a variant that gets traffic by name only
    ProductionVariants: input.ProductionVariants!.map((each) => ({
      ...each,
      InitialVariantWeight: each.InitialVariantWeight ?? 1,
    })),
    ...(input.DataCaptureConfig
      ? {
          DataCaptureConfig: {
            ...input.DataCaptureConfig,
            EnableCapture: input.DataCaptureConfig.EnableCapture ?? true,
          },
        }
      : {}),
    EnableNetworkIsolation: false,
    CreationTime: call.now,
  };
  putTags(sagemaker, arn, Tags);
  sagemaker.endpointConfigs.put(name, config);
  emitConfig(sagemaker, config);
  return { EndpointConfigArn: arn };
}

function emitConfig(sagemaker: SageMaker, config: DescribeEndpointConfigOutput): void {
  emitStateChange(sagemaker, 'Endpoint Config State Change', config.EndpointConfigArn!, config);
}

function checkRequest(input: CreateEndpointConfigInput): void {
  const constraints = new Constraints().name(input.EndpointConfigName, 'endpointConfigName', ENTITY_NAME);
  constraints.required(input.ProductionVariants, 'productionVariants');
  constraints.length(input.ProductionVariants, 'productionVariants', [1, MAXIMUM_VARIANTS]);
  for (const [index, variant] of (input.ProductionVariants ?? []).entries()) {
    checkVariant(constraints, `productionVariants.${index + 1}.member`, variant);
  }
  checkCapture(constraints, input.DataCaptureConfig);
  constraints.check();
  checkTags(input.Tags);
  supportOnly('CreateEndpointConfig', input, [
    ...['EndpointConfigName', 'ProductionVariants', 'DataCaptureConfig', 'Tags', 'KmsKeyId'],
    ...(input.EnableNetworkIsolation === false ? ['EnableNetworkIsolation'] : []),
  ]);
  for (const variant of input.ProductionVariants!) refuseUnsupportedVariant(variant);
  const names = input.ProductionVariants!.map((each) => each.VariantName);
  if (new Set(names).size < names.length) throw validationError('Production variant names must be unique.');
}

function checkVariant(constraints: Constraints, path: string, variant: ProductionVariant): void {
  constraints.name(variant.VariantName, `${path}.variantName`, ENTITY_NAME);
  constraints.name(variant.ModelName, `${path}.modelName`, MODEL_NAME);
  constraints.range(variant.InitialInstanceCount, `${path}.initialInstanceCount`, [
    1,
    Number.MAX_SAFE_INTEGER,
  ]);
  constraints.oneOf(
    variant.InstanceType,
    `${path}.instanceType`,
    Object.values(ProductionVariantInstanceType),
  );
  constraints.range(variant.InitialVariantWeight, `${path}.initialVariantWeight`, [0, Number.MAX_VALUE]);
}

function refuseUnsupportedVariant(variant: ProductionVariant): void {
  supportOnly('CreateEndpointConfig ProductionVariants', variant, [
    ...['VariantName', 'ModelName', 'InitialInstanceCount', 'InstanceType', 'InitialVariantWeight'],
    // one process stands for any number of instances of any size
    ...['VolumeSizeInGB', 'ModelDataDownloadTimeoutInSeconds', 'ContainerStartupHealthCheckTimeoutInSeconds'],
    ...['RoutingConfig', 'InferenceAmiVersion', 'EnableSSMAccess'],
  ]);
  if (variant.InitialInstanceCount === undefined || variant.InstanceType === undefined) {
    throw validationError(
      'A production variant without ServerlessConfig needs InitialInstanceCount and InstanceType.',
    );
  }
}

function checkCapture(constraints: Constraints, capture: DataCaptureConfig | undefined): void {
  if (!capture) return;
  const path = 'dataCaptureConfig';
  constraints.required(capture.InitialSamplingPercentage, `${path}.initialSamplingPercentage`);
  constraints.range(capture.InitialSamplingPercentage, `${path}.initialSamplingPercentage`, [0, 100]);
  constraints.required(capture.DestinationS3Uri, `${path}.destinationS3Uri`);
  constraints.length(capture.DestinationS3Uri, `${path}.destinationS3Uri`, [0, 512]);
  constraints.pattern(capture.DestinationS3Uri, `${path}.destinationS3Uri`, S3_URI);
  constraints.required(capture.CaptureOptions, `${path}.captureOptions`);
  constraints.length(capture.CaptureOptions, `${path}.captureOptions`, [1, 32]);
  for (const [index, option] of (capture.CaptureOptions ?? []).entries()) {
    const modes = ['Input', 'Output', 'InputAndOutput'];
    constraints.oneOf(option.CaptureMode, `${path}.captureOptions.${index + 1}.member.captureMode`, modes);
  }
  for (const kind of ['CsvContentTypes', 'JsonContentTypes'] as const) {
    constraints.length(
      capture.CaptureContentTypeHeader?.[kind],
      `${path}.captureContentTypeHeader.${kind}`,
      [1, 10],
    );
  }
}

/** @throws AwsError ValidationException when there is none. */
export function findEndpointConfig(
  sagemaker: SageMaker,
  name: string | undefined,
): DescribeEndpointConfigOutput {
  const config = sagemaker.endpointConfigs.get(name ?? '');
  if (config) return config;
  const arn = sagemakerArn(sagemaker.cloud, 'endpoint-config', name ?? '');
  throw validationError(`Could not find endpoint configuration "${arn}".`);
}

export function describeEndpointConfig(
  sagemaker: SageMaker,
  input: DescribeEndpointConfigInput,
): DescribeEndpointConfigOutput {
  return findEndpointConfig(sagemaker, input.EndpointConfigName);
}

export function listEndpointConfigs(
  sagemaker: SageMaker,
  input: ListEndpointConfigsInput,
): ListEndpointConfigsOutput {
  const configs = sagemaker.endpointConfigs.values().map((each) => ({
    name: each.EndpointConfigName!,
    created: each.CreationTime!,
    summary: {
      EndpointConfigName: each.EndpointConfigName,
      EndpointConfigArn: each.EndpointConfigArn,
      CreationTime: each.CreationTime,
    },
  }));
  const { summaries, ...rest } = listPage(configs, input);
  return { EndpointConfigs: summaries, ...rest };
}

export function deleteEndpointConfig(
  sagemaker: SageMaker,
  input: DeleteEndpointConfigInput,
): Record<string, never> {
  const config = findEndpointConfig(sagemaker, input.EndpointConfigName);
  sagemaker.endpointConfigs.delete(config.EndpointConfigName!);
  const detail = { ...config, Tags: tagsOf(sagemaker, config.EndpointConfigArn!) };
  sagemaker.tags.delete(config.EndpointConfigArn!);
  emitStateChange(sagemaker, 'Endpoint Config State Change', config.EndpointConfigArn!, detail);
  return {};
}
