import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
  SageMakerClient,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunningCloud, startCloud } from '../../testing/start-cloud.ts';
import { prepareRunner } from '../runners/prepare-runner.ts';
import { FIRST_RUN_MS, XGBOOST_IMAGE } from '../testing.ts';
import { packFiles, SCRIPT } from './testing.ts';

/** What a role that serves needs. @see https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms */
const PERMISSIONS = {
  model: ['s3:GetObject'],
  image: [
    ...['ecr:GetAuthorizationToken', 'ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer'],
    'ecr:BatchGetImage',
  ],
  logs: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
  metrics: ['cloudwatch:PutMetricData'],
  capture: ['s3:PutObject'],
  key: ['kms:GenerateDataKey', 'kms:Decrypt'],
  volume: ['kms:CreateGrant'],
  alarms: ['cloudwatch:DescribeAlarms'],
} as const;
type Permission = keyof typeof PERMISSIONS;

let running: RunningCloud;
let sagemaker: SageMakerClient;
let s3: S3Client;
let keyArn: string;
let model: string;

beforeAll(async () => {
  await prepareRunner(XGBOOST_IMAGE);
  running = await startCloud({ services: ['s3', 'logs', 'cloudwatch', 'kms', 'events', 'sagemaker'] });
  sagemaker = new SageMakerClient(running.clientConfig);
  s3 = new S3Client({ ...running.clientConfig, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'data' }));
  const { KeyMetadata } = await new KMSClient(running.clientConfig).send(new CreateKeyCommand({}));
  keyArn = KeyMetadata!.Arn!;
  const files = { factor: '2', 'serve.py': SCRIPT };
  await s3.send(new PutObjectCommand({ Bucket: 'data', Key: 'model.tar.gz', Body: await packFiles(files) }));
  model = 's3://data/model.tar.gz';
}, FIRST_RUN_MS);

afterAll(() => running.stop());
afterEach(() => vi.restoreAllMocks());

const roleArn = (name: string) => `arn:aws:iam::000000000000:role/${name}`;

/** A role named after what it lacks. */
async function roleWithout(...missing: Permission[]): Promise<string> {
  const RoleName = ['without', ...missing].join('-');
  const iam = new IAMClient(running.clientConfig);
  const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const trust = {
    Effect: 'Allow',
    Principal: { Service: 'sagemaker.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document(trust) }));
  const Action = Object.entries(PERMISSIONS)
    .filter(([name]) => !missing.includes(name as Permission))
    .flatMap(([, actions]) => actions);
  const PolicyDocument = document({ Effect: 'Allow', Action, Resource: '*' });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument }));
  return RoleName;
}

async function makeConfig(name: string, role = name): Promise<void> {
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: roleArn(role),
      PrimaryContainer: {
        Image: XGBOOST_IMAGE,
        ModelDataUrl: model,
        Environment: { SAGEMAKER_PROGRAM: 'serve.py', SAGEMAKER_SUBMIT_DIRECTORY: model },
      },
    }),
  );
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      KmsKeyId: keyArn,
      ProductionVariants: [
        { VariantName: 'main', ModelName: name, InitialInstanceCount: 1, InstanceType: 'ml.m5.large' },
      ],
      DataCaptureConfig: {
        InitialSamplingPercentage: 100,
        DestinationS3Uri: 's3://data/captures',
        KmsKeyId: keyArn,
        CaptureOptions: [{ CaptureMode: 'Input' }],
      },
    }),
  );
}

