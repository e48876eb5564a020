/** UpdateEndpointWeightsAndCapacities. */
import type {
  DesiredWeightAndCapacity,
  UpdateEndpointWeightsAndCapacitiesInput,
  UpdateEndpointWeightsAndCapacitiesOutput,
} from '@aws-sdk/client-sagemaker';
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import { ENTITY_NAME } from '../names.ts';
import type { SageMaker } from '../sagemaker.ts';
import { sendTestNotifications } from './async-notifications.ts';
import { changeEndpointState, emitDeploymentState } from './endpoint-events.ts';
import { checkCapacity } from './endpoint-quotas.ts';
import { type EndpointRecord, endpointKey, type VariantRecord } from './endpoint-record.ts';
import { findEndpoint, refuseFailed, refuseInProgress } from './endpoints.ts';

/** Changes weights and capacities of variants in place; the endpoint is Updating until the fleet follows. */
export function updateEndpointWeightsAndCapacities(
  sagemaker: SageMaker,
  input: UpdateEndpointWeightsAndCapacitiesInput,
): UpdateEndpointWeightsAndCapacitiesOutput {
  checkRequest(input);
  const record = findEndpoint(sagemaker, input.EndpointName);
  refuseInProgress(record);
  refuseFailed(record);
  const wanted = input.DesiredWeightsAndCapacities!;
  checkVariants(record, wanted);
  const variants = record.live.variants.map((variant) =>
    desired(
      variant,
      wanted.find((each) => each.VariantName === variant.name),
    ),
  );
  checkGrowth(sagemaker, record, variants);
  const updating = changeEndpointState(sagemaker, record.name, {
    status: 'Updating',
    live: {
      ...record.live,
      variants: variants.map((each) => withStatus(each, sagemaker.cloud.clock.date())),
    },
  });
  emitDeploymentState(sagemaker, updating);
  sagemaker.cloud.background(`updating weights of endpoint ${record.name}`, () =>
    apply(sagemaker, record, variants),
  );
  return { EndpointArn: record.arn };
}

async function apply(
  sagemaker: SageMaker,
  record: EndpointRecord,
  variants: readonly VariantRecord[],
): Promise<void> {
  const fleet = sagemaker.fleets.get(endpointKey(record.name))?.[0];
  const reached = variants.map((each) => ({
    ...each,
    currentWeight: each.desiredWeight,
    currentInstances: each.desiredInstances,
  }));
  const live = { ...record.live, variants: reached };
  if (fleet) fleet.deployment = live;
  const failureReason = await sendTestNotifications(sagemaker, live.async, () => {
    return fleet!.variants.get(reached[0]!.name)!.role();
  }).then(
    () => undefined,
    (error: Error) => error.message,
  );
  changeEndpointState(sagemaker, record.name, { status: 'InService', live, failureReason });
}

function checkRequest(input: UpdateEndpointWeightsAndCapacitiesInput): void {
  const path = 'desiredWeightsAndCapacities';
  const constraints = new Constraints().name(input.EndpointName, 'endpointName', ENTITY_NAME);
  constraints.length(input.DesiredWeightsAndCapacities, path, [1, Number.MAX_SAFE_INTEGER]);
  for (const [index, each] of (input.DesiredWeightsAndCapacities ?? []).entries()) {
    const at = `${path}.${index + 1}.member`;
    constraints.name(each.VariantName, `${at}.variantName`, ENTITY_NAME);
    constraints.range(each.DesiredWeight, `${at}.desiredWeight`, [0, Number.MAX_VALUE]);
    constraints.range(each.DesiredInstanceCount, `${at}.desiredInstanceCount`, [0, Number.MAX_SAFE_INTEGER]);
    const concurrency = each.ServerlessUpdateConfig?.MaxConcurrency;
    constraints.range(concurrency, `${at}.serverlessUpdateConfig.maxConcurrency`, [1, 200]);
  }
  constraints.check();
  for (const each of input.DesiredWeightsAndCapacities ?? []) {
    const where = 'UpdateEndpointWeightsAndCapacities ServerlessUpdateConfig';
    supportOnly(where, each.ServerlessUpdateConfig, ['MaxConcurrency']);
    if (each.DesiredInstanceCount === 0) {
      throw new NotImplementedByLocalCloud(
        'sagemaker UpdateEndpointWeightsAndCapacities DesiredInstanceCount 0',
      );
    }
  }
}

function checkVariants(record: EndpointRecord, wanted: readonly DesiredWeightAndCapacity[]): void {
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
  for (const each of wanted) {
    const { serverless } = record.live.variants.find((variant) => variant.name === each.VariantName)!;
    if (serverless ? each.DesiredInstanceCount !== undefined : each.ServerlessUpdateConfig !== undefined) {
      const kind = serverless ? 'serverless' : 'instance-based';
      throw validationError(
        `The capacity given for variant "${each.VariantName}" is not that of a ${kind} variant.`,
      );
    }
  }
}

function desired(variant: VariantRecord, change: DesiredWeightAndCapacity | undefined): VariantRecord {
  return {
    ...variant,
    desiredWeight: change?.DesiredWeight ?? variant.desiredWeight,
    desiredInstances: change?.DesiredInstanceCount ?? variant.desiredInstances,
    serverless: variant.serverless && { ...variant.serverless, ...change?.ServerlessUpdateConfig },
  };
}

function withStatus(variant: VariantRecord, StartTime: Date): VariantRecord {
  if (variant.desiredInstances === variant.currentInstances) return variant;
  const direction = variant.desiredInstances > variant.currentInstances ? 'out' : 'in';
  const StatusMessage = `Scaling ${direction} desired instance count to ${variant.desiredInstances}.`;
  return { ...variant, status: [{ Status: 'Updating', StatusMessage, StartTime }] };
}

/** Only what is added counts against the quotas: the rest is in use already. */
function checkGrowth(sagemaker: SageMaker, record: EndpointRecord, variants: readonly VariantRecord[]): void {
  const grown = variants.map((variant, index) => {
    const before = record.live.variants[index]!;
    const MaxConcurrency =
      (variant.serverless?.MaxConcurrency ?? 0) - (before.serverless?.MaxConcurrency ?? 0);
    return {
      ...variant,
      desiredInstances: Math.max(0, variant.desiredInstances - before.desiredInstances),
      serverless: variant.serverless && {
        ...variant.serverless,
        MaxConcurrency: Math.max(0, MaxConcurrency),
      },
    };
  });
  checkCapacity(sagemaker, grown);
}
