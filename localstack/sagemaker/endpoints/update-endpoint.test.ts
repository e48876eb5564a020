import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST_RUN_MS, ROLE } from '../testing.ts';
import { arn, type ServingFixture, servingFixture, stageOf, variant } from './testing.ts';

// expected values: https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html and
// https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
let fixture: ServingFixture;
let alarmState = 'OK';
let count = 0;

beforeAll(async () => {
  fixture = await servingFixture();
  fixture.cloud.respond('monitoring', 'DescribeAlarms', () => ({
    MetricAlarms: [{ AlarmName: 'errors', StateValue: alarmState }],
  }));
  const DataCaptureConfig = {
    InitialSamplingPercentage: 100,
    DestinationS3Uri: 's3://data/captures',
    CaptureOptions: [{ CaptureMode: 'Output' }],
    CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'] },
  };
  await fixture.serve('shop', 'times-2', { DataCaptureConfig });
  const four = { InitialInstanceCount: 4 };
  for (const factor of [3, 5]) {
    for (const half of ['a', 'b']) {
      await fixture.config(`config-${factor}${half}`, [variant('main', `times-${factor}`, four)], {
        DataCaptureConfig: { ...DataCaptureConfig, DestinationS3Uri: `s3://data/captures-${factor}` },
      });
    }
  }
}, FIRST_RUN_MS);

afterAll(() => fixture.stop());

const routing = (Type: string, more: object = {}) => ({ Type, WaitIntervalInSeconds: 300, ...more });
const deployment = (TrafficRoutingConfiguration: object, more: object = {}) => ({
  BlueGreenUpdatePolicy: { TrafficRoutingConfiguration, TerminationWaitInSeconds: 600, ...more },
  AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'errors' }] },
});
const ALL_AT_ONCE = deployment(routing('ALL_AT_ONCE', { WaitIntervalInSeconds: 0 }));
const LINEAR = routing('LINEAR', { LinearStepSize: { Type: 'CAPACITY_PERCENT', Value: 25 } });
const CANARY = routing('CANARY', { CanarySize: { Type: 'INSTANCE_COUNT', Value: 1 } });

const update = (EndpointConfigName: string, DeploymentConfig: object) =>
  fixture.run('UpdateEndpoint', { EndpointName: 'shop', EndpointConfigName, DeploymentConfig });
const refused = (EndpointConfigName: string, more: object) =>
  fixture.refusal('UpdateEndpoint', { EndpointName: 'shop', EndpointConfigName, ...more });
const bakes = (endpoint: { PendingDeploymentSummary?: object | undefined }) =>
  endpoint.PendingDeploymentSummary !== undefined;

/** How many of 80 requests got which answer. */
async function traffic(): Promise<Record<string, number>> {
  const answers: Record<string, number> = {};
  for (let index = 0; index < 80; index += 1) {
    count += 1;
    const answer = await fixture.invoke('shop', '1', { InferenceId: `row-${count}` });
    answers[answer.trim()] = (answers[answer.trim()] ?? 0) + 1;
  }
  return answers;
}

describe('all at once', () => {
  it('bakes on the new fleet and keeps it when no alarm rings', async () => {
    await update('config-3a', ALL_AT_ONCE);
    expect(await fixture.baking('shop')).toMatchObject({
      EndpointStatus: 'Updating',
      EndpointConfigName: 'shop',
      PendingDeploymentSummary: {
        EndpointConfigName: 'config-3a',
        ProductionVariants: [
          {
            CurrentInstanceCount: 4,
            InstanceType: 'ml.m5.large',
            VariantStatus: [
              {
                Status: 'Baking',
                StatusMessage:
                  'Baking for 600 seconds (TerminationWaitInSeconds) with traffic enabled on full capacity of 4 instance(s).',
              },
            ],
          },
        ],
      },
    });
    expect(await traffic()).toEqual({ '3.0': 80 });
    for (const operation of ['UpdateEndpoint', 'DeleteEndpoint', 'UpdateEndpointWeightsAndCapacities']) {
      const input = {
        EndpointName: 'shop',
        ...(operation === 'UpdateEndpoint' ? { EndpointConfigName: 'config-5a' } : {}),
        ...(operation.endsWith('Capacities')
          ? { DesiredWeightsAndCapacities: [{ VariantName: 'main' }] }
          : {}),
      };
      expect(await fixture.refusal(operation, input), operation).toMatchObject({
        code: 'ValidationException',
        message: `Cannot update in-progress endpoint "${arn('shop')}".`,
      });
    }
    await fixture.advance(590);
    expect(await fixture.describe('shop')).toMatchObject({ EndpointStatus: 'Updating' });
    await fixture.advance(20);
    const endpoint = await fixture.describe('shop');
    expect(endpoint).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'config-3a' });
    expect(endpoint).toMatchObject({ LastDeploymentConfig: ALL_AT_ONCE });
    expect(bakes(endpoint)).toBe(false);
    const watched = fixture.cloud.calls.filter((call) => call.operation === 'DescribeAlarms');
    expect(watched.length).toBeGreaterThan(50);
    expect(watched[0]?.principal).toMatchObject({ roleArn: ROLE });
    const dimensions = fixture.metrics.flatMap((each) => each.Dimensions ?? []);
    expect(dimensions).toContainEqual({ Name: 'EndpointConfigName', Value: 'config-3a' });
  });

  it('goes back to the old fleet when an alarm rings while it bakes', async () => {
    await update('config-5a', ALL_AT_ONCE);
    await fixture.baking('shop');
    expect(await traffic()).toEqual({ '5.0': 80 });
    alarmState = 'ALARM';
    await fixture.advance(15);
    alarmState = 'OK';
    expect(await fixture.inService('shop')).toMatchObject({
      EndpointConfigName: 'config-3a',
      FailureReason:
        'The deployment was rolled back because the following alarm(s) are in ALARM state: errors.',
    });
    expect(await traffic()).toEqual({ '3.0': 80 });
    const statuses = fixture.eventsOf('Endpoint State Change').map((each) => each.EndpointStatus);
    expect(statuses.slice(-3)).toEqual(['UPDATING', 'ROLLING_BACK', 'IN_SERVICE']);
  });
});

