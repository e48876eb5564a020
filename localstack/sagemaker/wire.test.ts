import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  DescribeEndpointCommand,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobResponse,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, ModelError, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';
import { packDirectory } from './archives.ts';
import { prepareRunner } from './runners/prepare-runner.ts';
import { FIRST_RUN_MS, trainingRequest, XGBOOST_IMAGE } from './testing.ts';

/** Trains with what boto3 may read as the execution role, and serves an echo. */
const SCRIPT = `
import os
def model_fn(model_dir):
    with open(os.path.join(model_dir, 'seen')) as file:
        return file.read()
def input_fn(body, content_type):
    return body
def predict_fn(data, model):
    if data == 'bad':
        raise ValueError('bad')
    return model + data
def output_fn(prediction, accept):
    return prediction, 'text/csv'
if __name__ == '__main__':
    import boto3, botocore
    s3 = boto3.client('s3')
    seen = s3.get_object(Bucket='data', Key='in/a.csv')['Body'].read().decode()
    try:
        s3.delete_object(Bucket='data', Key='in/a.csv')
        raise SystemExit('the role may delete')
    except botocore.exceptions.ClientError as error:
        seen += error.response['Error']['Code']
    with open(os.path.join(os.environ['SM_MODEL_DIR'], 'seen'), 'w') as file:
        file.write(seen)
`;

const ON_DATA = {
  Effect: 'Allow',
  Action: ['s3:GetObject', 's3:PutObject'],
  Resource: 'arn:aws:s3:::data/*',
};
const ON_BUCKET = { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::data' };
const ON_IMAGE = { Effect: 'Allow', Action: 'ecr:*', Resource: '*' };
const ON_LOGS = { Effect: 'Allow', Action: ['logs:*', 'cloudwatch:PutMetricData'], Resource: '*' };

let running: RunningCloud;
let sagemaker: SageMakerClient;
let runtime: SageMakerRuntimeClient;
let source: string;

beforeAll(async () => {
  await prepareRunner(XGBOOST_IMAGE);
  running = await startCloud({ services: ['s3', 'logs', 'cloudwatch', 'kms', 'events', 'sagemaker'] });
  const s3 = new S3Client({ ...running.clientConfig, forcePathStyle: true });
  sagemaker = new SageMakerClient(running.clientConfig);
  runtime = new SageMakerRuntimeClient(running.clientConfig);
  await s3.send(new CreateBucketCommand({ Bucket: 'data' }));
  await s3.send(new PutObjectCommand({ Bucket: 'data', Key: 'in/a.csv', Body: '1,2\n' }));
  const folder = await mkdtemp(join(tmpdir(), 'wire-'));
  await writeFile(join(folder, 'train.py'), SCRIPT);
  await packDirectory(folder, `${folder}.tar.gz`);
  const Body = await readFile(`${folder}.tar.gz`);
  await s3.send(new PutObjectCommand({ Bucket: 'data', Key: 'code/sourcedir.tar.gz', Body }));
  await Promise.all([rm(folder, { recursive: true }), rm(`${folder}.tar.gz`)]);
  source = 's3://data/code/sourcedir.tar.gz';
  await makeRole('execution', [ON_DATA, ON_BUCKET, ON_IMAGE, ON_LOGS]);
}, FIRST_RUN_MS);

afterAll(() => running.stop());

async function makeRole(
  RoleName: string,
  statements: readonly object[],
  service = 'sagemaker.amazonaws.com',
) {
  const iam = new IAMClient(running.clientConfig);
  const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement });
  const trust = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = document([trust]);
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const PolicyDocument = document(statements);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument }));
}

const roleArn = (name: string) => `arn:aws:iam::000000000000:role/${name}`;

