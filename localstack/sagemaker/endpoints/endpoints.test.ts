import type { DescribeEndpointOutput } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareRunner } from '../runners/prepare-runner.ts';
import { FIRST_RUN_MS, ROLE, type SageMakerFixture, sagemakerFixture, XGBOOST_IMAGE } from '../testing.ts';

/** Answers with the number in the model's file times each row's first cell; refuses `bad`, breaks on `worse`. */
const SCRIPT = `
import os
def model_fn(model_dir):
    with open(os.path.join(model_dir, 'factor')) as file:
        return float(file.read())
def input_fn(body, content_type):
    if content_type != 'text/csv':
        raise ValueError(content_type)
    return [line.split(',')[0] for line in body.strip().split('\\n')]
def predict_fn(rows, factor):
    return [factor * float(row) for row in rows]
def output_fn(prediction, accept):
    return ''.join(f'{value}\\n' for value in prediction), 'text/csv'
`;

let fixture: SageMakerFixture;
let alarmState = 'OK';

beforeAll(async () => {
  await prepareRunner(XGBOOST_IMAGE);
  fixture = await sagemakerFixture();
  fixture.cloud.respond('monitoring', 'DescribeAlarms', () => ({
    MetricAlarms: [{ AlarmName: 'errors', StateValue: alarmState }],
  }));
  const source = await fixture.putArchive('code/serve.tar.gz', { 'serve.py': SCRIPT });
  for (const factor of [2, 3, 5]) {
    const ModelDataUrl = await fixture.putArchive(`models/${factor}.tar.gz`, { factor: String(factor) });
    const Environment = { SAGEMAKER_PROGRAM: 'serve.py', SAGEMAKER_SUBMIT_DIRECTORY: source };
    await fixture.run('CreateModel', {
      ModelName: `times-${factor}`,
      ExecutionRoleArn: ROLE,
      PrimaryContainer: { Image: XGBOOST_IMAGE, ModelDataUrl, Environment },
    });
    await config(`config-${factor}`, [variant('main', `times-${factor}`)]);
  }
}, FIRST_RUN_MS);

afterAll(() => fixture.stop());

const variant = (VariantName: string, ModelName: string, more: object = {}) => ({
  VariantName,
  ModelName,
  InitialInstanceCount: 2,
  InstanceType: 'ml.m5.large',
  ...more,
});

const CAPTURE = {
  EnableCapture: true,
  InitialSamplingPercentage: 100,
  DestinationS3Uri: 's3://data/captures/1',
  CaptureOptions: [{ CaptureMode: 'InputAndOutput' }],
  CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'] },
};

const config = (EndpointConfigName: string, ProductionVariants: object[], more: object = {}) =>
  fixture.run('CreateEndpointConfig', { EndpointConfigName, ProductionVariants, ...more });

async function invoke(EndpointName: string, Body: string, more: object = {}): Promise<string> {
  const input = { EndpointName, Body: Buffer.from(Body), ContentType: 'text/csv', ...more };
  const answer = await fixture.run<{ Body: Uint8Array }>('InvokeEndpoint', input);
  return Buffer.from(answer.Body).toString();
}

async function inService(EndpointName: string): Promise<DescribeEndpointOutput> {
  const endpoint = await fixture.endpointUntil(EndpointName, (each) =>
    ['InService', 'Failed'].includes(each.EndpointStatus!),
  );
  expect(endpoint, [...fixture.logs.values()].flat().join('\n')).toMatchObject({
    EndpointStatus: 'InService',
  });
  return endpoint;
}
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: { code: string; message: string }) => error,
  );