async function deploy(name: string): Promise<{ status?: string; reason?: string | undefined }> {
  await makeConfig(name);
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }));
  for (;;) {
    const endpoint = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
    if (endpoint.EndpointStatus !== 'Creating') {
      return { status: endpoint.EndpointStatus!, reason: endpoint.FailureReason };
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function invoke(EndpointName: string): Promise<string> {
  const runtime = new SageMakerRuntimeClient(running.clientConfig);
  const request = { EndpointName, Body: '3', ContentType: 'text/csv' };
  const answer = await runtime.send(new InvokeEndpointCommand(request));
  await running.cloud.clock.advanceTo(running.cloud.clock.now() + 2_000);
  return answer.Body.transformToString();
}

async function captured(endpoint: string): Promise<number> {
  const request = { Bucket: 'data', Prefix: `captures/${endpoint}/` };
  return (await s3.send(new ListObjectsV2Command(request))).KeyCount ?? 0;
}

/** Actions that the role was allowed. */
const allowed = (role: string) =>
  new Set(
    running.cloud.callLog
      .read()
      .filter((call) => call.roleArn === roleArn(role) && call.decision === 'allow')
      .map((call) => call.action),
  );

const withAlarm = (name: string, EndpointConfigName: string) =>
  sagemaker.send(
    new UpdateEndpointCommand({
      EndpointName: name,
      EndpointConfigName,
      DeploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 },
          TerminationWaitInSeconds: 60,
        },
        AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'none' }] },
      },
    }),
  );

describe('the execution role of an endpoint', () => {
  it('pulls, reads, logs, measures, captures and looks at alarms', async () => {
    const name = await roleWithout();
    expect(await deploy(name)).toEqual({ status: 'InService', reason: undefined });
    expect(await invoke(name)).toBe('6.0\n');
    expect(await captured(name)).toBe(1);
    await makeConfig('second', name);
    await expect(withAlarm(name, 'second')).rejects.toMatchObject({
      message: 'AutoRollbackConfiguration: The following alarms do not exist: none.',
    });
    const expected = new Set<string>(Object.values(PERMISSIONS).flat());
    // SageMaker reads nothing that it captured
    expected.delete('kms:Decrypt');
    await expect.poll(() => allowed(name)).toEqual(expected);
  });

  it('fails the endpoint when it may not pull the image', async () => {
    const { status, reason } = await deploy(await roleWithout('image'));
    expect(status).toBe('Failed');
    expect(reason).toBe(
      `The role '${roleArn('without-image')}' does not have BatchGetImage permission for the image: '${XGBOOST_IMAGE}'.`,
    );
  });

  it('fails the endpoint when its instances may not use the key of their volumes', async () => {
    const { status, reason } = await deploy(await roleWithout('volume'));
    expect(status).toBe('Failed');
    expect(reason).toContain(`is not authorized to perform: kms:CreateGrant on resource: ${keyArn}`);
  });

  it('makes no model of data that it may not read', async () => {
    await expect(makeConfig(await roleWithout('model'))).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        `Could not access model data at ${model}. Please ensure that the role "${roleArn('without-model')}" exists and that ` +
        'its trust relationship policy allows the action "sts:AssumeRole" for the service principal ' +
        '"sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and that the object is ' +
        'located in us-east-1.',
    });
  });

  it('serves without logs, metrics and captures when it may not write them, and says what is lost', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const name = await roleWithout('logs', 'metrics', 'capture');
    expect(await deploy(name)).toMatchObject({ status: 'InService' });
    expect(await invoke(name)).toBe('6.0\n');
    expect(await captured(name)).toBe(0);
    const logs = new CloudWatchLogsClient(running.clientConfig);
    const logGroupNamePrefix = `/aws/sagemaker/Endpoints/${name}`;
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
    expect(logGroups).toEqual([]);
    const lost = ['logs:CreateLogGroup', 'cloudwatch:PutMetricData', 's3:PutObject'];
    for (const action of lost) await expect.poll(() => said.mock.calls.join('\n')).toContain(action);
  });

  it('captures nothing under a key that it may not use, and deploys under no alarm that it may not see', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const name = await roleWithout('key', 'alarms');
    await deploy(name);
    expect(await invoke(name)).toBe('6.0\n');
    expect(await captured(name)).toBe(0);
    await makeConfig('third', name);
    await expect(withAlarm(name, 'third')).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('is not authorized to perform: cloudwatch:DescribeAlarms'),
    });
  });
});
