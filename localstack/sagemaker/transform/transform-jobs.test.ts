import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareRunner } from '../runners/prepare-runner.ts';
import {
  FIRST_RUN_MS,
  ROLE,
  type SageMakerFixture,
  sagemakerFixture,
  trainingRequest,
  XGBOOST_IMAGE,
} from '../testing.ts';

/** A real XGBoost script, as a user of the framework image writes it: it trains, and the same file serves. */
const SCRIPT = `
import argparse, glob, os
import pandas as pd
import xgboost as xgb

def model_fn(model_dir):
    booster = xgb.Booster()
    booster.load_model(os.path.join(model_dir, 'model.json'))
    return booster

def input_fn(body, content_type):
    import io
    return xgb.DMatrix(pd.read_csv(io.StringIO(body), header=None).values)

def output_fn(prediction, accept):
    return ''.join(f'{value}\\n' for value in prediction), 'text/csv'

if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--num_round', type=int)
    parser.add_argument('--max_depth', type=int)
    args = parser.parse_args()
    frames = [pd.read_csv(file, header=None) for file in glob.glob(os.environ['SM_CHANNEL_TRAIN'] + '/*.csv')]
    rows = pd.concat(frames)
    data = xgb.DMatrix(rows.iloc[:, 1:].values, label=rows.iloc[:, 0].values)
    settings = {'max_depth': args.max_depth, 'objective': 'binary:logistic', 'eval_metric': 'auc'}
    booster = xgb.train(settings, data, args.num_round, evals=[(data, 'train')])
    booster.save_model(os.path.join(os.environ['SM_MODEL_DIR'], 'model.json'))
`;

/** Label 1 exactly when the first feature is over a half. */
function rows(count: number): { features: string[]; labels: number[] } {
  const values = Array.from({ length: count }, (_, index) => ((index * 7919) % 1000) / 1000);
  return {
    features: values.map((value, index) => `${value},${index % 7}`),
    labels: values.map((value) => Number(value > 0.5)),
  };
}

let fixture: SageMakerFixture;
const data = rows(1_000);

beforeAll(async () => {
  await prepareRunner(XGBOOST_IMAGE);
  fixture = await sagemakerFixture();
}, FIRST_RUN_MS);

afterAll(() => fixture.stop());

const transformRequest = (name: string, more: object = {}) => ({
  TransformJobName: name,
  ModelName: 'trained',
  TransformInput: {
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/holdout/' } },
    ContentType: 'text/csv',
    SplitType: 'Line',
  },
  TransformOutput: { S3OutputPath: `s3://data/scores/${name}`, Accept: 'text/csv', AssembleWith: 'Line' },
  TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
  ...more,
});

describe('script mode of the XGBoost image', () => {
  it('trains, serves and scores with one script', async () => {
    const source = await fixture.putArchive('code/xgb.tar.gz', { 'train.py': SCRIPT });
    const training = data.features.map((each, index) => `${data.labels[index]},${each}`);
    await fixture.put('train/a.csv', `${training.join('\n')}\n`);
    await fixture.run('CreateTrainingJob', {
      ...trainingRequest('real', source),
      HyperParameters: {
        sagemaker_program: 'train.py',
        sagemaker_submit_directory: source,
        num_round: '5',
        max_depth: '3',
      },
      AlgorithmSpecification: {
        TrainingImage: XGBOOST_IMAGE,
        TrainingInputMode: 'File',
        MetricDefinitions: [{ Name: 'train:auc', Regex: '.*#011train-auc:([-+]?[0-9.]+)' }],
      },
      InputDataConfig: [
        {
          ChannelName: 'train',
          DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/train' } },
        },
      ],
    });
    const job: DescribeTrainingJobResponse = await fixture.endOfTraining('real');
    expect(job, job.FailureReason).toMatchObject({
      TrainingJobStatus: 'Completed',
      FinalMetricDataList: [{ MetricName: 'train:auc', Value: 1 }],
    });
    await fixture.run('CreateModel', {
      ModelName: 'trained',
      ExecutionRoleArn: ROLE,
      PrimaryContainer: {
        Image: XGBOOST_IMAGE,
        ModelDataUrl: job.ModelArtifacts!.S3ModelArtifacts,
        Environment: { SAGEMAKER_PROGRAM: 'train.py', SAGEMAKER_SUBMIT_DIRECTORY: source },
      },
    });
    await fixture.put('holdout/part-1.csv', `${data.features.slice(0, 600).join('\n')}\n`);
    await fixture.put('holdout/more/part-2.csv', data.features.slice(600).join('\n'));
    await fixture.run('CreateTransformJob', transformRequest('scored'));
    expect(await fixture.endOfTransform('scored')).toMatchObject({ TransformJobStatus: 'Completed' });
    expect(await fixture.keys('scores/scored/')).toEqual([
      'scores/scored/more/part-2.csv.out',
      'scores/scored/part-1.csv.out',
    ]);
    const scores = (await fixture.text('scores/scored/part-1.csv.out')).trimEnd().split('\n').map(Number);
    expect(scores).toHaveLength(600);
    expect(scores.map((score) => Number(score > 0.5))).toEqual(data.labels.slice(0, 600));
    expect(fixture.eventsOf('Transform Job State Change').map((each) => each.TransformJobStatus)).toEqual([
      ...['InProgress', 'InProgress', 'Completed'],
    ]);
  }, 60_000);

  it('fails the job, keeps the good outputs and explains in the data log when a file is bad', async () => {
    await fixture.put('mixed/bad.csv', 'this is no number\n');
    await fixture.put('mixed/good.csv', '0.9,1\n');
    const TransformInput = {
      ...transformRequest('').TransformInput,
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/mixed/' } },
    };
    const ModelClientConfig = { InvocationsMaxRetries: 0 };
    await fixture.run('CreateTransformJob', transformRequest('mixed', { TransformInput, ModelClientConfig }));
    expect(await fixture.endOfTransform('mixed')).toMatchObject({
      TransformJobStatus: 'Failed',
      FailureReason: 'AlgorithmError: See job logs for more information',
    });
    expect(await fixture.keys('scores/mixed/')).toEqual(['scores/mixed/good.csv.out']);
    const [, lines] = [...fixture.logs].find(
      ([name]) => name.startsWith('mixed/') && name.endsWith('/data-log'),
    )!;
    expect(lines[0]).toMatch(/^data\/mixed\/bad\.csv: InternalServerError: 500/);
  }, 30_000);

  it('refuses a name in use, an unknown model and a filter', async () => {
    await expect(fixture.run('CreateTransformJob', transformRequest('scored'))).rejects.toMatchObject({
      code: 'ResourceInUse',
    });
    await expect(
      fixture.run('CreateTransformJob', transformRequest('new', { ModelName: 'none' })),
    ).rejects.toMatchObject({
      message: 'Could not find model "arn:aws:sagemaker:us-east-1:000000000000:model/none".',
    });
    await expect(
      fixture.run('CreateTransformJob', transformRequest('new', { DataProcessing: { InputFilter: '$[1' } })),
    ).rejects.toMatchObject({ message: 'Invalid JSONPath "$[1" in InputFilter.' });
    await expect(fixture.run('DescribeTransformJob', { TransformJobName: 'none' })).rejects.toMatchObject({
      message: 'Could not find requested job with name: none',
    });
  });
});
