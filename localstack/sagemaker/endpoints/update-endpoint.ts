/** UpdateEndpoint: what it refuses, and what it starts. */
import type {
  DeploymentConfig,
  DescribeEndpointConfigOutput,
  UpdateEndpointInput,
  UpdateEndpointOutput,
} from '@aws-sdk/client-sagemaker';
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import { assumeExecutionRole } from '../execution-role.ts';
import { ENTITY_NAME } from '../names.ts';
import type { SageMaker } from '../sagemaker.ts';
import { alarmsInAlarm } from './alarms.ts';
import { deploy } from './deploy.ts';
import { checkDeploymentConfig, shiftSteps } from './deployment-config.ts';
import { findEndpointConfig } from './endpoint-configs.ts';
import { changeEndpointState } from './endpoint-events.ts';
import { checkCapacity } from './endpoint-quotas.ts';
import type { Deployment, EndpointRecord, VariantRecord } from './endpoint-record.ts';
import { deploymentOf, findEndpoint, refuseFailed, refuseInProgress } from './endpoints.ts';

const RETAINED = ['DesiredInstanceCount', 'DesiredWeight', 'DataCaptureConfig'];

export async function updateEndpoint(
  sagemaker: SageMaker,
  input: UpdateEndpointInput,
  call: Call,
): Promise<UpdateEndpointOutput> {
  checkRequest(input);
  const record = findEndpoint(sagemaker, input.EndpointName);
  refuseInProgress(record);
  refuseFailed(record);
  const config = findEndpointConfig(sagemaker, input.EndpointConfigName);
  refuseConfig(record, config);
  const number = record.deployments + 1;
  const fresh = deploymentOf(sagemaker, config, { number, now: call.now });
  const pending = retain(record, fresh, input);
  const deploymentConfig = input.RetainDeploymentConfig ? record.deploymentConfig : input.DeploymentConfig;
  for (const variant of pending.variants) checkSteps(deploymentConfig, variant);
  checkCapacity(sagemaker, pending.variants);
  await checkAlarms(sagemaker, record, deploymentConfig);
  const updating = changeEndpointState(sagemaker, record.name, {
    status: 'Updating',
    failureReason: undefined,
    pending,
    deployments: number,
    deploymentConfig,
  });
  sagemaker.cloud.background(`updating endpoint ${record.name}`, () => deploy(sagemaker, updating.name));
  return { EndpointArn: record.arn };
}

function checkRequest(input: UpdateEndpointInput): void {
  const constraints = new Constraints()
    .name(input.EndpointName, 'endpointName', ENTITY_NAME)
    .name(input.EndpointConfigName, 'endpointConfigName', ENTITY_NAME);
  const excluded = input.ExcludeRetainedVariantProperties ?? [];
  constraints.length(excluded, 'excludeRetainedVariantProperties', [0, 3]);
  for (const [index, { VariantPropertyType }] of excluded.entries()) {
    const path = `excludeRetainedVariantProperties.${index + 1}.member.variantPropertyType`;
    constraints.required(VariantPropertyType, path).oneOf(VariantPropertyType, path, RETAINED);
  }
  constraints.check();
  supportOnly('UpdateEndpoint', input, [
    ...['EndpointName', 'EndpointConfigName', 'RetainAllVariantProperties'],
    ...['ExcludeRetainedVariantProperties', 'DeploymentConfig', 'RetainDeploymentConfig'],
  ]);
  checkDeploymentConfig(input.DeploymentConfig);
  if (input.RetainDeploymentConfig && input.DeploymentConfig) {
    throw validationError('DeploymentConfig may not be given together with RetainDeploymentConfig.');
  }
}

/** Configurations that this endpoint may not take. */
function refuseConfig(record: EndpointRecord, config: DescribeEndpointConfigOutput): void {
  if (config.EndpointConfigName === record.live.configName) {
    throw validationError(
      `Cannot update endpoint "${record.arn}" with its own endpoint configuration "${config.EndpointConfigArn}": create a new EndpointConfig.`,
    );
  }
  const becomesServerless = config.ProductionVariants!.some((each) => each.ServerlessConfig);
  if (becomesServerless && record.live.variants.some((each) => !each.serverless)) {
    throw validationError(`Cannot update instance-based endpoint "${record.arn}" to a serverless endpoint.`);
  }
  if ((config.AsyncInferenceConfig === undefined) !== (record.live.async === undefined)) {
    throw new NotImplementedByLocalCloud(
      'sagemaker UpdateEndpoint between real-time and asynchronous inference',
    );
  }
}

function checkSteps(config: DeploymentConfig | undefined, variant: VariantRecord): void {
  const type = config?.BlueGreenUpdatePolicy?.TrafficRoutingConfiguration?.Type ?? 'ALL_AT_ONCE';
  if (variant.serverless && type !== 'ALL_AT_ONCE') {
    throw new NotImplementedByLocalCloud(`sagemaker UpdateEndpoint ${type} of a serverless endpoint`);
  }
  shiftSteps(config, variant.desiredInstances);
}

function retain(record: EndpointRecord, fresh: Deployment, input: UpdateEndpointInput): Deployment {
  if (!input.RetainAllVariantProperties) return fresh;
  const excluded = new Set(
    (input.ExcludeRetainedVariantProperties ?? []).map((each) => each.VariantPropertyType),
  );
  return {
    ...fresh,
    capture: excluded.has('DataCaptureConfig') ? fresh.capture : record.live.capture,
    variants: fresh.variants.map((variant) => {
      const current = record.live.variants.find((each) => each.name === variant.name);
      if (!current || (current.serverless === undefined) !== (variant.serverless === undefined))
        return variant;
      return {
        ...variant,
        ...(excluded.has('DesiredInstanceCount') ? {} : { desiredInstances: current.desiredInstances }),
        ...(excluded.has('DesiredWeight')
          ? {}
          : { currentWeight: current.desiredWeight, desiredWeight: current.desiredWeight }),
      };
    }),
  };
}

/** An alarm that does not exist, or that the role may not look at, could never roll anything back. */
async function checkAlarms(
  sagemaker: SageMaker,
  record: EndpointRecord,
  config: DeploymentConfig | undefined,
): Promise<void> {
  const role = assumeExecutionRole(sagemaker.cloud, record.live.variants[0]!.roleArn, record.arn);
  try {
    await alarmsInAlarm(sagemaker, config, role);
  } catch (error) {
    if (error instanceof NotImplementedByLocalCloud) throw error;
    throw validationError(`AutoRollbackConfiguration: ${(error as Error).message}`);
  }
}
