/** Removes what was made at run time, so that a deleted stack leaves nothing that costs money. */
import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DeleteModelPackageCommand,
  DescribeEndpointCommand,
  ListModelPackagesCommand,
} from '@aws-sdk/client-sagemaker';
import { deleteItem, queryItems } from '../shared/catalog.ts';
import {
  type EndpointConfigItem,
  PROJECTS_PK,
  projectPk,
  type RunItem,
  SK_PREFIX,
} from '../shared/catalog-items.ts';
import { sagemaker } from '../shared/clients.ts';
import { RetryableError } from '../shared/errors.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import type { RegisterProjectProperties } from './contract.ts';

const LOOK_EVERY_MS = 5_000;
/** An endpoint is gone in a few minutes; the function has fifteen. */
const LOOKS = 150;

/** Tolerates what is not there any more. @throws RetryableError when the endpoint does not go. */
export async function forgetProject(properties: RegisterProjectProperties): Promise<void> {
  // A project that keeps its data keeps its endpoint: nothing in production goes down with a stack by accident.
  if (properties.RemoveRuntimeResources !== 'true') return;
  const settings = JSON.parse(properties.Settings) as ProjectSettings;
  const pk = projectPk(properties.Project);
  await deleteEndpoint(settings.serving.endpointName);
  for (const { item } of await queryItems<EndpointConfigItem>(pk, SK_PREFIX.endpointConfig)) {
    await tolerateAbsence(
      sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: item.endpointConfigName })),
    );
    await deleteModel(item.modelName);
  }
  for (const { item } of await queryItems<RunItem>(pk, SK_PREFIX.run)) {
    if (item.modelName) await deleteModel(item.modelName);
  }
  await deletePackages(settings.modelPackageGroup);
  // Last, because these items name the rest; a project made again under the name begins without a past.
  for (const { sk } of await queryItems(pk, '')) await deleteItem(pk, sk);
  await deleteItem(PROJECTS_PK, properties.Project);
}

async function deleteEndpoint(name: string): Promise<void> {
  if (!(await tolerateAbsence(sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }))))) return;
  for (let look = 0; look < LOOKS; look++) {
    if (!(await tolerateAbsence(sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }))))) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new RetryableError(`endpoint ${name} is still being deleted; delete the stack again when it is gone`);
}

async function deleteModel(name: string): Promise<void> {
  await tolerateAbsence(sagemaker.send(new DeleteModelCommand({ ModelName: name })));
}

async function deletePackages(group: string): Promise<void> {
  for (;;) {
    // the first page again and again: what is deleted moves the pages
    const { ModelPackageSummaryList: packages = [] } = await sagemaker.send(
      new ListModelPackagesCommand({ ModelPackageGroupName: group, MaxResults: 100 }),
    );
    if (packages.length === 0) return;
    for (const { ModelPackageArn } of packages) {
      await tolerateAbsence(
        sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: ModelPackageArn })),
      );
    }
  }
}

/** SageMaker answers with a validation error for what does not exist. @returns whether it was there. */
async function tolerateAbsence(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof Error && /^Could not find|does not exist/.test(error.message)) return false;
    throw error;
  }
}
