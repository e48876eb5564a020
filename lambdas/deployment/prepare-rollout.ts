/** Plans a rollout: whole API requests, and the record by which captures find their model. */
import { DescribeModelPackageCommand, type ModelPackageContainerDefinition } from '@aws-sdk/client-sagemaker';
import { getItem, putItem } from '../shared/catalog.ts';
import { type EndpointConfigItem, type ModelItem, projectPk, SK } from '../shared/catalog-items.ts';
import { sagemaker } from '../shared/clients.ts';
import { NonRetryableError, RetryableError } from '../shared/errors.ts';
import { capturePrefix, smokeTestKey } from '../shared/keys.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import type { RolloutInput, RolloutPlan } from './contract.ts';
import { endpointConfig, endpointRequest, rolloutModel, rolloutResourceName } from './endpoint-config.ts';
import { readEndpoint } from './live-endpoint.ts';

/**
 * The plan, by the settings that are deployed now: how a model is served is not part of the model.
 * @throws NonRetryableError when the version is not approved, was not registered by a run, or the endpoint has failed.
 * @throws RetryableError when somebody else is changing the endpoint.
 */
export async function prepareRollout(settings: ProjectSettings, rollout: RolloutInput): Promise<RolloutPlan> {
  const pk = projectPk(settings.project);
  const { modelVersion } = rollout;
  const model = (await getItem<ModelItem>(pk, SK.model(modelVersion)))?.item;
  if (!model) {
    throw new NonRetryableError(
      `model version ${modelVersion} is not in the catalog; only versions that a run has registered can be rolled out`,
      { code: 'ModelUnknown' },
    );
  }
  const container = await approvedContainer(rollout);
  const { endpointName } = settings.serving;
  const live = await readEndpoint(endpointName);
  checkEndpoint(endpointName, live?.status);

  const name = rolloutResourceName(settings, rollout);
  const item: EndpointConfigItem = {
    endpointConfigName: name,
    endpointName,
    modelName: name,
    modelVersion,
    run: model.run,
    capturePrefix: capturePrefix(modelVersion, name),
  };
  // before any traffic, so that no capture is ever without its model
  await putItem(pk, SK.endpointConfig(name), item);
  return {
    endpointName,
    endpointConfigName: name,
    modelName: name,
    run: model.run,
    model: { ...rolloutModel(settings, rollout, container) },
    endpointConfig: { ...endpointConfig(settings, rollout) },
    exists: live !== undefined,
    endpoint: { ...endpointRequest(settings, rollout, live !== undefined) },
    smokeTestKey: smokeTestKey(model.run),
  };
}

async function approvedContainer(rollout: RolloutInput): Promise<ModelPackageContainerDefinition> {
  const { modelPackageArn, modelVersion } = rollout;
  const found = await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }));
  const container = found.InferenceSpecification?.Containers?.[0];
  if (found.ModelApprovalStatus !== 'Approved' || !container) {
    throw new NonRetryableError(
      `model version ${modelVersion} is ${found.ModelApprovalStatus ?? 'without a status'}; approve it to roll it out`,
      { code: 'NotApproved' },
    );
  }
  return container;
}

function checkEndpoint(name: string, status: string | undefined): void {
  if (status === undefined || status === 'InService') return;
  if (status === 'Failed') {
    throw new NonRetryableError(
      `endpoint ${name} has failed and can only be deleted; delete it and approve again`,
      {
        code: 'EndpointFailed',
      },
    );
  }
  throw new RetryableError(`endpoint ${name} is ${status}; somebody else is changing it`, {
    code: 'EndpointBusy',
  });
}
