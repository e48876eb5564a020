/** How an update shifts traffic: checks of a DeploymentConfig, and the steps that it means. */
import type { CapacitySize, DeploymentConfig } from '@aws-sdk/client-sagemaker';
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { Constraints, validationError } from '../constraints.ts';

/** @throws AwsError ValidationException, NotImplementedByLocalCloud for rolling updates. */
export function checkDeploymentConfig(config: DeploymentConfig | undefined): void {
  if (!config) return;
  if (config.RollingUpdatePolicy)
    throw new NotImplementedByLocalCloud('sagemaker DeploymentConfig RollingUpdatePolicy');
  const policy = config.BlueGreenUpdatePolicy;
  const routing = policy?.TrafficRoutingConfiguration;
  const path = 'deploymentConfig.blueGreenUpdatePolicy';
  const routingPath = `${path}.trafficRoutingConfiguration`;
  const constraints = new Constraints();
  if (policy) {
    constraints.required(routing, routingPath);
    constraints.required(routing?.Type, `${routingPath}.type`);
    constraints.oneOf(routing?.Type, `${routingPath}.type`, ['ALL_AT_ONCE', 'CANARY', 'LINEAR']);
    constraints.required(routing?.WaitIntervalInSeconds, `${routingPath}.waitIntervalInSeconds`);
    constraints.range(routing?.WaitIntervalInSeconds, `${routingPath}.waitIntervalInSeconds`, [0, 3600]);
    constraints.range(policy.TerminationWaitInSeconds, `${path}.terminationWaitInSeconds`, [0, 3600]);
    const limit = policy.MaximumExecutionTimeoutInSeconds;
    constraints.range(limit, `${path}.maximumExecutionTimeoutInSeconds`, [600, 28_800]);
  }
  const alarms = config.AutoRollbackConfiguration?.Alarms;
  constraints.length(alarms, 'deploymentConfig.autoRollbackConfiguration.alarms', [1, 10]);
  constraints.check();
  if (routing?.Type === 'CANARY' && !routing.CanarySize) throw validationError('CANARY needs a CanarySize.');
  if (routing?.Type === 'LINEAR' && !routing.LinearStepSize)
    throw validationError('LINEAR needs a LinearStepSize.');
}

/** One shift of traffic and the bake after it. */
export interface ShiftStep {
  /** Instances of the new fleet that get traffic after this step. */
  readonly instances: number;
  readonly share: number;
  readonly bakeSeconds: number;
  /** Which setting the bake's length comes from, as status messages name it. */
  readonly bakeSetting: 'WaitIntervalInSeconds' | 'TerminationWaitInSeconds';
  readonly capacity: 'canary' | 'linear' | 'full';
}

/**
 * The steps of an update onto `instances` instances.
 * @throws AwsError ValidationException when a canary is over half of the fleet or a linear step outside 10 to 50 %.
 */
export function shiftSteps(config: DeploymentConfig | undefined, instances: number): ShiftStep[] {
  const policy = config?.BlueGreenUpdatePolicy;
  const routing = policy?.TrafficRoutingConfiguration;
  const last: ShiftStep = {
    instances,
    share: 1,
    bakeSeconds: policy?.TerminationWaitInSeconds ?? 0,
    bakeSetting: 'TerminationWaitInSeconds',
    capacity: 'full',
  };
  if (!routing || routing.Type === 'ALL_AT_ONCE') return [last];
  const wait = {
    bakeSeconds: routing.WaitIntervalInSeconds ?? 0,
    bakeSetting: 'WaitIntervalInSeconds' as const,
  };
  const isCanary = routing.Type === 'CANARY';
  const size = instancesOf(isCanary ? routing.CanarySize! : routing.LinearStepSize!, instances);
  if (size / instances > 0.5 || (!isCanary && size / instances < 0.1)) {
    const allowed = isCanary ? 'CanarySize: at most 50 %' : 'LinearStepSize: 10 to 50 %';
    throw validationError(
      `Invalid ${allowed} of the variant's ${instances} instance(s); got ${size} instance(s).`,
    );
  }
  const capacity = isCanary ? ('canary' as const) : ('linear' as const);
  const counts = isCanary
    ? [size]
    : Array.from({ length: Math.ceil(instances / size) - 1 }, (_, i) => (i + 1) * size);
  return [
    ...counts.map((count) => ({ instances: count, share: count / instances, capacity, ...wait })),
    last,
  ];
}

function instancesOf(size: CapacitySize, instances: number): number {
  const value = size.Value ?? 0;
  return size.Type === 'INSTANCE_COUNT' ? value : Math.max(1, Math.ceil((value / 100) * instances));
}