describe('an endpoint', () => {
  it('serves its script, captures as its role and counts', async () => {
    await config('captured', [variant('main', 'times-2')], { DataCaptureConfig: CAPTURE });
    await fixture.run('CreateEndpoint', { EndpointName: 'first', EndpointConfigName: 'captured' });
    expect(await fixture.run('DescribeEndpoint', { EndpointName: 'first' })).toMatchObject({
      EndpointStatus: 'Creating',
    });
    expect(await refusal(fixture.run('DeleteEndpoint', { EndpointName: 'first' }))).toMatchObject({
      code: 'ValidationException',
      message:
        'Cannot update in-progress endpoint "arn:aws:sagemaker:us-east-1:000000000000:endpoint/first".',
    });
    expect(await inService('first')).toMatchObject({
      ProductionVariants: [{ VariantName: 'main', CurrentInstanceCount: 2, CurrentWeight: 1 }],
      DataCaptureConfig: { CaptureStatus: 'Started', CurrentSamplingPercentage: 100 },
    });

    expect(await invoke('first', '1,9\n4,9\n', { InferenceId: 'row-1', Accept: 'text/csv' })).toBe(
      '2.0\n8.0\n',
    );
    await fixture.cloud.clock.advanceTo(fixture.cloud.clock.now() + 3_600_000);
    const [key] = await fixture.keys('captures/');
    expect(key).toMatch(
      /^captures\/1\/first\/main\/\d{4}\/\d\d\/\d\d\/\d\d\/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl$/,
    );
    const [line] = (await fixture.text(key!)).trim().split('\n');
    expect(JSON.parse(line!)).toEqual({
      captureData: {
        endpointInput: {
          observedContentType: 'text/csv',
          mode: 'INPUT',
          data: '1,9\n4,9\n',
          encoding: 'CSV',
        },
        endpointOutput: {
          observedContentType: 'text/csv; charset=utf-8',
          mode: 'OUTPUT',
          data: '2.0\n8.0\n',
          encoding: 'CSV',
        },
      },
      eventMetadata: {
        eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        inferenceId: 'row-1',
        inferenceTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      },
      eventVersion: '0',
    });
    const write = fixture.cloud.calls.find(
      (call) => call.operation === 'PutObject' && call.principal.kind === 'role',
    );
    expect(write?.principal).toMatchObject({ roleArn: ROLE });
    expect(fixture.metrics.find((each) => each.MetricName === 'Invocations')).toMatchObject({
      Namespace: 'AWS/SageMaker',
      Values: [1],
      Counts: [1],
      Dimensions: [
        { Name: 'EndpointName', Value: 'first' },
        { Name: 'VariantName', Value: 'main' },
      ],
    });
    expect(fixture.eventsOf('Endpoint State Change').map((each) => each.EndpointStatus)).toEqual([
      'CREATING',
      'IN_SERVICE',
    ]);
  });

  it('passes on what the model refuses', async () => {
    const error = await refusal(invoke('first', 'x'));
    expect(error).toMatchObject({
      code: 'ModelError',
      status: 424,
      fields: {
        OriginalStatusCode: 500,
        LogStreamArn: 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/sagemaker/Endpoints/first',
      },
    });
    expect(error?.message).toMatch(
      /^Received server error \(500\) from primary with message "<!doctype html>/,
    );
    expect(await refusal(invoke('nowhere', '1'))).toMatchObject({
      code: 'ValidationError',
      message: 'Endpoint nowhere of account 000000000000 not found.',
    });
    expect(await refusal(invoke('first', 'x'.repeat(6_291_457)))).toMatchObject({ code: 'ValidationError' });
  });

  it('answers a thousand requests in a few seconds and captures each once', async () => {
    const before = (await fixture.keys('captures/')).length;
    const ids = Array.from({ length: 1_000 }, (_, index) => index);
    for (let start = 0; start < ids.length; start += 20) {
      await Promise.all(
        ids.slice(start, start + 20).map((id) => invoke('first', `${id}`, { InferenceId: `${id}` })),
      );
    }
    await fixture.cloud.clock.advanceTo(fixture.cloud.clock.now() + 1_000);
    const files = (await fixture.keys('captures/')).slice(before);
    const lines = (await Promise.all(files.map((key) => fixture.text(key)))).flatMap((text) =>
      text.trim().split('\n'),
    );
    expect(lines).toHaveLength(1_000);
    expect(files.length).toBeLessThan(50);
  });

  it('routes by weight and by name', async () => {
    const variants = [
      variant('a', 'times-2', { InitialVariantWeight: 0 }),
      variant('b', 'times-3', { InitialVariantWeight: 1 }),
    ];
    await config('two', variants);
    await fixture.run('CreateEndpoint', { EndpointName: 'two', EndpointConfigName: 'two' });
    await inService('two');
    expect(await invoke('two', '1')).toBe('3.0\n');
    expect(await invoke('two', '1', { TargetVariant: 'a' })).toBe('2.0\n');
    await fixture.run('UpdateEndpointWeightsAndCapacities', {
      EndpointName: 'two',
      DesiredWeightsAndCapacities: [
        { VariantName: 'a', DesiredWeight: 1 },
        { VariantName: 'b', DesiredWeight: 0 },
      ],
    });
    await inService('two');
    expect(await invoke('two', '1')).toBe('2.0\n');
    await fixture.run('DeleteEndpoint', { EndpointName: 'two' });
    await fixture.cloud.clock.advanceTo(0);
    expect(await refusal(fixture.run('DescribeEndpoint', { EndpointName: 'two' }))).toMatchObject({
      message: 'Could not find endpoint "arn:aws:sagemaker:us-east-1:000000000000:endpoint/two".',
    });
  });

  it('fails when its container does not come up, and says which', async () => {
    const source = await fixture.putArchive('code/none.tar.gz', { 'serve.py': 'x = 1\n' });
    await fixture.run('CreateModel', {
      ModelName: 'no-model-fn',
      ExecutionRoleArn: ROLE,
      PrimaryContainer: {
        Image: XGBOOST_IMAGE,
        ModelDataUrl: 's3://data/models/2.tar.gz',
        Environment: { SAGEMAKER_PROGRAM: 'serve.py', SAGEMAKER_SUBMIT_DIRECTORY: source },
      },
    });
    await config('broken', [variant('main', 'no-model-fn')]);
    await fixture.run('CreateEndpoint', { EndpointName: 'broken', EndpointConfigName: 'broken' });
    const endpoint = await fixture.endpointUntil('broken', (each) => each.EndpointStatus === 'Failed');
    expect(endpoint.FailureReason).toBe(
      'The primary container for production variant main did not pass the ping health check. Please check CloudWatch ' +
        'logs for this endpoint.',
    );
    await fixture.run('DeleteEndpoint', { EndpointName: 'broken' });
  });
});