async function train(
  name: string,
  role = 'execution',
  client = sagemaker,
): Promise<DescribeTrainingJobResponse> {
  const InputDataConfig = [
    {
      ChannelName: 'train',
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: 's3://data/in' } },
    },
  ];
  const request = trainingRequest(name, source, { RoleArn: roleArn(role), InputDataConfig });
  await client.send(new CreateTrainingJobCommand(request as never));
  for (;;) {
    const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    if (job.TrainingJobStatus !== 'InProgress') return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('over the wire, under real policies', () => {
  it('trains with the permissions of the execution role, and serves', async () => {
    const job = await train('wired');
    expect(job, job.FailureReason).toMatchObject({ TrainingJobStatus: 'Completed' });
    expect(job.CreationTime).toBeInstanceOf(Date);
    await sagemaker.send(
      new CreateModelCommand({
        ModelName: 'wired',
        ExecutionRoleArn: roleArn('execution'),
        PrimaryContainer: {
          Image: XGBOOST_IMAGE,
          ModelDataUrl: job.ModelArtifacts!.S3ModelArtifacts!,
          Environment: { SAGEMAKER_PROGRAM: 'train.py', SAGEMAKER_SUBMIT_DIRECTORY: source },
        },
      }),
    );
    const variant = {
      VariantName: 'main',
      ModelName: 'wired',
      InitialInstanceCount: 1,
      InstanceType: 'ml.m5.large' as const,
    };
    const DataCaptureConfig = {
      EnableCapture: true,
      InitialSamplingPercentage: 100,
      DestinationS3Uri: 's3://data/captures',
      CaptureOptions: [{ CaptureMode: 'InputAndOutput' as const }],
    };
    await sagemaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: 'wired',
        ProductionVariants: [variant],
        DataCaptureConfig,
      }),
    );
    await sagemaker.send(new CreateEndpointCommand({ EndpointName: 'wired', EndpointConfigName: 'wired' }));
    for (;;) {
      const { EndpointStatus } = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'wired' }));
      if (EndpointStatus === 'InService') break;
      expect(EndpointStatus).toBe('Creating');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const invoke = (Body: string) =>
      runtime.send(
        new InvokeEndpointCommand({
          EndpointName: 'wired',
          Body,
          ContentType: 'text/csv',
          InferenceId: 'one',
        }),
      );
    const answer = await invoke('!');
    expect(answer.Body.transformToString()).toBe('1,2\nAccessDenied!');
    expect(answer).toMatchObject({
      InvokedProductionVariant: 'main',
      ContentType: 'text/csv; charset=utf-8',
    });
    const error = await invoke('bad').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ OriginalStatusCode: 500, $metadata: { httpStatusCode: 424 } });
    await running.cloud.clock.advanceTo(running.cloud.clock.now() + 60_000);
    const s3 = new S3Client({ ...running.clientConfig, forcePathStyle: true });
    const { KeyCount } = await s3.send(
      new ListObjectsV2Command({ Bucket: 'data', Prefix: 'captures/wired/main/' }),
    );
    expect(KeyCount).toBe(1);
  }, 60_000);

  it('fails a job whose role may not pull the image, or not write the model', async () => {
    await makeRole('no-image', [ON_DATA, ON_BUCKET, ON_LOGS]);
    expect((await train('no-image', 'no-image')).FailureReason).toMatch(
      /^ClientError: AccessDenied.*is not authorized to perform: ecr:GetAuthorizationToken on resource: \*/,
    );
    await makeRole('read-only', [{ ...ON_DATA, Action: 's3:GetObject' }, ON_BUCKET, ON_IMAGE, ON_LOGS]);
    expect((await train('read-only', 'read-only')).FailureReason).toMatch(
      /^ClientError: Artifact upload failed:.*s3:PutObject/,
    );
  }, 60_000);

  it('refuses a role that does not trust SageMaker, one that may not list, and a caller who may not pass it', async () => {
    await makeRole('untrusting', [ON_DATA], 'lambda.amazonaws.com');
    await expect(train('untrusting', 'untrusting')).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(/^Could not assume role arn:aws:iam::000000000000:role\/untrusting/),
    });
    await makeRole('no-list', [ON_DATA, ON_IMAGE, ON_LOGS]);
    await expect(train('no-list', 'no-list')).rejects.toMatchObject({
      message: expect.stringMatching(/^No S3 objects found under S3 URL/),
    });
    const starter = { Effect: 'Allow', Action: 'sagemaker:CreateTrainingJob', Resource: '*' };
    await makeRole('starter', [starter], 'states.amazonaws.com');
    const client = new SageMakerClient(running.clientConfigAs(roleArn('starter')));
    await expect(train('not-passed', 'execution', client)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('is not authorized to perform: iam:PassRole on resource'),
    });
  }, 60_000);
});
