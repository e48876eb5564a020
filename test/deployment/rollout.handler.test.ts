import {
  DescribeEndpointCommand,
  DescribeModelPackageCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FinishRolloutInput, RolloutInput, RolloutPlan } from '../../lambdas/deployment/contract.ts';
import { handler as finish } from '../../lambdas/deployment/finish-rollout.handler.ts';
import { handler as prepare } from '../../lambdas/deployment/prepare-rollout.handler.ts';
import { handler as request } from '../../lambdas/deployment/request-rollout.handler.ts';
import { smokeTest } from '../../lambdas/deployment/smoke-test.ts';
import { type ChampionItem, type EndpointConfigItem, SK } from '../../lambdas/shared/catalog-items.ts';
import { ENV } from '../../lambdas/shared/contract.ts';
import { smokeTestKey } from '../../lambdas/shared/keys.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, BUCKET, deployProject } from '../shared/project-fixture.ts';
import {
  aChampion,
  catalog,
  context,
  decisions,
  putCatalog,
  putVersions,
  RUN,
} from '../training/run-fixture.ts';

const MACHINE = 'arn:aws:states:eu-west-1:111122223333:stateMachine:driftless-test-rollout';
const PACKAGE = 'arn:aws:sagemaker:eu-west-1:111122223333:model-package/driftless-test-flights/2';
const CONFIG = 'driftless-test-flights-v2-a1';
const rollout: RolloutInput = { project: 'flights', modelVersion: 2, modelPackageArn: PACKAGE, attempt: 1 };
const settings = {
  ...aProject(),
  serving: { ...aProject().serving, rollbackAlarms: ['smoke', '5xx'], bakeSeconds: 300 },
};

const sagemaker = mockClient(SageMakerClient);
const runtime = mockClient(SageMakerRuntimeClient);
const states = mockClient(SFNClient);
let aws: FakeAws;
let live: { EndpointStatus: string; EndpointConfigName: string } | undefined;
let approval: string;
beforeEach(() => {
  aws = fakeAws();
  process.env[ENV.rolloutStateMachine] = MACHINE;
  deployProject(aws, settings);
  putVersions(aws, 2);
  putCatalog(aws, SK.model(2), { modelVersion: 2, modelPackageArn: PACKAGE, run: RUN, datasetVersion: 2 });
  live = undefined;
  approval = 'Approved';
  sagemaker.reset();
  runtime.reset();
  states.reset();
  sagemaker.onAnyCommand().rejects(new Error('not faked'));
  runtime.onAnyCommand().rejects(new Error('not faked'));
  states.onAnyCommand().rejects(new Error('not faked'));
  states.on(StartExecutionCommand).resolves({});
  sagemaker.on(DescribeEndpointCommand).callsFake(() => {
    if (!live)
      throw Object.assign(new Error('Could not find endpoint "arn".'), { name: 'ValidationException' });
    return live;
  });
  sagemaker.on(DescribeModelPackageCommand).callsFake(() => ({
    ModelApprovalStatus: approval,
    InferenceSpecification: {
      Containers: [
        { Image: 'image', ImageDigest: 'sha256:1', ModelDataUrl: 's3://m', Environment: { A: 'b' } },
      ],
    },
  }));
});
afterEach(() => aws.restore());

const approvedEvent = (change: object = {}) => ({
  time: '2026-03-04T05:06:07Z',
  detail: {
    ModelPackageGroupName: 'driftless-test-flights',
    ModelPackageVersion: 2,
    ModelPackageArn: PACKAGE,
    ModelApprovalStatus: 'Approved',
    LastModifiedTime: '2026-03-04T05:06:00Z',
    ...change,
  },
});
const started = () =>
  states
    .commandCalls(StartExecutionCommand)
    .map(({ args }) => [args[0].input.name, JSON.parse(args[0].input.input!)]);

