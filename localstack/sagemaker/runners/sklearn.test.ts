/** Script mode of the scikit-learn image: one script trains, and serves with the defaults of the image's toolkit. */
import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  FIRST_RUN_MS,
  ROLE,
  type SageMakerFixture,
  SKLEARN_IMAGE,
  sagemakerFixture,
  trainingRequest,
} from '../testing.ts';
import { prepareRunner } from './prepare-runner.ts';

/** Without functions of its own but `model_fn`; the model is the sum of its inputs, exactly. */
const SCRIPT = `
import argparse, os
import joblib
import pandas as pd
from sklearn.linear_model import LinearRegression

def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, 'model.joblib'))

if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--fit-intercept', default='True')
    args = parser.parse_args()
    rows = pd.read_csv(os.path.join(os.environ['SM_CHANNEL_TRAIN'], 'a.csv'), header=None)
    model = LinearRegression(fit_intercept=args.fit_intercept == 'True').fit(rows.iloc[:, 1:].values, rows[0].values)
    joblib.dump(model, os.path.join(os.environ['SM_MODEL_DIR'], 'model.joblib'))
    print(f"r2={model.score(rows.iloc[:, 1:].values, rows[0].values):.6f}")
    print('framework', os.environ['SM_FRAMEWORK_MODULE'])
`;

let fixture: SageMakerFixture;
let source: string;
let modelData: string;

beforeAll(async () => {
  await prepareRunner(SKLEARN_IMAGE);
  fixture = await sagemakerFixture();
  source = await fixture.putArchive('code/sklearn.tar.gz', { 'train.py': SCRIPT });
  await fixture.put('train/a.csv', '3,1,2\n7,3,4\n1,1,0\n9,0,9\n');
}, FIRST_RUN_MS);

afterAll(() => fixture.stop());

