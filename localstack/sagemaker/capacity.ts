/** Instances of the account and of the region: quotas, capacity, and instances that are taken away. Set by the control API. */
import type { Collection } from '../core/collection.ts';
import { AwsError } from '../core/errors.ts';
import { type QuotaRecord, quotaValue, setQuota } from '../servicequotas/quotas.ts';

/** What instances are counted for, in the words of a quota's name. */
export type InstanceUse =
  | 'training job'
  | 'spot training job'
  | 'processing job'
  | 'transform job'
  | 'endpoint';

export interface InstanceDemand {
  readonly use: InstanceUse;
  readonly instanceType: string;
  readonly count: number;
  /** Instances of this type in this use now. */
  readonly inUse: number;
}

/** A demand on a quota that does not count instances of a type. */
export interface QuotaDemand {
  /** As Service Quotas names it. */
  readonly quota: string;
  /** What is counted, in the plural: `Instances`. */
  readonly unit: string;
  readonly count: number;
  readonly inUse: number;
}

export interface Capacity {
  /** By quota name, for example `ml.m5.large for training job usage`; no quota is no limit. */
  setQuota(name: string, instances: number): void;
  /** Whether the region has instances of this type. @default true */
  setAvailable(instanceType: string, available: boolean): void;
  isAvailable(instanceType: string): boolean;
  /** @throws AwsError ResourceLimitExceeded when the demand is over the quota. */
  admit(demand: InstanceDemand): void;
  /** As `admit`, for any quota. @throws AwsError ResourceLimitExceeded */
  admitUnder(demand: QuotaDemand): void;
  /** Has `interrupt` called when the instances of this managed spot training job are taken away. */
  onInterruption(jobArn: string, interrupt: () => void): void;
  /** Takes the instances of a job away. @returns false when it has none that can be */
  takeAway(jobArn: string): boolean;
  forget(jobArn: string): void;
}

/** Enough of everything, but for the quotas that Service Quotas lists. */
export function createCapacity(quotas: Collection<QuotaRecord>): Capacity {
  const exhausted = new Set<string>();
  const interruptions = new Map<string, () => void>();

  function admitUnder({ quota, unit, count, inUse }: QuotaDemand): void {
    const limit = quotaValue(quotas, 'sagemaker', quota);
    if (limit === undefined || inUse + count <= limit) return;
    // the wording of 2023 and later; before it ended with "Please contact AWS support to request an increase for this limit."
    throw new AwsError(
      'ResourceLimitExceeded',
      `The account-level service limit '${quota}' is ${limit} ${unit}, with current utilization of ${inUse} ${unit} and a ` +
        `request delta of ${count} ${unit}. Please use AWS Service Quotas to request an increase for this quota. If AWS ` +
        'Service Quotas is not available, contact AWS support to request an increase for this quota.',
    );
  }

  return {
    setQuota: (name, value) => setQuota(quotas, { serviceCode: 'sagemaker', name, value }),
    setAvailable(instanceType, available) {
      if (available) exhausted.delete(instanceType);
      else exhausted.add(instanceType);
    },
    isAvailable: (instanceType) => !exhausted.has(instanceType),
    admit: ({ use, instanceType, ...demand }) =>
      admitUnder({ quota: `${instanceType} for ${use} usage`, unit: 'Instances', ...demand }),
    admitUnder,
    onInterruption: (jobArn, interrupt) => void interruptions.set(jobArn, interrupt),
    takeAway(jobArn) {
      const interrupt = interruptions.get(jobArn);
      interrupt?.();
      return interrupt !== undefined;
    },
    forget: (jobArn) => void interruptions.delete(jobArn),
  };
}

/**
 * Orders of the control API: `quota` `{"name": "ml.m5.large for training job usage", "instances": 0}`, `capacity`
 * `{"instanceType": "ml.p3.2xlarge", "available": false}`, `interruption` `{"trainingJobArn": "..."}`.
 * @throws TypeError when a member is missing.
 */
export function capacityOrder(
  capacity: Capacity,
  name: string,
  order: Readonly<Record<string, unknown>>,
): unknown {
  if (name === 'quota') {
    capacity.setQuota(text(order, 'name'), Number(order.instances));
    return { quota: order };
  }
  if (name === 'capacity') {
    capacity.setAvailable(text(order, 'instanceType'), order.available === true);
    return { capacity: order };
  }
  if (name === 'interruption') return { interrupted: capacity.takeAway(text(order, 'trainingJobArn')) };
  return undefined;
}

function text(order: Readonly<Record<string, unknown>>, member: string): string {
  const value = order[member];
  if (typeof value !== 'string') throw new TypeError(`give ${member} as text; got ${typeof value}`);
  return value;
}