describe('request-rollout', () => {
  it('starts the rollout of an approved version, once however often the event comes', async () => {
    expect(await request(approvedEvent(), context)).toEqual({ outcome: 'start' });
    expect(started()).toEqual([['flights-v2-a1', rollout]]);
    states.on(StartExecutionCommand).rejects(Object.assign(new Error(), { name: 'ExecutionAlreadyExists' }));
    expect(await request(approvedEvent(), context)).toEqual({ outcome: 'again' });
    expect(started().map(([name]) => name)).toEqual(['flights-v2-a1', 'flights-v2-a1']);
    expect(decisions(aws)).toEqual(['one-rollout-at-a-time: PASS']);
  });

  it('reads times in milliseconds too, and leaves groups of others alone', async () => {
    await request(approvedEvent({ LastModifiedTime: 1772600760000 }), context);
    expect(catalog<{ answered: { approvedAt: string } }>(aws, SK.rollout).answered.approvedAt).toBe(
      '2026-03-04T05:06:00.000Z',
    );
    expect(await request(approvedEvent({ ModelPackageGroupName: 'others' }), context)).toEqual({
      outcome: 'unknown-group',
    });
  });

  it('lets a second version wait, loudly', async () => {
    await request(approvedEvent(), context);
    const next = approvedEvent({ ModelPackageVersion: 3, LastModifiedTime: '2026-03-04T06:00:00Z' });
    expect(await request(next, context)).toEqual({ outcome: 'wait' });
    expect(started()).toHaveLength(1);
    expect(decisions(aws)).toContain('one-rollout-at-a-time: FAIL');
  });

  it('does not understand other events', async () => {
    await expect(request(approvedEvent({ ModelApprovalStatus: 'Rejected' }), context)).rejects.toMatchObject({
      code: 'EventNotUnderstood',
    });
  });
});

describe('prepare-rollout', () => {
  it('plans the first creation without a deployment policy', async () => {
    const plan = await prepare(rollout, context);
    expect(plan).toMatchObject({
      exists: false,
      endpointName: 'endpoint',
      endpointConfigName: CONFIG,
      modelName: CONFIG,
      run: RUN,
      smokeTestKey: smokeTestKey(RUN),
      model: {
        ModelName: CONFIG,
        ExecutionRoleArn: settings.executionRoleArn,
        PrimaryContainer: { Image: 'image', ModelDataUrl: 's3://m', Environment: { A: 'b' } },
      },
      endpoint: { EndpointName: 'endpoint', EndpointConfigName: CONFIG },
    });
    expect(plan.endpoint).not.toHaveProperty('DeploymentConfig');
  });

  it('plans an update with a bake under alarms', async () => {
    live = { EndpointStatus: 'InService', EndpointConfigName: 'old' };
    const { exists, endpoint } = await prepare(rollout, context);
    expect(exists).toBe(true);
    expect(endpoint).toEqual({
      EndpointName: 'endpoint',
      EndpointConfigName: CONFIG,
      RetainAllVariantProperties: false,
      DeploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 },
          TerminationWaitInSeconds: 300,
          MaximumExecutionTimeoutInSeconds: 3900,
        },
        AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'smoke' }, { AlarmName: '5xx' }] },
      },
    });
  });

  it('captures input and output, encrypted, under a prefix of this configuration', async () => {
    const { endpointConfig } = await prepare(rollout, context);
    expect(endpointConfig).toMatchObject({
      KmsKeyId: settings.kmsKeyArn,
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          ModelName: CONFIG,
          InitialInstanceCount: 1,
          InstanceType: 'ml.m5.large',
        },
      ],
      DataCaptureConfig: {
        EnableCapture: true,
        InitialSamplingPercentage: 100,
        DestinationS3Uri: `s3://${BUCKET}/captures/2/${CONFIG}`,
        KmsKeyId: settings.kmsKeyArn,
        CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
        CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'], JsonContentTypes: ['application/json'] },
      },
    });
    expect(catalog<EndpointConfigItem>(aws, SK.endpointConfig(CONFIG))).toMatchObject({
      endpointConfigName: CONFIG,
      endpointName: 'endpoint',
      modelName: CONFIG,
      modelVersion: 2,
      run: RUN,
      capturePrefix: `captures/2/${CONFIG}`,
    });
  });

  it('refuses what is not approved, not registered, or an endpoint that has failed; waits for one that is changing', async () => {
    approval = 'Rejected';
    await expect(prepare(rollout, context)).rejects.toMatchObject({
      name: 'NonRetryableError',
      code: 'NotApproved',
    });
    approval = 'Approved';
    await expect(prepare({ ...rollout, modelVersion: 9 }, context)).rejects.toMatchObject({
      code: 'ModelUnknown',
    });
    live = { EndpointStatus: 'Failed', EndpointConfigName: 'old' };
    await expect(prepare(rollout, context)).rejects.toMatchObject({ code: 'EndpointFailed' });
    live = { EndpointStatus: 'Updating', EndpointConfigName: 'old' };
    await expect(prepare(rollout, context)).rejects.toMatchObject({
      name: 'RetryableError',
      code: 'EndpointBusy',
    });
  });
});

