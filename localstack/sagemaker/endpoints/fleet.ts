/** The processes behind one deployment of an endpoint, one per variant, and how a request finds its own. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SageMaker } from '../sagemaker.ts';
import { type Deployment, endpointKey, type VariantRecord } from './endpoint-record.ts';
import { createVariantProcess, type VariantProcess } from './variant-process.ts';

export interface Fleet {
  /** Its weights and capacities change when the endpoint's do. */
  deployment: Deployment;
  /** Fraction of the endpoint's traffic, 0..1; the fractions of an endpoint's fleets add up to 1. */
  share: number;
  readonly variants: ReadonlyMap<string, VariantProcess>;
  /** Whether this fleet came by an update: its metrics then also carry the configuration's name. */
  readonly isUpdate: boolean;
  /** Starts every variant. @throws ContainerStartError of the first that fails, with `variant` set. */
  startAll(): Promise<void>;
  /** Ends the processes; `forget` also deletes the unpacked models. */
  stop(options?: { readonly forget?: boolean }): Promise<void>;
}

/** A fleet of `deployment`, with nothing started yet. */
export function createFleet(
  sagemaker: SageMaker,
  { endpoint, deployment }: { endpoint: string; deployment: Deployment },
): Fleet {
  const home = join(
    sagemaker.cloud.directory('sagemaker'),
    'endpoints',
    endpointKey(endpoint),
    String(deployment.number),
  );
  const members = deployment.variants.map((variant) =>
    createVariantProcess(sagemaker, { endpoint, variant, directory: join(home, variant.name) }),
  );
  return {
    deployment,
    share: 0,
    isUpdate: deployment.number > 1,
    variants: new Map(members.map((member) => [member.name, member])),
    async startAll() {
      for (const { config } of deployment.variants) requireCapacity(sagemaker, config.InstanceType);
      await Promise.all(
        members.map((member) =>
          member.start().catch((error: Error) => {
            throw Object.assign(error, { variant: member.name });
          }),
        ),
      );
    },
    async stop({ forget = false } = {}) {
      await Promise.all(members.map((member) => member.stop()));
      if (forget) await rm(home, { recursive: true, force: true });
    },
  };
}

/** @throws Error when the region has no instances of this type left. */
function requireCapacity(sagemaker: SageMaker, instanceType: string | undefined): void {
  if (instanceType === undefined || sagemaker.capacity.isAvailable(instanceType)) return;
  throw new Error(
    'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please retry using a ' +
      'different ML instance type or after some time.',
  );
}

/** Where a request goes. */
export interface PickedVariant {
  readonly fleet: Fleet;
  readonly variant: VariantRecord;
  readonly process: VariantProcess;
}

/** Fleet and variant for one request: by name, or by traffic share and weight. `random`: 0 <= random() < 1. */
export function pickVariant(
  fleets: readonly Fleet[],
  targetVariant: string | undefined,
  random: () => number,
): PickedVariant | undefined {
  const candidates = fleets.filter((each) => targetVariant === undefined || each.variants.has(targetVariant));
  const fleet = pickByWeight(candidates, (each) => each.share, random());
  if (!fleet) return undefined;
  const { variants } = fleet.deployment;
  const variant =
    targetVariant === undefined
      ? pickByWeight(variants, (each) => each.currentWeight, random())
      : variants.find((each) => each.name === targetVariant);
  const process = variant && fleet.variants.get(variant.name);
  return variant && process ? { fleet, variant, process } : undefined;
}

function pickByWeight<T>(all: readonly T[], weightOf: (each: T) => number, random: number): T | undefined {
  const total = all.reduce((sum, each) => sum + weightOf(each), 0);
  let rest = random * total;
  for (const each of all) {
    rest -= weightOf(each);
    if (rest < 0) return each;
  }
  // all weights 0: the first takes it
  return all.at(total === 0 ? 0 : -1);
}
