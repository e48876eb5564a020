import type { DeploymentConfig } from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { shiftSteps } from './deployment-config.ts';

const policy = (TrafficRoutingConfiguration: object, TerminationWaitInSeconds = 60) =>
  ({ BlueGreenUpdatePolicy: { TrafficRoutingConfiguration, TerminationWaitInSeconds } }) as DeploymentConfig;
const brief = (config: DeploymentConfig | undefined, instances: number) =>
  shiftSteps(config, instances).map((step) => [step.instances, step.bakeSeconds, step.capacity]);

describe('shiftSteps', () => {
  it('shifts everything at once, without a bake when nothing is said', () => {
    expect(brief(undefined, 2)).toEqual([[2, 0, 'full']]);
    expect(brief(policy({ Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 5 }), 2)).toEqual([[2, 60, 'full']]);
  });

  it('shifts a canary, then the rest', () => {
    const size = { Type: 'CAPACITY_PERCENT', Value: 30 };
    const canary = policy({ Type: 'CANARY', WaitIntervalInSeconds: 5, CanarySize: size });
    expect(brief(canary, 4)).toEqual([
      [2, 5, 'canary'],
      [4, 60, 'full'],
    ]);
    expect(() => shiftSteps(canary, 1)).toThrow(/at most 50 %/);
  });

  it('shifts in linear steps', () => {
    const size = { Type: 'INSTANCE_COUNT', Value: 1 };
    expect(brief(policy({ Type: 'LINEAR', WaitIntervalInSeconds: 5, LinearStepSize: size }), 3)).toEqual([
      [1, 5, 'linear'],
      [2, 5, 'linear'],
      [3, 60, 'full'],
    ]);
  });
});
