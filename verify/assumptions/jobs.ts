/** SageMaker's jobs: the container's script mode, what a failing script leaves, the order of scored rows. */
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateTrainingJobCommand,
  CreateTransformJobCommand,
  DescribeTransformJobCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { Assumption } from '../assumption.ts';
import { assume, assumeMatch, refusalOf } from '../assumption.ts';
import { makeKey } from './made.ts';
import { INSTANCE, makeModel, makeWorkshop, train } from './trained.ts';

const MADE = ['bucket', 'role', `training job (${INSTANCE})`];
/** Enough that batches and threads would shuffle them. */
const ROWS = 20_000;

export const JOBS: readonly Assumption[] = [
  {
    id: 'training-script-mode',
    statement:
      "XGBoost's container 1.7-1 trains with our script, under a role as ours, from the registry account in the table, and leaves model.tar.gz where we look.",
    where: ['lib/config/images.ts', 'lib/training/execution-role.ts', 'lambdas/training/training-job.ts'],
    creates: MADE,
    usd: 0.02,
    minutes: 10,
    async check(account) {
      const workshop = await makeWorkshop(account);
      const job = await train(account, workshop);
      assume(`status, with ${job.FailureReason}`, job.TrainingJobStatus, 'Completed');
      const expected = `s3://${workshop.bucket}/out/${account.prefix}/output/model.tar.gz`;
      assume('its model', job.ModelArtifacts?.S3ModelArtifacts, expected);
    },
  },
  {
    id: 'training-failure-reason',
    statement:
      'A script that raises fails its job with a reason that begins with "AlgorithmError: " and holds the error.',
    where: ['lambdas/training/failure-reason.ts'],
    creates: MADE,
    usd: 0.02,
    minutes: 10,
    async check(account) {
      const job = await train(account, await makeWorkshop(account), { fail: 'yes' });
      assume('status', job.TrainingJobStatus, 'Failed');
      assumeMatch('reason', job.FailureReason, /^AlgorithmError: [\s\S]*verify:aws asked for this/);
    },
  },
  {
    id: 'training-manifest-file',
    statement:
      "A channel of type ManifestFile holds exactly the objects that the manifest names, under their names below its prefix, without extensions; neither the manifest nor the prefix's other objects are there.",
    where: ['lambdas/datasets/versions/sagemaker-manifest.ts'],
    creates: MADE,
    usd: 0.02,
    minutes: 10,
    async check(account) {
      const workshop = await makeWorkshop(account);
      const { bucket: Bucket } = workshop;
      const s3 = account.client(S3Client);
      const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
      for (const name of ['1a', '2b', '3c']) await put(`objects/${name}`, `${name},1\n`);
      const key = 'datasets/1/sagemaker-manifest.json';
      await put(key, `${JSON.stringify([{ prefix: `s3://${Bucket}/objects/` }, '1a', '3c'])}\n`);
      const source = { S3DataType: 'ManifestFile', S3Uri: `s3://${Bucket}/${key}` } as const;
      const job = await train(account, workshop, { files: '1a,3c' }, source);
      assume(`status, with ${job.FailureReason}`, job.TrainingJobStatus, 'Completed');
    },
  },
  {
    id: 'transform-keeps-order',
    statement:
      'A transform job with SplitType and AssembleWith "Line" answers each row once, in the order of its input; the script that trained also serves.',
    where: [
      'lambdas/evaluation/scores-store.ts',
      'lambdas/training/transform-job.ts',
      'lambdas/training/model.ts',
    ],
    creates: [...MADE, 'model', `transform job (${INSTANCE})`],
    usd: 0.05,
    minutes: 20,
    async check(account) {
      const workshop = await makeWorkshop(account);
      const { bucket: Bucket } = workshop;
      const ModelName = await makeModel(account, workshop, await train(account, workshop));
      const s3 = account.client(S3Client);
      const rows = Array.from({ length: ROWS }, (_, index) => String(index));
      const Body = rows.map((row) => `${row},${'x'.repeat(600)}\n`).join('');
      await s3.send(new PutObjectCommand({ Bucket, Key: 'rows/rows.csv', Body }));
      const sagemaker = account.client(SageMakerClient);
      const TransformJobName = account.prefix;
      await sagemaker.send(
        new CreateTransformJobCommand({
          TransformJobName,
          ModelName,
          BatchStrategy: 'MultiRecord',
          MaxPayloadInMB: 6,
          TransformInput: {
            ContentType: 'text/csv',
            SplitType: 'Line',
            DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${Bucket}/rows/` } },
          },
          TransformOutput: {
            S3OutputPath: `s3://${Bucket}/scores`,
            Accept: 'text/csv',
            AssembleWith: 'Line',
          },
          TransformResources: { InstanceType: INSTANCE, InstanceCount: 1 },
        }),
      );
      const job = await account.eventually(
        'the end of the transform job',
        async () => {
          const now = await sagemaker.send(new DescribeTransformJobCommand({ TransformJobName }));
          return now.TransformJobStatus === 'InProgress' ? undefined : now;
        },
        1200,
      );
      assume(`status, with ${job.FailureReason}`, job.TransformJobStatus, 'Completed');
      const scores = await s3.send(new GetObjectCommand({ Bucket, Key: 'scores/rows.csv.out' }));
      const answered = (await scores.Body!.transformToString()).split('\n').filter((line) => line !== '');
      assume('number of answers', answered.length, ROWS);
      assume(
        'first row out of order',
        answered.findIndex((line, index) => line !== rows[index]),
        -1,
      );
    },
  },
  {
    id: 'training-volume-key',
    statement: 'An instance type with local storage (ml.g5.2xlarge) refuses a key for its volume.',
    where: ['lambdas/training/volume-key.ts'],
    creates: ['bucket', 'role', 'key (deletion scheduled for 7 days later)'],
    usd: 0.01,
    minutes: 2,
    async check(account) {
      const { bucket, roleArn, image, script } = await makeWorkshop(account);
      const VolumeKmsKeyId = await makeKey(account, []);
      const request = new CreateTrainingJobCommand({
        TrainingJobName: account.prefix,
        RoleArn: roleArn,
        AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
        HyperParameters: script,
        OutputDataConfig: { S3OutputPath: `s3://${bucket}/out` },
        ResourceConfig: {
          InstanceType: 'ml.g5.2xlarge',
          InstanceCount: 1,
          VolumeSizeInGB: 5,
          VolumeKmsKeyId,
        },
        StoppingCondition: { MaxRuntimeInSeconds: 60 },
      });
      const refusal = await refusalOf('the job', account.client(SageMakerClient).send(request));
      assume('its code', refusal.name, 'ValidationException');
      assumeMatch('its sentence', refusal.message, /VolumeKmsKeyId/);
    },
  },
];
