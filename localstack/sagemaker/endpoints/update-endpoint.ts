/** UpdateEndpoint and UpdateEndpointWeightsAndCapacities: what they refuse, and what they start. */
import type {
  DeploymentConfig,
  UpdateEndpointInput,
  UpdateEndpointOutput,
  UpdateEndpointWeightsAndCapacitiesInput,
  UpdateEndpointWeightsAndCapacitiesOutput,
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
import { changeEndpointState, type Deployment, type EndpointRecord, endpointKey } from './endpoint-record.ts';
import { deploymentOf, findEndpoint, refuseInProgress } from './endpoints.ts';

export async function updateEndpoint(
  sagemaker: SageMaker,
  input: UpdateEndpointInput,
  call: Call,
): Promise<UpdateEndpointOutput> {
  new Constraints()
    .name(input.EndpointName, 'endpointName', ENTITY_NAME)
    .name(input.EndpointConfigName, 'endpointConfigName', ENTITY_NAME)
    .check();
  supportOnly('UpdateEndpoint', input, [
    ...[
      'EndpointName',
      'EndpointConfigName',
      'RetainAllVariantProperties',
      'ExcludeRetainedVariantProperties',
    ],
    ...['DeploymentConfig', 'RetainDeploymentConfig'],
  ]);
  checkDeploymentConfig(input.DeploymentConfig);
  const record = findEndpoint(sagemaker, input.EndpointName);
  refuseInProgress(record);
  if (record.status === 'Failed') {
    throw validationError(
      `Cannot update endpoint "${record.arn}" in status Failed: only DeleteEndpoint is allowed.`,
    );
  }
  const config = findEndpointConfig(sagemaker, input.EndpointConfigName);
  if (config.EndpointConfigName === record.live.configName) {
    throw validationError(
      `Cannot update endpoint "${record.arn}" with its own endpoint configuration "${config.EndpointConfigArn}": create a new EndpointConfig.`,
    );
  }
  const number = record.deployments + 1;
  const fresh = deploymentOf(sagemaker, config, { number, now: call.now });
  const pending = retain(record, fresh, input);
  const deploymentConfig = input.RetainDeploymentConfig ? record.deploymentConfig : input.DeploymentConfig;
  for (const variant of pending.variants) shiftSteps(deploymentConfig, variant.desiredInstances);
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
      if (!current) return variant;
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

export function updateEndpointWeightsAndCapacities(
  sagemaker: SageMaker,
  input: UpdateEndpointWeightsAndCapacitiesInput,
): UpdateEndpointWeightsAndCapacitiesOutput {
  const record = findEndpoint(sagemaker, input.EndpointName);
  refuseInProgress(record);
  const wanted = input.DesiredWeightsAndCapacities ?? [];
  const names = wanted.map((each) => each.VariantName ?? '');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw validationError(`The variant name "${twice}" was non-unique within the request.`);
  const unknown = names.filter((name) => !record.live.variants.some((each) => each.name === name));
  if (unknown.length > 0) {
    throw validationError(
      `The variant name(s) "${unknown.join(', ')}" is/are not present within endpoint configuration "${record.live.configName}".`,
    );
  }
  const variants = record.live.variants.map((variant) => {
    const change = wanted.find((each) => each.VariantName === variant.name);
    return {
      ...variant,
      desiredWeight: change?.DesiredWeight ?? variant.desiredWeight,
      desiredInstances: change?.DesiredInstanceCount ?? variant.desiredInstances,
    };
  });
  changeEndpointState(sagemaker, record.name, { status: 'Updating', live: { ...record.live, variants } });
  sagemaker.cloud.background(`updating weights of endpoint ${record.name}`, async () => {
    const reached = variants.map((each) => ({
      ...each,
      currentWeight: each.desiredWeight,
      currentInstances: each.desiredInstances,
    }));
    const live = { ...record.live, variants: reached };
    const fleet = sagemaker.fleets.get(endpointKey(record.name))?.[0];
    if (fleet) fleet.deployment = live;
    changeEndpointState(sagemaker, record.name, { status: 'InService', live });
  });
  return { EndpointArn: record.arn };
}