describe('a canary', () => {
  it('gets its share, then all of the traffic', async () => {
    await update('config-5a', deployment(CANARY));
    const endpoint = await fixture.baking('shop');
    expect(stageOf(endpoint)).toBe(
      'Baking for 300 seconds (WaitIntervalInSeconds) with traffic enabled on canary capacity of 1 instance(s).',
    );
    expect(endpoint.PendingDeploymentSummary?.ProductionVariants?.[0]).toMatchObject({
      CurrentInstanceCount: 1,
      DesiredInstanceCount: 4,
    });
    const shares = await traffic();
    // a quarter of 80 is 20, give or take four standard deviations of 3.9
    expect(shares['5.0']).toBeGreaterThan(4);
    expect(shares['5.0']).toBeLessThan(36);
    await fixture.advance(301);
    expect(stageOf(await fixture.baking('shop', 'full'))).toMatch(
      /^Baking for 600 seconds .* full capacity of 4/,
    );
    expect(await traffic()).toEqual({ '5.0': 80 });
    await fixture.advance(601);
    expect(await fixture.inService('shop')).toMatchObject({ EndpointConfigName: 'config-5a' });
  });

  it('captures on both fleets, each where its configuration says', async () => {
    await fixture.advance(1);
    const captured = async (prefix: string) => {
      const files = await Promise.all((await fixture.keys(`${prefix}/`)).map((key) => fixture.text(key)));
      return files.flatMap((text) => text.trim().split('\n')).map((line) => JSON.parse(line));
    };
    for (const [prefix, answer] of [
      ['captures-3', '3.0\n'],
      ['captures-5', '5.0\n'],
    ] as const) {
      const records = await captured(prefix);
      expect(records.length).toBeGreaterThan(80);
      expect(records.every((each) => each.captureData.endpointOutput.data === answer)).toBe(true);
    }
    expect((await captured('captures-3')).length + (await captured('captures-5')).length).toBe(count);
  });
});

describe('linear steps', () => {
  it('shift a quarter at a time, a wait after each and the bake after the last', async () => {
    await update('config-3b', deployment(LINEAR));
    for (const instances of [1, 2, 3]) {
      await fixture.baking('shop', `linear capacity of ${instances}`);
      // four standard deviations of 80 requests at a half are 18
      expect(Math.abs((await traffic())['3.0']! - 20 * instances)).toBeLessThan(18);
      await fixture.advance(300);
    }
    await fixture.baking('shop', 'full capacity of 4');
    expect(await traffic()).toEqual({ '3.0': 80 });
    await fixture.advance(601);
    expect(await fixture.inService('shop')).toMatchObject({ EndpointConfigName: 'config-3b' });
    const stages = fixture
      .eventsOf('Endpoint Deployment State Change')
      .map(
        (event) => event.PendingDeploymentSummary as { ProductionVariants: { VariantStatus?: object[] }[] },
      )
      .map((summary) => summary?.ProductionVariants[0]?.VariantStatus?.[0] as { StatusMessage?: string })
      .map((status) => status?.StatusMessage);
    const from = stages.lastIndexOf('Launching 4 instance(s).');
    expect(stages.slice(from)).toEqual([
      'Launching 4 instance(s).',
      ...[1, 2, 3].flatMap((instances) => [
        `Activating traffic on linear capacity of ${instances} instance(s).`,
        `Baking for 300 seconds (WaitIntervalInSeconds) with traffic enabled on linear capacity of ${instances} instance(s).`,
      ]),
      'Activating traffic on full capacity of 4 instance(s).',
      'Baking for 600 seconds (TerminationWaitInSeconds) with traffic enabled on full capacity of 4 instance(s).',
      'Baking for 600 seconds (TerminationWaitInSeconds) with traffic enabled on full capacity of 4 instance(s).',
    ]);
    expect(fixture.eventsOf('Endpoint Deployment State Change').at(-1)).toMatchObject({
      ProductionVariants: [
        { VariantStatus: [{ Status: 'Deleting', StatusMessage: 'Terminating 4 instance(s).' }] },
      ],
    });
  });

  it('go back from any step', async () => {
    await update('config-5b', deployment(LINEAR));
    await fixture.baking('shop', 'capacity of 1');
    await fixture.advance(300);
    await fixture.baking('shop', 'capacity of 2');
    alarmState = 'ALARM';
    await fixture.advance(15);
    alarmState = 'OK';
    expect(await fixture.inService('shop')).toMatchObject({ EndpointConfigName: 'config-3b' });
    expect(await traffic()).toEqual({ '3.0': 80 });
  });

  it('go back when the deployment takes longer than it may', async () => {
    await update('config-5b', deployment(LINEAR, { MaximumExecutionTimeoutInSeconds: 600 }));
    await fixture.baking('shop');
    await fixture.advance(599);
    expect(await fixture.describe('shop')).toMatchObject({ EndpointStatus: 'Updating' });
    await fixture.advance(2);
    expect(await fixture.inService('shop')).toMatchObject({
      EndpointConfigName: 'config-3b',
      FailureReason: expect.stringContaining('MaximumExecutionTimeoutInSeconds'),
    });
  });
});

