import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SK } from '../../lambdas/shared/catalog-items.ts';
import { manifestKey } from '../../lambdas/shared/keys.ts';
import type { ProjectSettings } from '../../lambdas/shared/settings.ts';
import { attemptName, tuningJobName } from '../../lambdas/training/job-names.ts';
import { planTraining } from '../../lambdas/training/plan-training.ts';
import { handler as prepare } from '../../lambdas/training/prepare-run.handler.ts';
import { recordTrained } from '../../lambdas/training/trained.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, BUCKET, deployProject } from '../shared/project-fixture.ts';
import { aDataset, aRun, aSplit, catalog, context, putVersions, RUN } from './run-fixture.ts';

let aws: FakeAws;
beforeEach(async () => {
  aws = fakeAws();
  deployProject(aws, aProject());
  putVersions(aws, 2);
  await prepare(aRun(), context);
});
afterEach(() => aws.restore());

const {
  framework: _f,
  frameworkVersion: _v,
  entryPoint: _e,
  ...common
} = aProject().trainer as never as Record<string, never>;
const withTrainer = (trainer: object, rest: object = {}): ProjectSettings =>
  ({ ...aProject(), ...rest, trainer: { ...aProject().trainer, ...trainer } }) as ProjectSettings;
const builtIn = (rest: object = {}, hyperparameters: object = { num_round: '10' }): ProjectSettings => {
  const trainer = {
    ...common,
    kind: 'built-in',
    algorithm: 'xgboost',
    algorithmVersion: '1.7-1',
    hyperparameters,
  };
  return { ...aProject(), ...rest, trainer } as never;
};
const plan = (settings: ProjectSettings) =>
  planTraining(settings, { run: aRun(), dataset: aDataset(), split: aSplit() }, 'eu-west-1');
function putSchema(type: string): void {
  const columns = [
    { name: 'a', type, role: 'feature' },
    { name: 'late', type: 'integer', role: 'target' },
  ];
  aws.put(BUCKET, manifestKey(2), `${JSON.stringify({ schema: { columns } }).slice(0, -1)},"files":[\n]}\n`);
}

