import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunItem, SK } from '../../lambdas/shared/catalog-items.ts';
import { manifestKey } from '../../lambdas/shared/keys.ts';
import { handler as plan } from '../../lambdas/training/plan-training.handler.ts';
import { handler as prepare } from '../../lambdas/training/prepare-run.handler.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, BUCKET, deployProject } from '../shared/project-fixture.ts';
import {
  aChampion,
  aDataset,
  aRun,
  aSplit,
  catalog,
  context,
  putCatalog,
  putVersions,
  RUN,
} from './run-fixture.ts';

const settings = aProject();
let aws: FakeAws;
beforeEach(async () => {
  aws = fakeAws();
  deployProject(aws, settings);
  putVersions(aws, 2);
  await prepare(aRun(), context);
});
afterEach(() => aws.restore());

const makePlan = () => plan({ run: aRun(), dataset: aDataset(), split: aSplit() }, context);
const schemaOf = (...features: [string, string][]) => ({
  schema: {
    columns: [
      ...features.map(([name, type]) => ({ name, type, role: 'feature' })),
      { name: 'late', type: 'integer', role: 'target' },
    ],
  },
});
function putSchemas(before: [string, string][], after: [string, string][]): void {
  // a manifest has its files a line each, behind the rest
  const manifest = (header: object) => `${JSON.stringify(header).slice(0, -1)},"files":[\n]}\n`;
  aws.put(BUCKET, manifestKey(1), manifest(schemaOf(...before)));
  aws.put(BUCKET, manifestKey(2), manifest(schemaOf(...after)));
  putCatalog(aws, SK.champion, aChampion());
}