const plan = {
  endpointName: 'endpoint',
  endpointConfigName: CONFIG,
  modelName: CONFIG,
  smokeTestKey: smokeTestKey(RUN),
} as RolloutPlan;

describe('smoke-test', () => {
  const sleep = vi.fn(async () => {});
  const run = () =>
    smokeTest(settings, { rollout, plan }, { sleep, now: () => new Date('2026-03-04T05:06:07Z') });
  const answer = (scores: (line: string) => number) =>
    runtime.on(InvokeEndpointCommand).callsFake(({ Body }) => ({
      Body: Buffer.from(`${String(Body).split('\n').map(scores).join('\n')}\n`),
    }));
  beforeEach(() => {
    sleep.mockClear();
    const rows = Array.from({ length: 12 }, (_, row) => ({ row, request: `${row},a`, answer: [row / 100] }));
    aws.put(
      BUCKET,
      smokeTestKey(RUN),
      JSON.stringify({
        format: 2,
        run: RUN,
        contentType: 'text/csv',
        output: { contentType: 'text/csv', kind: 'probability' },
        problem: { type: 'binary', classes: ['0', '1'] },
        rows,
      }),
    );
  });
  const dimensions = { Stage: 'test', Project: 'flights' };

  it('asks with one row and with many, and publishes 0 when the answers agree', async () => {
    answer((line) => Number(line.split(',')[0]) / 100);
    expect(await run()).toMatchObject({ passed: true, rows: 10, maximumDifference: 0 });
    const calls = runtime.commandCalls(InvokeEndpointCommand).map(({ args }) => args[0].input);
    expect(calls.map(({ Body }) => String(Body).split('\n').length)).toEqual([1, 10]);
    expect(calls[0]).toMatchObject({
      EndpointName: 'endpoint',
      ContentType: 'text/csv',
      InferenceId: 'driftless-smoke-test-2-1',
    });
    expect(aws.metrics).toEqual([{ name: 'SmokeTestFailure', value: 0, dimensions }]);
  });

  it('publishes 1 when an answer differs by more than the tolerance', async () => {
    answer((line) => Number(line.split(',')[0]) / 100 + 0.001);
    expect(await run()).toMatchObject({ passed: false });
    expect(aws.metrics).toEqual([{ name: 'SmokeTestFailure', value: 1, dimensions }]);
  });

  it('tries again while the fleet is not quite there', async () => {
    runtime
      .on(InvokeEndpointCommand)
      .rejectsOnce(Object.assign(new Error('busy'), { name: 'ServiceUnavailable' }))
      .callsFake(({ Body }) => ({
        Body: Buffer.from(
          String(Body)
            .split('\n')
            .map((line) => Number(line.split(',')[0]) / 100)
            .join('\n'),
        ),
      }));
    expect(await run()).toMatchObject({ passed: true });
    expect(sleep).toHaveBeenCalledTimes(1);
  });

  it('counts as failed when the model does not answer, or there is nothing to replay', async () => {
    runtime
      .on(InvokeEndpointCommand)
      .rejects(Object.assign(new Error('Received server error (500)'), { name: 'ModelError' }));
    expect(await run()).toMatchObject({
      passed: false,
      reason: expect.stringContaining('server error (500)'),
    });
    aws.objects.clear();
    expect(await run()).toMatchObject({ passed: false, reason: 'there are no rows to test with' });
    expect(aws.metrics.map(({ value }) => value)).toEqual([1, 1]);
  });
});

