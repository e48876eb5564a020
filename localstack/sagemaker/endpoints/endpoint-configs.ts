/** CreateEndpointConfig, DescribeEndpointConfig, ListEndpointConfigs, DeleteEndpointConfig. */
import type {
  CreateEndpointConfigInput,
  CreateEndpointConfigOutput,
  DeleteEndpointConfigInput,
  DescribeEndpointConfigInput,
  DescribeEndpointConfigOutput,
  ListEndpointConfigsInput,
  ListEndpointConfigsOutput,
} from '@aws-sdk/client-sagemaker';
import type { Call } from '../../core/service.ts';
import { Constraints, validationError } from '../constraints.ts';
import { emitStateChange, tagsOf } from '../events.ts';
import { findModel } from '../models/models.ts';
import { ENTITY_NAME, sagemakerArn } from '../names.ts';
import { listPage } from '../paging.ts';
import type { SageMaker } from '../sagemaker.ts';
import { putTags } from '../tags.ts';
import { checkEndpointConfig } from './check-endpoint-config.ts';

export function createEndpointConfig(
  sagemaker: SageMaker,
  input: CreateEndpointConfigInput,
  call: Call,
): CreateEndpointConfigOutput {
  checkEndpointConfig(input);
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

/** @throws AwsError ValidationException when there is none. */
export function findEndpointConfig(
  sagemaker: SageMaker,
  name: string | undefined,
): DescribeEndpointConfigOutput {
  new Constraints().name(name, 'endpointConfigName', ENTITY_NAME).check();
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
  const { summaries, ...rest } = listPage(configs, input, 'Descending', ['Name', 'CreationTime']);
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