describe('an update', () => {
  const deployment = (more: object = {}) => ({
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 },
      TerminationWaitInSeconds: 600,
      ...more,
    },
    AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'errors' }] },
  });
  const baking = (EndpointName: string) =>
    fixture.endpointUntil(EndpointName, (each) =>
      (each.PendingDeploymentSummary?.ProductionVariants?.[0]?.VariantStatus ?? []).some(
        (status) => status.Status === 'Baking',
      ),
    );
  const advance = (seconds: number) =>
    fixture.cloud.clock.advanceTo(fixture.cloud.clock.now() + seconds * 1000);

  it('bakes on the new fleet and keeps it when no alarm rings', async () => {
    await fixture.run('CreateEndpoint', { EndpointName: 'shop', EndpointConfigName: 'config-2' });
    await inService('shop');
    const DeploymentConfig = deployment();
    await fixture.run('UpdateEndpoint', {
      EndpointName: 'shop',
      EndpointConfigName: 'config-3',
      DeploymentConfig,
    });
    expect(await baking('shop')).toMatchObject({
      EndpointStatus: 'Updating',
      EndpointConfigName: 'config-2',
      PendingDeploymentSummary: {
        EndpointConfigName: 'config-3',
        ProductionVariants: [
          {
            VariantStatus: [
              {
                Status: 'Baking',
                StatusMessage:
                  'Baking for 600 seconds (TerminationWaitInSeconds) with traffic enabled on full capacity of 2 instance(s).',
              },
            ],
          },
        ],
      },
    });
    expect(await invoke('shop', '1')).toBe('3.0\n');
    await advance(590);
    expect(await fixture.run('DescribeEndpoint', { EndpointName: 'shop' })).toMatchObject({
      EndpointStatus: 'Updating',
    });
    await advance(20);
    const endpoint = await fixture.run<Record<string, unknown>>('DescribeEndpoint', { EndpointName: 'shop' });
    expect(endpoint).toMatchObject({
      EndpointStatus: 'InService',
      EndpointConfigName: 'config-3',
      LastDeploymentConfig: DeploymentConfig,
    });
    expect(endpoint).not.toHaveProperty('PendingDeploymentSummary');
    const watched = fixture.cloud.calls.filter((call) => call.operation === 'DescribeAlarms');
    expect(watched.length).toBeGreaterThan(50);
    expect(watched[0]?.principal).toMatchObject({ roleArn: ROLE });
    await advance(1);
    expect(fixture.metrics.some((each) => each.Dimensions?.some((one) => one.Value === 'config-3'))).toBe(
      true,
    );
    expect(fixture.eventsOf('Endpoint Deployment State Change').at(-1)).toMatchObject({
      EndpointStatus: 'UPDATING',
    });
  });

  it('goes back to the old fleet when an alarm rings while it bakes', async () => {
    const input = { EndpointName: 'shop', EndpointConfigName: 'config-5', RetainDeploymentConfig: true };
    await fixture.run('UpdateEndpoint', input);
    await baking('shop');
    expect(await invoke('shop', '1')).toBe('5.0\n');
    alarmState = 'ALARM';
    await advance(15);
    alarmState = 'OK';
    const endpoint = await inService('shop');
    expect(endpoint).toMatchObject({
      EndpointConfigName: 'config-3',
      FailureReason:
        'The deployment was rolled back because the following alarm(s) are in ALARM state: errors.',
    });
    expect(await invoke('shop', '1')).toBe('3.0\n');
  });

  it('shifts a canary first, then the rest', async () => {
    const DeploymentConfig = deployment({
      TrafficRoutingConfiguration: {
        Type: 'CANARY',
        WaitIntervalInSeconds: 300,
        CanarySize: { Type: 'INSTANCE_COUNT', Value: 1 },
      },
      TerminationWaitInSeconds: 60,
    });
    await fixture.run('UpdateEndpoint', {
      EndpointName: 'shop',
      EndpointConfigName: 'config-5',
      DeploymentConfig,
    });
    const endpoint = await baking('shop');
    expect(
      endpoint.PendingDeploymentSummary?.ProductionVariants?.[0]?.VariantStatus?.[0]?.StatusMessage,
    ).toBe(
      'Baking for 300 seconds (WaitIntervalInSeconds) with traffic enabled on canary capacity of 1 instance(s).',
    );
    const answers = new Set<string>();
    for (let index = 0; index < 40; index += 1) answers.add(await invoke('shop', '1'));
    expect(answers).toEqual(new Set(['3.0\n', '5.0\n']));
    await advance(370);
    expect(await inService('shop')).toMatchObject({ EndpointConfigName: 'config-5' });
  });

  it('is refused with the configuration that is live, with a canary over half, or rolling', async () => {
    const update = (EndpointConfigName: string, DeploymentConfig: object = deployment()) =>
      refusal(fixture.run('UpdateEndpoint', { EndpointName: 'shop', EndpointConfigName, DeploymentConfig }));
    expect((await update('config-5'))?.message).toMatch(/create a new EndpointConfig/);
    const canary = {
      Type: 'CANARY',
      WaitIntervalInSeconds: 1,
      CanarySize: { Type: 'CAPACITY_PERCENT', Value: 60 },
    };
    expect((await update('config-2', deployment({ TrafficRoutingConfiguration: canary })))?.code).toBe(
      'ValidationException',
    );
    const rolling = {
      RollingUpdatePolicy: {
        MaximumBatchSize: { Type: 'INSTANCE_COUNT', Value: 1 },
        WaitIntervalInSeconds: 1,
      },
    };
    expect((await update('config-2', rolling))?.code).toBe('NotImplementedByLocalCloud');
    expect(await update('unknown')).toMatchObject({
      message:
        'Could not find endpoint configuration "arn:aws:sagemaker:us-east-1:000000000000:endpoint-config/unknown".',
    });
  });
});

describe('a restart of the cloud', () => {
  it('serves again, even when model and configuration are gone', async () => {
    await fixture.run('DeleteEndpointConfig', { EndpointConfigName: 'config-5' });
    await fixture.run('DeleteModel', { ModelName: 'times-5' });
    await fixture.service.stop?.();
    fixture = await sagemakerFixture(fixture.cloud);
    expect(await invoke('shop', '2')).toBe('10.0\n');
  });
});