describe('finish-rollout', () => {
  const passed = { passed: true, reason: 'all differences within', maximumDifference: 0, rows: 10 };
  const end = (change: Partial<FinishRolloutInput> = {}) =>
    finish({ rollout, plan, smokeTest: passed, ...change }, context);
  beforeEach(async () => {
    await request(approvedEvent(), context);
    live = { EndpointStatus: 'InService', EndpointConfigName: CONFIG };
  });

  it('records the champion only after it has read the live configuration back', async () => {
    putCatalog(aws, SK.champion, aChampion());
    expect(await end()).toMatchObject({ promoted: true });
    expect(catalog<ChampionItem>(aws, SK.champion)).toMatchObject({
      modelVersion: 2,
      modelName: CONFIG,
      run: RUN,
      datasetVersion: 2,
      datasetDigest: 'digest-2',
      endpointConfigName: CONFIG,
    });
    expect(aws.events.at(-1)).toEqual({
      name: 'ModelPromoted',
      detail: { project: 'flights', modelVersion: 2, endpointName: 'endpoint', endpointConfigName: CONFIG },
    });
    expect(catalog<object>(aws, SK.rollout)).not.toHaveProperty('executionArn');
    expect(decisions(aws)).toContain('read-back: PASS');
  });

  it.each([
    [
      'the deployment rolled back',
      { EndpointStatus: 'InService', EndpointConfigName: 'old' },
      {},
      /serves old \(InService\), not driftless/,
    ],
    [
      'the endpoint failed',
      { EndpointStatus: 'Failed', EndpointConfigName: CONFIG },
      {},
      /serves .* \(Failed\)/,
    ],
    [
      'the smoke test failed and nothing rolled it back',
      undefined,
      { smokeTest: { ...passed, passed: false, reason: 'too far off' } },
      /smoke test failed: too far off; .* nothing has rolled it back/,
    ],
    ['the smoke test was never made', undefined, { smokeTest: undefined }, /was not made/],
    [
      'a step failed',
      undefined,
      { error: { Error: 'SageMaker.AmazonSageMakerException', Cause: 'quota is 0' } },
      /^quota is 0; endpoint/,
    ],
    [
      'there was no plan',
      undefined,
      {
        plan: undefined,
        smokeTest: undefined,
        error: { Error: 'NonRetryableError', Cause: '{"errorMessage":"not approved"}' },
      },
      /^not approved$/,
    ],
  ])('tells loudly that %s', async (_case, endpoint, change, reason) => {
    if (endpoint) live = endpoint;
    expect(await end(change as never)).toEqual({ promoted: false, reason: expect.stringMatching(reason) });
    expect(catalog(aws, SK.champion)).toBeUndefined();
    expect(aws.events.at(-1)).toMatchObject({
      name: 'RolloutFailed',
      detail: { modelVersion: 2, endpointName: expect.any(String), reason: expect.stringMatching(reason) },
    });
    expect(catalog<object>(aws, SK.rollout)).not.toHaveProperty('executionArn');
    expect(decisions(aws)).toContain('read-back: FAIL');
  });

  it('starts the version that waits', async () => {
    await request(
      approvedEvent({
        ModelPackageVersion: 3,
        ModelPackageArn: 'arn:p/3',
        LastModifiedTime: '2026-03-04T06:00:00Z',
      }),
      context,
    );
    await end();
    expect(started().map(([name]) => name)).toEqual(['flights-v2-a1', 'flights-v3-a1']);
    expect(catalog<object>(aws, SK.rollout)).toMatchObject({ modelVersion: 3 });
  });

  it('is harmless twice', async () => {
    await end();
    const champion = catalog<ChampionItem>(aws, SK.champion);
    await end();
    expect(catalog<ChampionItem>(aws, SK.champion)).toEqual(champion);
    expect(decisions(aws).filter((each) => each.startsWith('read-back'))).toHaveLength(1);
  });
});