describe('jobs', () => {
  it('runs on spot with checkpoints of the run, in a VPC, warm, tagged, with metrics and environment', async () => {
    const { trainingJob } = await plan(
      withTrainer({
        spot: { maxWaitSeconds: 1200, checkpoints: true },
        vpc: { subnets: ['subnet-1'], securityGroupIds: ['sg-1'] },
        keepAliveSeconds: 600,
        tags: { team: 'red', 'driftless:run': 'forged' },
        metrics: [{ name: 'validation:auc', regex: 'auc=(\\S+)' }],
        environment: { A: 'b' },
      }),
    );
    expect(trainingJob).toMatchObject({
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 1200 },
      CheckpointConfig: { S3Uri: `s3://${BUCKET}/runs/${RUN}/training/checkpoints/` },
      VpcConfig: { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
      ResourceConfig: { KeepAlivePeriodInSeconds: 600 },
      AlgorithmSpecification: { MetricDefinitions: [{ Name: 'validation:auc', Regex: 'auc=(\\S+)' }] },
      Environment: { A: 'b' },
    });
    const tags = trainingJob.Tags as { Key: string; Value: string }[];
    expect(tags.filter(({ Key }) => Key === 'driftless:run')).toEqual([{ Key: 'driftless:run', Value: RUN }]);
    expect(tags).toContainEqual({ Key: 'team', Value: 'red' });
  });

  it('trains PyTorch in one image and serves it in another, with the code that training left in the model', async () => {
    const { trainingJob, model } = await plan(
      withTrainer({ framework: 'pytorch', imageUri: 'trains', servingImageUri: 'serves' }),
    );
    expect(trainingJob).toMatchObject({
      AlgorithmSpecification: { TrainingImage: 'trains' },
      HyperParameters: {
        sagemaker_program: '"train.py"',
        sagemaker_submit_directory: expect.stringMatching(/^"s3:/),
      },
    });
    expect(model.PrimaryContainer).toMatchObject({
      Image: 'serves',
      Environment: { SAGEMAKER_PROGRAM: 'train.py', SAGEMAKER_SUBMIT_DIRECTORY: '/opt/ml/model/code' },
    });
  });

  it('gives the built-in algorithm plain hyperparameters, its objective and no channel that it refuses', async () => {
    putSchema('double');
    const problem = { type: 'multiclass', classes: ['a', 'b', 'c'] };
    const { trainingJob, model } = await plan(builtIn({ problem }));
    expect(trainingJob.HyperParameters).toEqual({
      objective: 'multi:softprob',
      num_class: '3',
      num_round: '10',
    });
    expect((trainingJob.InputDataConfig as { ChannelName: string }[]).map((one) => one.ChannelName)).toEqual([
      'train',
      'validation',
    ]);
    expect(model.PrimaryContainer).toEqual({ Image: 'image', Environment: {} });
  });

  it('refuses text features of a version for the built-in algorithm', async () => {
    putSchema('string');
    await expect(plan(builtIn())).rejects.toMatchObject({
      name: 'NonRetryableError',
      code: 'FeatureNotNumeric',
    });
  });

  it('asks for answers in the form that the settings say', async () => {
    const output = { contentType: 'application/jsonlines', kind: 'probability' };
    const { challengerTransform } = await plan(withTrainer({ output }));
    expect(challengerTransform.TransformOutput).toMatchObject({ Accept: 'application/jsonlines' });
  });
});

describe('tuning', () => {
  const tuning = {
    strategy: 'Bayesian',
    objective: { metric: 'validation:auc', goal: 'Maximize' },
    ranges: {
      eta: { type: 'continuous', minimum: 0.01, maximum: 0.5, scale: 'logarithmic' },
      max_depth: { type: 'integer', minimum: 2, maximum: 8 },
      booster: { type: 'categorical', values: ['gbtree', 'dart'] },
    },
    maximumJobs: 10,
    maximumParallelJobs: 2,
    earlyStopping: true,
    warmStart: true,
  };

  it('searches the ranges, and keeps what is searched out of the fixed hyperparameters', async () => {
    putSchema('double');
    const { tuningJob } = await plan(builtIn({ tuning }, { num_round: '10', eta: '0.3' }));
    expect(tuningJob).toMatchObject({
      HyperParameterTuningJobConfig: {
        ParameterRanges: {
          ContinuousParameterRanges: [
            { Name: 'eta', MinValue: '0.01', MaxValue: '0.5', ScalingType: 'Logarithmic' },
          ],
          IntegerParameterRanges: [{ Name: 'max_depth', MinValue: '2', MaxValue: '8', ScalingType: 'Auto' }],
          CategoricalParameterRanges: [{ Name: 'booster', Values: ['gbtree', 'dart'] }],
        },
        ResourceLimits: { MaxNumberOfTrainingJobs: 10, MaxParallelTrainingJobs: 2 },
        TrainingJobEarlyStoppingType: 'Auto',
      },
      TrainingJobDefinition: { StaticHyperParameters: { objective: 'binary:logistic', num_round: '10' } },
    });
    expect(tuningJob).not.toHaveProperty('WarmStartConfig');
  });

  it('starts from the last search that ended well', async () => {
    putSchema('double');
    const trained = {
      digest: 'd',
      trainingJobName: 't',
      modelDataUrl: 's3://b/k',
      tuningJobName: 'before-a1',
    };
    await recordTrained(aRun(), trained, '2026-03-01T00:00:00.000Z');
    expect((await plan(builtIn({ tuning }))).tuningJob).toMatchObject({
      WarmStartConfig: { ParentHyperParameterTuningJobs: [{ HyperParameterTuningJobName: 'before-a1' }] },
    });
  });

  it("stays within SageMaker's 32 characters in every attempt", () => {
    const name = attemptName(tuningJobName('s'.repeat(8), `${'p'.repeat(20)}-0123456789-a99`), 99);
    expect(name).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}$/);
  });
});

describe('reuse', () => {
  const key = 'runs/earlier/training/j/output/model.tar.gz';
  const train = async (settings: ProjectSettings) => {
    const { trainedDigest: digest } = await plan(settings);
    const trained = { digest: digest!, trainingJobName: 'j', modelDataUrl: `s3://${BUCKET}/${key}` };
    await recordTrained({ ...aRun(), run: 'earlier' }, trained, '2026-03-01T00:00:00.000Z');
    aws.put(BUCKET, key, 'model');
  };
  const reused = { run: 'earlier', trainingJobName: 'j', modelDataUrl: `s3://${BUCKET}/${key}` };

  it('takes over what was trained on the same, whatever it cost and wherever it ran', async () => {
    await train(aProject());
    expect((await plan(withTrainer({ keepAliveSeconds: 60, tags: { a: 'b' } }))).reused).toEqual(reused);
    expect(catalog(aws, SK.run(RUN))).toMatchObject({ trainingJobName: 'j' });
  });

  it('trains again when something that the model depends on is another', async () => {
    await train(aProject());
    for (const other of [
      { hyperparameters: { rounds: '5' } },
      { imageUri: 'other' },
      { entryPoint: 'fit.py' },
    ]) {
      expect((await plan(withTrainer(other))).reused).toBeUndefined();
    }
  });

  it('trains again when the artifact is gone, or reuse is off', async () => {
    await train(aProject());
    expect((await plan(withTrainer({ reuse: false }))).reused).toBeUndefined();
    aws.objects.delete(`${BUCKET}/${key}`);
    expect((await plan(aProject())).reused).toBeUndefined();
  });
});
