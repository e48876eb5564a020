/** A model trained by SageMaker's XGBoost container for the checks that need one. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateModelCommand,
  CreateTrainingJobCommand,
  DeleteModelCommand,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobResponse,
  type S3DataSource,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { create } from 'tar';
import { xgboostImage } from '../../lib/config/images.ts';
import type { Account } from '../account.ts';
import { makeBucket, makeRole, type PolicyStatement, unlessRole } from './made.ts';

export const INSTANCE = 'ml.m5.large';
/** Starting, training and uploading: on AWS mostly the wait for the instance. */
const TRAINING_SECONDS = 900;

export interface Workshop {
  readonly bucket: string;
  readonly roleArn: string;
  readonly image: string;
  /** Hyperparameters or environment that name the script. */
  readonly script: Readonly<Record<string, string>>;
}

/** What our execution role has, for one bucket: a check of its own that this is enough. */
function executionPolicy(account: Account, bucket: string): PolicyStatement[] {
  const allow = (Action: string[], Resource: string): PolicyStatement => ({
    Effect: 'Allow',
    Action,
    Resource,
  });
  const { region, accountId } = account;
  return [
    allow(['s3:GetObject', 's3:PutObject'], `arn:aws:s3:::${bucket}/*`),
    allow(['s3:ListBucket'], `arn:aws:s3:::${bucket}`),
    allow(
      [
        'ecr:BatchGetImage',
        'ecr:GetDownloadUrlForLayer',
        'ecr:BatchCheckLayerAvailability',
        'ecr:GetAuthorizationToken',
      ],
      '*',
    ),
    allow(
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      `arn:aws:logs:${region}:${accountId}:log-group:/aws/sagemaker/*`,
    ),
    allow(['cloudwatch:PutMetricData', 'cloudwatch:DescribeAlarms'], '*'),
  ];
}

/** Bucket with the packed script, and a role as ours. */
export async function makeWorkshop(account: Account): Promise<Workshop> {
  const bucket = await makeBucket(account);
  const folder = mkdtempSync(join(tmpdir(), 'verify-'));
  const archive = join(folder, 'sourcedir.tar.gz');
  await create({ gzip: true, file: archive, cwd: import.meta.dirname }, ['trainer.py']);
  const s3 = account.client(S3Client);
  const Body = readFileSync(archive);
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'code/sourcedir.tar.gz', Body }));
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'train/rows.csv', Body: '1,2\n0,3\n' }));
  rmSync(folder, { recursive: true });
  return {
    bucket,
    roleArn: await makeRole(account, executionPolicy(account, bucket), {
      Service: 'sagemaker.amazonaws.com',
    }),
    image: xgboostImage(account.region, '1.7-1'),
    script: {
      sagemaker_program: 'trainer.py',
      sagemaker_submit_directory: `s3://${bucket}/code/sourcedir.tar.gz`,
    },
  };
}

/** Runs a training job to its end, whatever that is. @param source of the channel `train`; the workshop's rows without one */
export async function train(
  account: Account,
  { bucket, roleArn, image, script }: Workshop,
  hyperparameters: Readonly<Record<string, string>> = {},
  source: S3DataSource = { S3DataType: 'S3Prefix', S3Uri: `s3://${bucket}/train/` },
): Promise<DescribeTrainingJobResponse> {
  const sagemaker = account.client(SageMakerClient);
  const TrainingJobName = account.prefix;
  const request = new CreateTrainingJobCommand({
    TrainingJobName,
    RoleArn: roleArn,
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
    HyperParameters: Object.fromEntries(
      Object.entries({ ...script, ...hyperparameters }).map(([name, value]) => [name, JSON.stringify(value)]),
    ),
    InputDataConfig: [
      {
        ChannelName: 'train',
        ContentType: 'text/csv',
        DataSource: { S3DataSource: source },
      },
    ],
    OutputDataConfig: { S3OutputPath: `s3://${bucket}/out` },
    ResourceConfig: { InstanceType: INSTANCE, InstanceCount: 1, VolumeSizeInGB: 5 },
    StoppingCondition: { MaxRuntimeInSeconds: 600 },
  });
  // SageMaker looks at a new role at once, and IAM takes some seconds to have it everywhere
  await account.eventually('the role', () => sagemaker.send(request).catch(unlessRole), 60);
  return account.eventually(
    'the end of the training job',
    async () => {
      const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
      return job.TrainingJobStatus === 'InProgress' ? undefined : job;
    },
    TRAINING_SECONDS,
  );
}

/** @returns the name of a model of what was trained */
export async function makeModel(
  account: Account,
  workshop: Workshop,
  job: DescribeTrainingJobResponse,
): Promise<string> {
  const sagemaker = account.client(SageMakerClient);
  const ModelName = account.prefix;
  await sagemaker.send(
    new CreateModelCommand({
      ModelName,
      ExecutionRoleArn: workshop.roleArn,
      PrimaryContainer: {
        Image: workshop.image,
        ModelDataUrl: job.ModelArtifacts!.S3ModelArtifacts!,
        Environment: {
          SAGEMAKER_PROGRAM: workshop.script.sagemaker_program!,
          SAGEMAKER_SUBMIT_DIRECTORY: workshop.script.sagemaker_submit_directory!,
        },
      },
    }),
  );
  account.undo(`model ${ModelName}`, () => sagemaker.send(new DeleteModelCommand({ ModelName })));
  return ModelName;
}