const AlgorithmSpecification = {
  TrainingImage: SKLEARN_IMAGE,
  TrainingInputMode: 'File',
  MetricDefinitions: [{ Name: 'r2', Regex: 'r2=([0-9.]+)' }],
};
const DataSource = { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/train' } };
const model = (ModelName: string, Environment: object) =>
  fixture.run('CreateModel', {
    ModelName,
    ExecutionRoleArn: ROLE,
    PrimaryContainer: { Image: SKLEARN_IMAGE, ModelDataUrl: modelData, Environment },
  });
async function serve(name: string): Promise<string> {
  const ProductionVariants = [
    { VariantName: 'main', ModelName: name, InitialInstanceCount: 1, InstanceType: 'ml.m5.large' },
  ];
  await fixture.run('CreateEndpointConfig', { EndpointConfigName: name, ProductionVariants });
  await fixture.run('CreateEndpoint', { EndpointName: name, EndpointConfigName: name });
  const { EndpointStatus } = await fixture.endpointUntil(
    name,
    (endpoint) => endpoint.EndpointStatus !== 'Creating',
  );
  return EndpointStatus!;
}
async function invoke(ContentType: string, Body: string | Buffer, Accept: string) {
  const input = { EndpointName: 'sum', ContentType, Accept, Body: Buffer.from(Body) };
  const answer = await fixture.run<{ Body: Uint8Array; ContentType: string }>('InvokeEndpoint', input);
  return { type: answer.ContentType, body: Buffer.from(answer.Body) };
}
/** An array of doubles in the format of NumPy's files. @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
function npy(rows: readonly (readonly number[])[]): Buffer {
  const shape = `(${rows.length}, ${rows[0]!.length})`;
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': ${shape}, }`;
  const header = `${text.padEnd(128 - 10 - 1)}\n`;
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]);
  const values = Buffer.from(new Float64Array(rows.flat()).buffer);
  return Buffer.concat([start, Buffer.from(header), values]);
}

describe('script mode of the scikit-learn image', () => {
  it('trains with the toolkit of its own', async () => {
    const HyperParameters = {
      sagemaker_program: 'train.py',
      sagemaker_submit_directory: source,
      'fit-intercept': 'false',
    };
    const InputDataConfig = [{ ChannelName: 'train', DataSource }];
    const more = { AlgorithmSpecification, HyperParameters, InputDataConfig };
    await fixture.run('CreateTrainingJob', trainingRequest('sum', source, more));
    const job: DescribeTrainingJobResponse = await fixture.endOfTraining('sum');
    expect(job, job.FailureReason).toMatchObject({
      TrainingJobStatus: 'Completed',
      FinalMetricDataList: [{ MetricName: 'r2', Value: 1 }],
    });
    const [, lines] = [...fixture.logs].find(([name]) => name.startsWith('sum/'))!;
    expect(lines).toContain('framework sagemaker_sklearn_container.training:main');
    modelData = job.ModelArtifacts!.S3ModelArtifacts!;
  }, 60_000);

  it('answers CSV, JSON and NPY in each of the three', async () => {
    await model('sum', { SAGEMAKER_PROGRAM: 'train.py', SAGEMAKER_SUBMIT_DIRECTORY: source });
    expect(await serve('sum')).toBe('InService');
    const csv = await invoke('text/csv', '1,2\n10,20\n', 'text/csv');
    expect(csv.type).toMatch(/^text\/csv/);
    expect(csv.body.toString().trim().split('\n').map(Number)).toEqual([
      expect.closeTo(3, 5),
      expect.closeTo(30, 5),
    ]);
    const json = await invoke('application/json', '[[1, 2], [10, 20]]', 'application/json');
    expect(JSON.parse(json.body.toString())).toEqual([expect.closeTo(3, 5), expect.closeTo(30, 5)]);
    const rows = npy([
      [1, 2],
      [10, 20],
    ]);
    const binary = (await invoke('application/x-npy', rows, 'application/x-npy')).body;
    expect(binary.subarray(1, 6).toString()).toBe('NUMPY');
    const values = binary.subarray(10 + binary.readUInt16LE(8));
    expect([values.readDoubleLE(0), values.readDoubleLE(8)]).toEqual([
      expect.closeTo(3, 9),
      expect.closeTo(30, 9),
    ]);
  }, 60_000);

  it.each([
    // one row of CSV has one dimension, which estimators refuse; JSON says two
    ['text/csv', '1,2\n', 'text/csv', 500],
    ['text/csv', '1,\n2,3\n', 'text/csv', 500],
    ['application/jsonlines', '[1, 2]\n', 'text/csv', 415],
    ['application/json', '[[1, 2]]', 'application/jsonlines', 406],
  ])('of %s %j for %s it is %i', async (type, body, accept, OriginalStatusCode) => {
    await expect(invoke(type, body, accept)).rejects.toMatchObject({
      code: 'ModelError',
      fields: { OriginalStatusCode },
    });
  });

  it('scores a holdout by batch transform', async () => {
    await fixture.put('holdout/rows.csv', '1,1\n2,2\n3,3\n');
    await fixture.run('CreateTransformJob', {
      TransformJobName: 'sums',
      ModelName: 'sum',
      TransformInput: {
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/holdout/' } },
        ContentType: 'text/csv',
        SplitType: 'Line',
      },
      BatchStrategy: 'MultiRecord',
      TransformOutput: { S3OutputPath: 's3://data/scores', Accept: 'text/csv', AssembleWith: 'Line' },
      TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    });
    expect(await fixture.endOfTransform('sums')).toMatchObject({ TransformJobStatus: 'Completed' });
    const scores = (await fixture.text('scores/rows.csv.out')).trim().split('\n').map(Number);
    expect(scores).toEqual([expect.closeTo(2, 5), expect.closeTo(4, 5), expect.closeTo(6, 5)]);
  }, 60_000);

  it('has no algorithm of its own: without a script it neither trains nor serves', async () => {
    const more = { AlgorithmSpecification, HyperParameters: {} };
    const request = trainingRequest('bare', source, more);
    await expect(fixture.run('CreateTrainingJob', request)).rejects.toMatchObject({
      code: 'NotImplementedByLocalCloud',
      message: expect.stringMatching(/sagemaker_program.*sagemaker-scikit-learn.*no algorithm of its own/),
    });
    await model('bare', {});
    expect(await serve('bare')).toBe('Failed');
    const lines = [...fixture.logs].filter(([name]) => name.startsWith('main/')).flatMap(([, each]) => each);
    expect(lines.join('\n')).toContain('names no script in SAGEMAKER_PROGRAM');
  }, 60_000);
});

describe('a PyTorch image', () => {
  const image = '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.1-cpu-py310';

  it('is not served here, and the refusal names it, what is, and what to do', async () => {
    await expect(prepareRunner(image, () => {}, undefined, 'serving')).rejects.toThrow(
      `the local cloud has no runner for image "${image}"; without Docker it runs sagemaker-xgboost:1.7-1, ` +
        'sagemaker-xgboost:1.7-1-1, sagemaker-xgboost:3.0-5, sagemaker-scikit-learn:1.2-1-cpu-py3 from ' +
        '683313688378.dkr.ecr.us-east-1.amazonaws.com (and its twins in other regions) for serving; any other image needs AWS',
    );
  });
});
