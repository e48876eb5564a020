/** CreateEndpoint, DescribeEndpoint, ListEndpoints, DeleteEndpoint. */
import type {
  CreateEndpointInput,
  CreateEndpointOutput,
  DeleteEndpointInput,
  DescribeEndpointConfigOutput,
  DescribeEndpointInput,
  DescribeEndpointOutput,
  ListEndpointsInput,
  ListEndpointsOutput,
} from '@aws-sdk/client-sagemaker';
import type { Call } from '../../core/service.ts';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import { containerOf, findModel } from '../models/models.ts';
import { ENTITY_NAME } from '../names.ts';
import { listPage } from '../paging.ts';
import type { SageMaker } from '../sagemaker.ts';
import { checkTags, putTags } from '../tags.ts';
import { sendTestNotifications } from './async-notifications.ts';
import { checkDeploymentConfig } from './deployment-config.ts';
import { findEndpointConfig } from './endpoint-configs.ts';
import { endpointDescription } from './endpoint-description.ts';
import { changeEndpointState, emitEndpointState } from './endpoint-events.ts';
import { checkCapacity } from './endpoint-quotas.ts';
import {
  type Deployment,
  type EndpointRecord,
  endpointArn,
  endpointKey,
  updateEndpointRecord,
} from './endpoint-record.ts';
import { createFleet } from './fleet.ts';
import { startFailure } from './start-failure.ts';

export function createEndpoint(
  sagemaker: SageMaker,
  input: CreateEndpointInput,
  call: Call,
): CreateEndpointOutput {
  new Constraints()
    .name(input.EndpointName, 'endpointName', ENTITY_NAME)
    .name(input.EndpointConfigName, 'endpointConfigName', ENTITY_NAME)
    .check();
  checkTags(input.Tags);
  supportOnly('CreateEndpoint', input, ['EndpointName', 'EndpointConfigName', 'DeploymentConfig', 'Tags']);
  checkDeploymentConfig(input.DeploymentConfig);
  const name = input.EndpointName!;
  const arn = endpointArn(sagemaker, name);
  if (sagemaker.endpoints.has(endpointKey(name))) {
    throw validationError(`Cannot create already existing endpoint "${arn}".`);
  }
  const config = findEndpointConfig(sagemaker, input.EndpointConfigName);
  const live = deploymentOf(sagemaker, config, { number: 1, now: call.now });
  checkCapacity(sagemaker, live.variants);
  putTags(sagemaker, arn, input.Tags);
  const record: EndpointRecord = {
    name,
    arn,
    status: 'Creating',
    createdAt: call.now,
    modifiedAt: call.now,
    live,
    deployments: 1,
    deploymentConfig: input.DeploymentConfig,
  };
  sagemaker.endpoints.put(endpointKey(name), record);
  emitEndpointState(sagemaker, record);
  sagemaker.cloud.background(`creating endpoint ${name}`, () => bringUp(sagemaker, record));
  return { EndpointArn: arn };
}

async function bringUp(sagemaker: SageMaker, record: EndpointRecord): Promise<void> {
  try {
    const fleet = createFleet(sagemaker, { endpoint: record.name, deployment: record.live });
    fleet.share = 1;
    sagemaker.fleets.set(endpointKey(record.name), [fleet]);
    await fleet.startAll();
    const first = record.live.variants[0]!.name;
    await sendTestNotifications(sagemaker, record.live.async, () => fleet.variants.get(first)!.role());
    const variants = record.live.variants.map((each) => ({
      ...each,
      currentInstances: each.desiredInstances,
    }));
    changeEndpointState(sagemaker, record.name, { status: 'InService', live: { ...record.live, variants } });
  } catch (error) {
    const failureReason = startFailure(record.live, error);
    changeEndpointState(sagemaker, record.name, { status: 'Failed', failureReason });
    await stopFleets(sagemaker, record.name);
  }
}

/** A configuration with its models, as it is about to be deployed. @throws AwsError ValidationException for a missing model. */
export function deploymentOf(
  sagemaker: SageMaker,
  config: DescribeEndpointConfigOutput,
  { number, now }: { number: number; now: Date },
): Deployment {
  return {
    number,
    configName: config.EndpointConfigName!,
    startedAt: now,
    capture: config.DataCaptureConfig,
    async: config.AsyncInferenceConfig,
    variants: config.ProductionVariants!.map((variant) => {
      const model = findModel(sagemaker, variant.ModelName);
      return {
        name: variant.VariantName!,
        config: variant,
        container: containerOf(sagemaker, model),
        roleArn: model.ExecutionRoleArn!,
        deployedAt: now,
        currentWeight: variant.InitialVariantWeight ?? 1,
        desiredWeight: variant.InitialVariantWeight ?? 1,
        currentInstances: 0,
        desiredInstances: variant.InitialInstanceCount ?? 0,
        serverless: variant.ServerlessConfig,
        volumeKeyId: config.KmsKeyId,
      };
    }),
  };
}

