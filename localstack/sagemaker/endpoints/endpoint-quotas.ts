/** Quotas of endpoints: instances of a type, and the concurrency that serverless variants share. */
import type { SageMaker } from '../sagemaker.ts';
import type { VariantRecord } from './endpoint-record.ts';

const SERVERLESS = 'Maximum total concurrency that can be allocated across all serverless endpoints';

/** Looks whether `variants` fit beside everything that is deployed. @throws AwsError ResourceLimitExceeded */
export function checkCapacity(sagemaker: SageMaker, variants: readonly VariantRecord[]): void {
  const deployed = sagemaker.endpoints
    .values()
    .filter((each) => each.status !== 'Failed')
    .flatMap((each) => [...each.live.variants, ...(each.pending?.variants ?? [])]);
  const used = demandOf(deployed);
  for (const [quota, requested] of demandOf(variants)) {
    const unit = quota === SERVERLESS ? 'Concurrencies' : 'Instances';
    sagemaker.capacity.admitUnder({ quota, unit, inUse: used.get(quota) ?? 0, count: requested });
  }
}

/** What variants take of each quota. */
function demandOf(variants: readonly VariantRecord[]): Map<string, number> {
  const demand = new Map<string, number>();
  for (const { serverless, config, desiredInstances } of variants) {
    const quota = serverless ? SERVERLESS : `${config.InstanceType} for endpoint usage`;
    const amount = serverless ? serverless.MaxConcurrency! : desiredInstances;
    demand.set(quota, (demand.get(quota) ?? 0) + amount);
  }
  return demand;
}
