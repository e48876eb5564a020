/** Built-in XGBoost end to end: the image without a script trains, and serves what it trained. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
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

let fixture: SageMakerFixture;

beforeAll(async () => {
  await prepareRunner(XGBOOST_IMAGE);
  fixture = await sagemakerFixture();
  // one feature decides, with a margin; the second is noise
  const rows = Array.from({ length: 200 }, (_, index) => [index % 2, (index % 2) * 2 - 1, (index * 7) % 10]);
  await fixture.put('csv/train/a.csv', rows.map((row) => row.join(',')).join('\n'));
  await fixture.put(
    'csv/validation/b.csv',
    rows
      .slice(0, 50)
      .map((row) => row.join(','))
      .join('\n'),
  );
  const lines = rows.map(
    ([label, ...cells]) => `${label} ${cells.map((cell, index) => `${index}:${cell}`).join(' ')}`,
  );
  await fixture.put('libsvm/a.txt', `${lines.join('\n')}\n`);
  await fixture.put('parquet/a.parquet', await parquet(rows));
}, FIRST_RUN_MS);

afterAll(() => fixture.stop());

/** Rows as a Parquet file, written by DuckDB. */
async function parquet(rows: readonly (readonly number[])[]): Promise<Buffer> {
  const file = join(await mkdtemp(join(tmpdir(), 'parquet-')), 'rows.parquet');
  const connection = await (await DuckDBInstance.create()).connect();
  const values = rows.map((row) => `(${row.join(',')})`).join(',');
  await connection.run(`COPY (SELECT * FROM (VALUES ${values})) TO '${file}' (FORMAT parquet)`);
  connection.closeSync();
  return readFile(file);
}

const channel = (ChannelName: string, S3Uri: string, ContentType?: string) => ({
  ChannelName,
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri } },
  ...(ContentType ? { ContentType } : {}),
});
const builtIn = (name: string, HyperParameters: object, InputDataConfig: object[]) =>
  trainingRequest(name, '', { HyperParameters, InputDataConfig });
const CSV = [
  channel('train', 's3://data/csv/train', 'text/csv'),
  channel('validation', 's3://data/csv/validation', 'text/csv'),
];
const LOGISTIC = { objective: 'binary:logistic', eval_metric: 'auc,accuracy', num_round: '3' };

describe('built-in XGBoost', () => {
  it('trains on CSV, with the metrics and the log lines of the algorithm, and serves its model', async () => {
    const CheckpointConfig = { S3Uri: 's3://data/checkpoints' };
    await fixture.run('CreateTrainingJob', { ...builtIn('csv', LOGISTIC, CSV), CheckpointConfig });
    const job = await fixture.endOfTraining('csv');
    expect(job, job.FailureReason).toMatchObject({ TrainingJobStatus: 'Completed' });
    expect(job.AlgorithmSpecification?.MetricDefinitions).toContainEqual({
      Name: 'validation:auc',
      Regex: '.*\\[[0-9]+\\].*#011validation-auc:([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*',
    });
    expect(job.FinalMetricDataList).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ MetricName: 'train:auc', Value: 1 }),
        expect.objectContaining({ MetricName: 'validation:accuracy', Value: 1 }),
      ]),
    );
    const lines = [...fixture.logs].find(([name]) => name.startsWith('csv/'))![1];
    expect(lines).toContain(
      '[0]#011train-auc:1.00000#011train-accuracy:1.00000#011validation-auc:1.00000#011validation-accuracy:1.00000',
    );
    expect(await fixture.keys('checkpoints/')).toEqual(
      [0, 1, 2].map((n) => `checkpoints/xgboost-checkpoint.${n}`),
    );

    await fixture.run('CreateModel', {
      ModelName: 'built-in',
      ExecutionRoleArn: ROLE,
      PrimaryContainer: { Image: XGBOOST_IMAGE, ModelDataUrl: job.ModelArtifacts!.S3ModelArtifacts },
    });
    await fixture.put('score/in.csv', '1,3\n-1,3\n');
    await fixture.run('CreateTransformJob', {
      TransformJobName: 'scored',
      ModelName: 'built-in',
      TransformInput: {
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/score/' } },
        ContentType: 'text/csv',
        SplitType: 'Line',
      },
      TransformOutput: { S3OutputPath: 's3://data/scored', AssembleWith: 'Line' },
      TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    });
    const transformed = await fixture.endOfTransform('scored');
    expect(transformed, transformed.FailureReason).toMatchObject({ TransformJobStatus: 'Completed' });
    const scores = (await fixture.text('scored/in.csv.out')).trimEnd().split('\n').map(Number);
    expect(scores.map((score) => score > 0.5)).toEqual([true, false]);
  }, 60_000);

  it('takes libsvm by default and Parquet, and says what is wrong in the words of the container', async () => {
    await fixture.run(
      'CreateTrainingJob',
      builtIn('libsvm', { ...LOGISTIC, num_round: '1' }, [channel('train', 's3://data/libsvm/')]),
    );
    const columns = [channel('train', 's3://data/parquet/', 'application/x-parquet')];
    await fixture.run('CreateTrainingJob', builtIn('parquet', { ...LOGISTIC, num_round: '1' }, columns));
    const wrong: [name: string, hyperparameters: object, channels: object[], said: string][] = [
      ['no-rounds', {}, CSV, 'Missing required hyperparameter: num_round'],
      ['no-train', LOGISTIC, [CSV[1]!], 'Missing required channel: train'],
      [
        'test-channel',
        LOGISTIC,
        [...CSV, channel('test', 's3://data/csv/')],
        'Extraneous channel found: test',
      ],
    ];
    for (const [name, hyperparameters, channels] of wrong) {
      await fixture.run('CreateTrainingJob', builtIn(name, hyperparameters, channels));
    }
    for (const [name, , , said] of wrong) {
      const { FailureReason } = await fixture.endOfTraining(name);
      expect(FailureReason).toBe(
        'AlgorithmError: framework error: \nTraceback (most recent call last):\n' +
          `sagemaker_algorithm_toolkit.exceptions.UserError: ${said}\n\n${said}, exit code: 1`,
      );
    }
    for (const name of ['libsvm', 'parquet']) {
      const job = await fixture.endOfTraining(name);
      expect(job, job.FailureReason).toMatchObject({ TrainingJobStatus: 'Completed' });
    }
  }, 60_000);

  it("refuses metrics of one's own", async () => {
    const AlgorithmSpecification = {
      TrainingImage: XGBOOST_IMAGE,
      TrainingInputMode: 'File',
      MetricDefinitions: [{ Name: 'mine', Regex: 'mine=(.*)' }],
    };
    const request = { ...builtIn('metrics', LOGISTIC, CSV), AlgorithmSpecification };
    await expect(fixture.run('CreateTrainingJob', request)).rejects.toMatchObject({
      code: 'ValidationException',
      message:
        "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request without " +
        'specifying metric definitions.',
    });
  });
});