describe('an update', () => {
  it('keeps weights, counts and capture that the endpoint has, but for what is excluded', async () => {
    const DesiredWeightsAndCapacities = [{ VariantName: 'main', DesiredInstanceCount: 3, DesiredWeight: 7 }];
    const order = { EndpointName: 'shop', DesiredWeightsAndCapacities };
    await fixture.run('UpdateEndpointWeightsAndCapacities', order);
    await fixture.inService('shop');
    await fixture.run('UpdateEndpoint', {
      EndpointName: 'shop',
      EndpointConfigName: 'config-5a',
      RetainAllVariantProperties: true,
      ExcludeRetainedVariantProperties: [{ VariantPropertyType: 'DesiredWeight' }],
    });
    expect(await fixture.inService('shop')).toMatchObject({
      EndpointConfigName: 'config-5a',
      ProductionVariants: [{ CurrentWeight: 1, CurrentInstanceCount: 3 }],
      DataCaptureConfig: { DestinationS3Uri: 's3://data/captures-3' },
    });
  });

  it('takes the retained deployment configuration', async () => {
    await update('config-3a', ALL_AT_ONCE);
    await fixture.baking('shop');
    await fixture.advance(601);
    await fixture.inService('shop');
    const more = { RetainDeploymentConfig: true };
    await fixture.run('UpdateEndpoint', { EndpointName: 'shop', EndpointConfigName: 'config-5a', ...more });
    expect(stageOf(await fixture.baking('shop'))).toMatch(/^Baking for 600 seconds/);
    await fixture.advance(601);
    expect(await fixture.inService('shop')).toMatchObject({ LastDeploymentConfig: ALL_AT_ONCE });
  });

  it('is refused with what cannot be deployed', async () => {
    expect((await refused('config-5a', {}))?.message).toMatch(/create a new EndpointConfig/);
    expect(await refused('unknown', {})).toMatchObject({
      message: `Could not find endpoint configuration "${arn('unknown', 'endpoint-config')}".`,
    });
    for (const [routed, limit] of [
      [{ ...CANARY, CanarySize: { Type: 'CAPACITY_PERCENT', Value: 60 } }, 'CanarySize: at most 50 %'],
      [{ ...LINEAR, LinearStepSize: { Type: 'CAPACITY_PERCENT', Value: 60 } }, 'LinearStepSize: 10 to 50 %'],
    ] as const) {
      expect(await refused('config-3a', { DeploymentConfig: deployment(routed) })).toMatchObject({
        code: 'ValidationException',
        message: expect.stringContaining(limit),
      });
    }
    const tooLong = deployment(routing('ALL_AT_ONCE', { WaitIntervalInSeconds: 3601 }));
    expect(await refused('config-3a', { DeploymentConfig: tooLong })).toMatchObject({
      message:
        "1 validation error detected: Value '3601' at 'deploymentConfig.blueGreenUpdatePolicy.trafficRoutingConfiguration" +
        ".waitIntervalInSeconds' failed to satisfy constraint: Member must have value less than or equal to 3600",
    });
    const size = { Type: 'INSTANCE_COUNT', Value: 1 };
    const RollingUpdatePolicy = { MaximumBatchSize: size, WaitIntervalInSeconds: 1 };
    expect(await refused('config-3a', { DeploymentConfig: { RollingUpdatePolicy } })).toMatchObject({
      code: 'NotImplementedByLocalCloud',
    });
  });

  it('is refused when an alarm does not exist', async () => {
    const Alarms = [{ AlarmName: 'none' }];
    const DeploymentConfig = { ...ALL_AT_ONCE, AutoRollbackConfiguration: { Alarms } };
    const refusal = { code: 'ValidationException', message: expect.stringContaining('none') };
    expect(await refused('config-3a', { DeploymentConfig })).toMatchObject(refusal);
  });
});
