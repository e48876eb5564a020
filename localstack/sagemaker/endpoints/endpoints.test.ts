import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST_RUN_MS, ROLE, XGBOOST_IMAGE } from '../testing.ts';
import { arn, type ServingFixture, servingFixture, variant } from './testing.ts';

const CAPTURE = {
  EnableCapture: true,
  InitialSamplingPercentage: 100,
  DestinationS3Uri: 's3://data/captures/1',
  CaptureOptions: [{ CaptureMode: 'InputAndOutput' }],
  CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'] },
};

let fixture: ServingFixture;

beforeAll(async () => {
  fixture = await servingFixture();
}, FIRST_RUN_MS);

afterAll(() => fixture.stop());

describe('an endpoint', () => {
  it('serves its script, captures as its role and counts', async () => {
    await fixture.config('captured', [variant('main', 'times-2')], { DataCaptureConfig: CAPTURE });
    await fixture.run('CreateEndpoint', { EndpointName: 'first', EndpointConfigName: 'captured' });
    expect(await fixture.run('DescribeEndpoint', { EndpointName: 'first' })).toMatchObject({
      EndpointStatus: 'Creating',
    });
    expect(await fixture.refusal('DeleteEndpoint', { EndpointName: 'first' })).toMatchObject({
      code: 'ValidationException',
      message:
        'Cannot update in-progress endpoint "arn:aws:sagemaker:us-east-1:000000000000:endpoint/first".',
    });
    expect(await fixture.inService('first')).toMatchObject({
      ProductionVariants: [{ VariantName: 'main', CurrentInstanceCount: 2, CurrentWeight: 1 }],
      DataCaptureConfig: { CaptureStatus: 'Started', CurrentSamplingPercentage: 100 },
    });

    expect(await fixture.invoke('first', '1,9\n4,9\n', { InferenceId: 'row-1', Accept: 'text/csv' })).toBe(
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
    const send = (EndpointName: string, text: string) =>
      fixture.refusal('InvokeEndpoint', { EndpointName, Body: Buffer.from(text), ContentType: 'text/csv' });
    const error = await send('first', 'x');
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
    expect(await send('nowhere', '1')).toMatchObject({
      code: 'ValidationError',
      message: 'Endpoint nowhere of account 000000000000 not found.',
    });
    expect(await send('first', 'x'.repeat(6_291_457))).toMatchObject({ code: 'ValidationError' });
  });

  it('answers a thousand requests in a few seconds and captures each once', async () => {
    const before = (await fixture.keys('captures/')).length;
    const ids = Array.from({ length: 1_000 }, (_, index) => index);
    for (let start = 0; start < ids.length; start += 20) {
      await Promise.all(
        ids.slice(start, start + 20).map((id) => fixture.invoke('first', `${id}`, { InferenceId: `${id}` })),
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
    await fixture.config('two', variants);
    await fixture.run('CreateEndpoint', { EndpointName: 'two', EndpointConfigName: 'two' });
    await fixture.inService('two');
    expect(await fixture.invoke('two', '1')).toBe('3.0\n');
    expect(await fixture.invoke('two', '1', { TargetVariant: 'a' })).toBe('2.0\n');
    await fixture.run('UpdateEndpointWeightsAndCapacities', {
      EndpointName: 'two',
      DesiredWeightsAndCapacities: [
        { VariantName: 'a', DesiredWeight: 1 },
        { VariantName: 'b', DesiredWeight: 0 },
      ],
    });
    await fixture.inService('two');
    expect(await fixture.invoke('two', '1')).toBe('2.0\n');
    await fixture.run('DeleteEndpoint', { EndpointName: 'two' });
    await fixture.cloud.clock.advanceTo(0);
    expect(await fixture.refusal('DescribeEndpoint', { EndpointName: 'two' })).toMatchObject({
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
    await fixture.config('broken', [variant('main', 'no-model-fn')]);
    await fixture.run('CreateEndpoint', { EndpointName: 'broken', EndpointConfigName: 'broken' });
    const endpoint = await fixture.endpointUntil('broken', (each) => each.EndpointStatus === 'Failed');
    expect(endpoint.FailureReason).toBe(
      'The primary container for production variant main did not pass the ping health check. Please check CloudWatch ' +
        'logs for this endpoint.',
    );
    await fixture.run('DeleteEndpoint', { EndpointName: 'broken' });
  });
});

describe('names, statuses and quotas', () => {
  it('keeps a name while the endpoint exists, whatever its case, and gives it free afterwards', async () => {
    const create = { EndpointName: 'Reused', EndpointConfigName: 'reused' };
    await fixture.config('reused', [variant('main', 'times-3')]);
    await fixture.run('CreateEndpoint', create);
    await fixture.inService('Reused');
    const again = { ...create, EndpointName: 'reused' };
    expect(await fixture.refusal('CreateEndpoint', again)).toMatchObject({
      message: `Cannot create already existing endpoint "${arn('reused')}".`,
    });
    await fixture.run('DeleteEndpoint', { EndpointName: 'Reused' });
    expect(await fixture.refusal('CreateEndpoint', create)).toMatchObject({ code: 'ValidationException' });
    await fixture.advance(0);
    await fixture.run('CreateEndpoint', create);
    await fixture.inService('Reused');
  });

  it('deletes a failed endpoint, and does nothing else with it', async () => {
    await fixture.put('models/gone.tar.gz', 'x');
    const gone = { Image: XGBOOST_IMAGE, ModelDataUrl: 's3://data/models/gone.tar.gz' };
    const Environment = { SAGEMAKER_PROGRAM: 'serve.py' };
    await fixture.run('CreateModel', {
      ModelName: 'gone',
      ExecutionRoleArn: ROLE,
      PrimaryContainer: { ...gone, Environment },
    });
    await fixture.s3.run('DeleteObject', { Bucket: 'data', Key: 'models/gone.tar.gz' });
    await fixture.config('gone', [variant('main', 'gone')]);
    await fixture.run('CreateEndpoint', { EndpointName: 'gone', EndpointConfigName: 'gone' });
    const failed = await fixture.endpointUntil('gone', (each) => each.EndpointStatus === 'Failed');
    expect(failed.FailureReason).toMatch(
      /^Failed to download model data for container "container_1" from URL: "s3:\/\/data\/models\/gone.tar.gz"/,
    );
    const update = { EndpointName: 'gone', EndpointConfigName: 'reused' };
    expect(await fixture.refusal('UpdateEndpoint', update)).toMatchObject({ code: 'ValidationException' });
    await fixture.run('DeleteEndpoint', { EndpointName: 'gone' });
    await fixture.advance(0);
    expect(await fixture.refusal('DescribeEndpoint', { EndpointName: 'gone' })).toMatchObject({
      message: `Could not find endpoint "${arn('gone')}".`,
    });
    expect(
      fixture.eventsOf('Endpoint State Change').filter((each) => each.EndpointName === 'gone'),
    ).toMatchObject([
      { EndpointStatus: 'CREATING' },
      { EndpointStatus: 'FAILED', FailureReason: failed.FailureReason },
      { EndpointStatus: 'DELETING' },
    ]);
  });

  it('counts instances against the quota, in AWS’s words', async () => {
    fixture.service.control!('quota', { name: 'ml.m5.xlarge for endpoint usage', instances: 3 });
    const InstanceType = 'ml.m5.xlarge';
    await fixture.config('large', [variant('main', 'times-2', { InstanceType })]);
    await fixture.run('CreateEndpoint', { EndpointName: 'large', EndpointConfigName: 'large' });
    expect(
      await fixture.refusal('CreateEndpoint', { EndpointName: 'larger', EndpointConfigName: 'large' }),
    ).toMatchObject({
      code: 'ResourceLimitExceeded',
      message:
        "The account-level service limit 'ml.m5.xlarge for endpoint usage' is 3 Instances, with current utilization of 2 " +
        'Instances and a request delta of 2 Instances. Please use AWS Service Quotas to request an increase for this ' +
        'quota. If AWS Service Quotas is not available, contact AWS support to request an increase for this quota.',
    });
    await fixture.inService('large');
    const DesiredWeightsAndCapacities = [{ VariantName: 'main', DesiredInstanceCount: 4 }];
    const grow = { EndpointName: 'large', DesiredWeightsAndCapacities };
    expect(await fixture.refusal('UpdateEndpointWeightsAndCapacities', grow)).toMatchObject({
      code: 'ResourceLimitExceeded',
    });
  });

  it('fails when the region has no instances left', async () => {
    fixture.service.control!('capacity', { instanceType: 'ml.c5.large', available: false });
    await fixture.config('scarce', [variant('main', 'times-2', { InstanceType: 'ml.c5.large' })]);
    await fixture.run('CreateEndpoint', { EndpointName: 'scarce', EndpointConfigName: 'scarce' });
    const failed = await fixture.endpointUntil('scarce', (each) => each.EndpointStatus === 'Failed');
    expect(failed.FailureReason).toMatch(/InsufficientInstanceCapacity/);
  });
});

describe('a restart of the cloud', () => {
  it('serves again, even when model and configuration are gone', async () => {
    await fixture.run('DeleteEndpointConfig', { EndpointConfigName: 'reused' });
    await fixture.run('DeleteModel', { ModelName: 'times-3' });
    await fixture.service.stop?.();
    fixture = await servingFixture({}, fixture.cloud);
    expect(await fixture.invoke('Reused', '2')).toBe('6.0\n');
  });
});