/** @throws AwsError ValidationException when there is none. */
export function findEndpoint(sagemaker: SageMaker, name: string | undefined): EndpointRecord {
  new Constraints().name(name, 'endpointName', ENTITY_NAME).check();
  const record = sagemaker.endpoints.get(endpointKey(name ?? ''));
  if (!record) throw validationError(`Could not find endpoint "${endpointArn(sagemaker, name ?? '')}".`);
  return record;
}

export function describeEndpoint(sagemaker: SageMaker, input: DescribeEndpointInput): DescribeEndpointOutput {
  return endpointDescription(findEndpoint(sagemaker, input.EndpointName));
}

export function listEndpoints(sagemaker: SageMaker, input: ListEndpointsInput): ListEndpointsOutput {
  const endpoints = sagemaker.endpoints.values().map((each) => ({
    name: each.name,
    status: each.status,
    created: each.createdAt,
    modified: each.modifiedAt,
    summary: {
      EndpointName: each.name,
      EndpointArn: each.arn,
      CreationTime: each.createdAt,
      LastModifiedTime: each.modifiedAt,
      EndpointStatus: each.status,
    },
  }));
  const { summaries, ...rest } = listPage(endpoints, input, 'Descending', ['Name', 'CreationTime', 'Status']);
  return { Endpoints: summaries, ...rest };
}

/** @throws AwsError ValidationException while an operation on the endpoint is going on. */
export function refuseInProgress(record: EndpointRecord): void {
  if (!['InService', 'Failed', 'OutOfService'].includes(record.status)) {
    throw validationError(`Cannot update in-progress endpoint "${record.arn}".`);
  }
}

/** @throws AwsError ValidationException for an endpoint that can only be deleted. */
export function refuseFailed(record: EndpointRecord): void {
  if (record.status !== 'Failed') return;
  throw validationError(
    `Cannot update endpoint "${record.arn}" in status Failed: only DeleteEndpoint is allowed.`,
  );
}

export function deleteEndpoint(sagemaker: SageMaker, input: DeleteEndpointInput): Record<string, never> {
  const record = findEndpoint(sagemaker, input.EndpointName);
  refuseInProgress(record);
  changeEndpointState(sagemaker, record.name, { status: 'Deleting' });
  sagemaker.cloud.background(`deleting endpoint ${record.name}`, async () => {
    await stopFleets(sagemaker, record.name);
    sagemaker.endpoints.delete(endpointKey(record.name));
    sagemaker.tags.delete(record.arn);
  });
  return {};
}

async function stopFleets(sagemaker: SageMaker, name: string): Promise<void> {
  const fleets = sagemaker.fleets.get(endpointKey(name)) ?? [];
  sagemaker.fleets.delete(endpointKey(name));
  await Promise.all(fleets.map((fleet) => fleet.stop({ forget: true })));
}

/** Takes up the endpoints of an earlier run: what served serves again, what was under way is undone. */
export function resumeEndpoints(sagemaker: SageMaker): void {
  for (const record of sagemaker.endpoints.values()) {
    if (record.status === 'Deleting') {
      sagemaker.endpoints.delete(endpointKey(record.name));
    } else if (record.status === 'Creating') {
      const failureReason =
        'InternalServerError: the local cloud was stopped while the endpoint was created.';
      updateEndpointRecord(sagemaker, record.name, { status: 'Failed', failureReason });
    } else if (record.status !== 'Failed') {
      resume(sagemaker, record);
    }
  }
}

function resume(sagemaker: SageMaker, record: EndpointRecord): void {
  const fleet = createFleet(sagemaker, { endpoint: record.name, deployment: record.live });
  fleet.share = 1;
  sagemaker.fleets.set(endpointKey(record.name), [fleet]);
  if (record.status !== 'InService') {
    const failureReason =
      'InternalServerError: the local cloud was stopped during the update, which was rolled back.';
    changeEndpointState(sagemaker, record.name, { status: 'InService', pending: undefined, failureReason });
  }
  // a start that fails now is tried again by the first invocation, which reports it
  sagemaker.cloud.background(`starting endpoint ${record.name}`, () => fleet.startAll().catch(console.error));
}
