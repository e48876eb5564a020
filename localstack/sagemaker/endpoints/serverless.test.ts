import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST_RUN_MS } from '../testing.ts';
import { arn, type ServingFixture, servingFixture, variant } from './testing.ts';

// expected values: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
const serverless = (more: object = {}, config: object = {}) => ({
  VariantName: 'main',
  ModelName: 'times-2',
  ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 2, ...config },
  ...more,
});

let fixture: ServingFixture;

beforeAll(async () => {
  fixture = await servingFixture();
  await fixture.config('lambda-like', [serverless()]);
  await fixture.run('CreateEndpoint', { EndpointName: 'rare', EndpointConfigName: 'lambda-like' });
  await fixture.inService('rare');
}, FIRST_RUN_MS);

afterAll(() => fixture.stop());

const metric = (name: string) => fixture.metrics.filter((each) => each.MetricName === name);

describe('a serverless endpoint', () => {
  it('serves without instances', async () => {
    const [shown] = (await fixture.describe('rare')).ProductionVariants!;
    expect(shown).toMatchObject({ CurrentServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 2 } });
    expect(shown).not.toHaveProperty('CurrentInstanceCount');
    expect(await fixture.invoke('rare', '4')).toBe('8.0\n');
  });

  it('refuses what is over its concurrency, with AWS’s wordless throttling', async () => {
    const slow = [fixture.invoke('rare', '1,0,0.3'), fixture.invoke('rare', '1,0,0.3')];
    const third = await fixture.refusal('InvokeEndpoint', {
      EndpointName: 'rare',
      Body: Buffer.from('1'),
      ContentType: 'text/csv',
    });
    expect(third).toMatchObject({ code: 'ThrottlingException', status: 400, fields: { message: null } });
    expect(await Promise.all(slow)).toEqual(['2.0\n', '2.0\n']);
    expect(await fixture.invoke('rare', '1')).toBe('2.0\n');
  });

  it('takes more at a time after its concurrency was raised', async () => {
    const ServerlessUpdateConfig = { MaxConcurrency: 3 };
    const DesiredWeightsAndCapacities = [{ VariantName: 'main', ServerlessUpdateConfig }];
    await fixture.run('UpdateEndpointWeightsAndCapacities', {
      EndpointName: 'rare',
      DesiredWeightsAndCapacities,
    });
    await fixture.inService('rare');
    const three = [1, 2, 3].map((value) => fixture.invoke('rare', `${value},0,0.1`));
    expect(await Promise.all(three)).toEqual(['2.0\n', '4.0\n', '6.0\n']);
  });

  it('goes to sleep without requests, and tells how long the next one waits', async () => {
    expect(metric('ModelSetupTime')).toEqual([]);
    await fixture.advance(3600);
    expect(await fixture.invoke('rare', '3')).toBe('6.0\n');
    await fixture.advance(1);
    expect(metric('ModelSetupTime')).toHaveLength(1);
    expect(metric('ModelSetupTime')[0]?.Values?.[0]).toBeGreaterThan(10_000);
    expect(metric('MemoryUtilization')[0]).toMatchObject({ Namespace: '/aws/sagemaker/Endpoints' });
    expect(metric('InvocationsPerInstance')).toEqual([]);
  });

  it('refuses requests over 4 MB', async () => {
    const Body = Buffer.alloc(4_194_305, '1');
    expect(await fixture.refusal('InvokeEndpoint', { EndpointName: 'rare', Body })).toMatchObject({
      code: 'ValidationError',
      message: expect.stringMatching(/less than or equal to 4194304$/),
    });
  });
});

describe('a serverless configuration', () => {
  const capture = {
    InitialSamplingPercentage: 100,
    DestinationS3Uri: 's3://data/captures',
    CaptureOptions: [{ CaptureMode: 'Input' }],
  };
  const refused = (variants: object[], more: object = {}) =>
    fixture.refusal('CreateEndpointConfig', {
      EndpointConfigName: 'refused',
      ProductionVariants: variants,
      ...more,
    });

  it.each([
    ['two variants', [serverless(), serverless({ VariantName: 'other' })], {}],
    ['data capture', [serverless()], { DataCaptureConfig: capture }],
    ['an instance type', [serverless({ InstanceType: 'ml.m5.large' })], {}],
    ['a memory size between gigabytes', [serverless({}, { MemorySizeInMB: 1500 })], {}],
    ['a volume key', [serverless()], { KmsKeyId: 'alias/volumes' }],
  ])('may not have %s', async (_, variants, more) => {
    expect(await refused(variants, more)).toMatchObject({ code: 'ValidationException' });
  });

  it('has 1 to 200 concurrent invocations and 1 to 6 GB', async () => {
    expect(await refused([serverless({}, { MaxConcurrency: 201, MemorySizeInMB: 512 })])).toMatchObject({
      message:
        "2 validation errors detected: Value '512' at 'productionVariants.1.member.serverlessConfig.memorySizeInMB' " +
        "failed to satisfy constraint: Member must have value greater than or equal to 1024; Value '201' at " +
        "'productionVariants.1.member.serverlessConfig.maxConcurrency' failed to satisfy constraint: Member must have " +
        'value less than or equal to 200',
    });
  });

  it('is refused where it is not done here: provisioned concurrency', async () => {
    expect(await refused([serverless({}, { ProvisionedConcurrency: 1 })])).toMatchObject({
      code: 'NotImplementedByLocalCloud',
    });
  });

  it('is no update for an instance-based endpoint, but the other way round', async () => {
    await fixture.serve('often', 'times-3');
    const update = { EndpointName: 'often', EndpointConfigName: 'lambda-like' };
    expect(await fixture.refusal('UpdateEndpoint', update)).toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining(arn('often')),
    });
    await fixture.config('instances', [variant('main', 'times-5')]);
    await fixture.run('UpdateEndpoint', { EndpointName: 'rare', EndpointConfigName: 'instances' });
    await fixture.inService('rare');
    expect(await fixture.invoke('rare', '1')).toBe('5.0\n');
  });
});