describe('plan-training', () => {
  it('writes a script-mode training job with three channels, encrypted everywhere', async () => {
    const { trainingJob } = await makePlan();
    expect(trainingJob).toMatchObject({
      TrainingJobName: `test-${RUN}`,
      RoleArn: settings.executionRoleArn,
      AlgorithmSpecification: { TrainingImage: 'image', TrainingInputMode: 'File' },
      HyperParameters: {
        sagemaker_program: '"train.py"',
        sagemaker_submit_directory: `"s3://${BUCKET}/code/code/sourcedir.tar.gz"`,
        sagemaker_container_log_level: '20',
        sagemaker_job_name: `"test-${RUN}"`,
        sagemaker_region: '"eu-west-1"',
      },
      OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/runs/${RUN}/training`, KmsKeyId: settings.kmsKeyArn },
      ResourceConfig: {
        InstanceType: 'ml.m5.large',
        InstanceCount: 1,
        VolumeSizeInGB: 10,
        VolumeKmsKeyId: settings.kmsKeyArn,
      },
      StoppingCondition: { MaxRuntimeInSeconds: 600 },
    });
    const channels = trainingJob.InputDataConfig as {
      ChannelName: string;
      ContentType: string;
      DataSource: { S3DataSource: { S3Uri: string } };
    }[];
    expect(
      channels.map(({ ChannelName, ContentType, DataSource }) => [
        ChannelName,
        ContentType,
        DataSource.S3DataSource.S3Uri,
      ]),
    ).toEqual([
      ['train', 'text/csv', aSplit().train],
      ['validation', 'text/csv', aSplit().validation],
      ['schema', 'application/json', aSplit().schema],
    ]);
  });

  it("writes the challenger's model and transform job", async () => {
    const { model, challengerTransform } = await makePlan();
    expect(model).toMatchObject({
      ModelName: `driftless-test-${RUN}`,
      PrimaryContainer: {
        Image: 'image',
        Environment: {
          SAGEMAKER_PROGRAM: 'train.py',
          SAGEMAKER_SUBMIT_DIRECTORY: `s3://${BUCKET}/code/code/sourcedir.tar.gz`,
          SAGEMAKER_CONTAINER_LOG_LEVEL: '20',
          SAGEMAKER_REGION: 'eu-west-1',
        },
      },
    });
    expect(challengerTransform).toMatchObject({
      TransformJobName: `test-${RUN}-challenger`,
      ModelName: `driftless-test-${RUN}`,
      TransformInput: { SplitType: 'Line', DataSource: { S3DataSource: { S3Uri: aSplit().holdout } } },
      TransformOutput: {
        S3OutputPath: `s3://${BUCKET}/runs/${RUN}/scores/challenger/`,
        KmsKeyId: settings.kmsKeyArn,
      },
    });
  });

  it("names the longest project, stage and attempt within SageMaker's 63 characters", async () => {
    const { transformJobName, challengerModelName } = await import('../../lambdas/training/job-names.ts');
    const run = `${'p'.repeat(20)}-0123456789-a99`;
    expect(transformJobName('s'.repeat(8), run, 'challenger').length).toBeLessThanOrEqual(63);
    expect(challengerModelName('s'.repeat(8), run)).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);
  });

  it('says so when there is no champion to score', async () => {
    const made = await makePlan();
    expect(made.championSkipped).toBe('no model is in production yet');
    expect(made).not.toHaveProperty('championTransform');
  });

  it('scores the champion on the same holdout when it takes the same features', async () => {
    putSchemas(
      [
        ['a', 'double'],
        ['b', 'string'],
      ],
      [
        ['a', 'double'],
        ['b', 'string'],
      ],
    );
    const made = await makePlan();
    expect(made.champion).toEqual({
      modelVersion: 1,
      modelName: 'driftless-test-flights-v1-a1',
      datasetVersion: 1,
      output: { contentType: 'text/csv', kind: 'probability' },
    });
    expect(made.championTransform).toMatchObject({
      TransformJobName: `test-${RUN}-champion`,
      ModelName: 'driftless-test-flights-v1-a1',
      TransformInput: { DataSource: { S3DataSource: { S3Uri: aSplit().holdout } } },
    });
  });

  it.each([
    [
      'a feature is new',
      [['a', 'double']],
      [
        ['a', 'double'],
        ['b', 'string'],
      ],
      'with b: string',
    ],
    [
      'a feature is gone',
      [
        ['a', 'double'],
        ['b', 'string'],
      ],
      [['a', 'double']],
      'without b: string',
    ],
    ['a type changed', [['a', 'double']], [['a', 'string']], 'without a: double and with a: string'],
    [
      'the order changed',
      [
        ['a', 'double'],
        ['b', 'string'],
      ],
      [
        ['b', 'string'],
        ['a', 'double'],
      ],
      'the order of the features',
    ],
  ] as const)('leaves the champion out when %s', async (_case, before, after, said) => {
    putSchemas(before as never, after as never);
    const made = await makePlan();
    expect(made.championSkipped).toContain(said);
    expect(made.champion).toBeUndefined();
  });

  it('records version, job and model of the run', async () => {
    await makePlan();
    expect(catalog<RunItem>(aws, SK.run(RUN))).toMatchObject({
      status: 'InProgress',
      datasetVersion: 2,
      trainingJobName: `test-${RUN}`,
      modelName: `driftless-test-${RUN}`,
    });
  });
});

describe('prepare-run', () => {
  it('pins the version at the head and records the run', async () => {
    expect(await prepare(aRun(), context)).toEqual({ version: 2, digest: 'digest-2', rows: 100 });
    expect(catalog<RunItem>(aws, SK.run(RUN))).toMatchObject({
      run: RUN,
      status: 'InProgress',
      executionArn: `arn:aws:states:eu-west-1:111122223333:execution:driftless-test-training:${RUN}`,
      datasetVersion: 2,
      codeDigest: 'code',
    });
  });

  it('gives a repeated step the version that it got first', async () => {
    putVersions(aws, 3);
    expect(await prepare(aRun(), context)).toMatchObject({ version: 2 });
  });

  it('fails for good before the first version', async () => {
    aws.items.clear();
    deployProject(aws, settings);
    await expect(prepare(aRun(), context)).rejects.toMatchObject({
      name: 'NonRetryableError',
      code: 'NoDataset',
    });
  });
});
