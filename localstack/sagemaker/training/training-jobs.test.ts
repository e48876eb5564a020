import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackInto } from '../archives.ts';
import { prepareRunner } from '../runners/prepare-runner.ts';
import {
  FIRST_RUN_MS,
  ROLE,
  type SageMakerFixture,
  sagemakerFixture,
  trainingRequest,
  XGBOOST_IMAGE,
} from '../testing.ts';

const REPORTING_SCRIPT = `
import argparse, json, os, sys
parser = argparse.ArgumentParser()
parser.add_argument('--max_depth', type=int)
parser.add_argument('--name')
args = parser.parse_args()
print('[0]\\tvalidation-auc:0.5')
print('[1]\\tvalidation-auc:0.625', file=sys.stderr)
with open(os.path.join(os.environ['SM_CHANNEL_TRAIN'], 'part/a.csv')) as file:
    rows = len(file.readlines())
seen = {name: os.environ[name] for name in ('SM_CHANNELS', 'SM_HPS', 'TRAINING_JOB_NAME', 'AWS_REGION', 'OWN', 'SM_HP_MAX_DEPTH')}
with open('/opt/ml/none' if not os.environ['SM_MODEL_DIR'] else os.environ['SM_MODEL_DIR'] + '/model.json', 'w') as file:
    json.dump({'depth': args.max_depth, 'name': args.name, 'rows': rows, 'seen': seen}, file)
with open(os.environ['SM_OUTPUT_DATA_DIR'] + '/note.txt', 'w') as file:
    file.write('hello')
`;

let fixture: SageMakerFixture;

beforeAll(async () => {
  await prepareRunner(XGBOOST_IMAGE);
  fixture = await sagemakerFixture();
  await fixture.put('in/train/part/a.csv', '1,2\n0,3\n');
}, FIRST_RUN_MS);

afterAll(() => fixture.stop());

const channel = (ChannelName: string, S3Uri: string) => ({
  ChannelName,
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri } },
});

async function unpacked(key: string, file: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'unpacked-'));
  await writeFile(join(folder, 'it.tar.gz'), await fixture.bytes(key));
  await unpackInto(join(folder, 'it.tar.gz'), join(folder, 'out'));
  return readFile(join(folder, 'out', file), 'utf8');
}

describe('a training job', () => {
  it('runs the script with its channels, hyperparameters and variables, and uploads what it wrote', async () => {
    const source = await fixture.putArchive('code/ok.tar.gz', { 'train.py': REPORTING_SCRIPT });
    await fixture.run('CreateTrainingJob', {
      ...trainingRequest('reports', source),
      HyperParameters: {
        sagemaker_program: '"train.py"',
        sagemaker_submit_directory: `"${source}"`,
        max_depth: '5',
        name: 'plain text',
      },
      InputDataConfig: [channel('train', 's3://data/in/train/')],
      AlgorithmSpecification: {
        TrainingImage: XGBOOST_IMAGE,
        TrainingInputMode: 'File',
        MetricDefinitions: [{ Name: 'validation:auc', Regex: '#011validation-auc:(\\S+)' }],
      },
      Environment: { OWN: '/opt/ml/model' },
      Tags: [{ Key: 'team', Value: 'ml' }],
    });
    const job = await fixture.endOfTraining('reports');
    expect(job).toMatchObject({
      TrainingJobStatus: 'Completed',
      SecondaryStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: 's3://data/out/reports/output/model.tar.gz' },
      FinalMetricDataList: [{ MetricName: 'validation:auc', Value: 0.625 }],
      TrainingTimeInSeconds: expect.any(Number),
    });
    expect(job.SecondaryStatusTransitions!.map((each) => each.Status)).toEqual([
      ...['Starting', 'Downloading', 'Training', 'Uploading', 'Completed'],
    ]);
    const model = JSON.parse(await unpacked('out/reports/output/model.tar.gz', 'model.json'));
    expect(model).toMatchObject({
      depth: 5,
      name: 'plain text',
      rows: 2,
      seen: {
        SM_CHANNELS: '["train"]',
        SM_HPS: '{"max_depth":5,"name":"plain text"}',
        SM_HP_MAX_DEPTH: '5',
        TRAINING_JOB_NAME: 'reports',
        AWS_REGION: 'us-east-1',
        OWN: expect.stringMatching(/training\/reports\/opt\/ml\/model$/),
      },
    });
    expect(await unpacked('out/reports/output/output.tar.gz', 'note.txt')).toBe('hello');
    const [stream, lines] = [...fixture.logs].find(([name]) => name.startsWith('reports/algo-1-'))!;
    expect(stream).toMatch(/^reports\/algo-1-\d{10}$/);
    expect(lines).toContain('[0]#011validation-auc:0.5');
    expect(fixture.metrics.filter((each) => each.Namespace === '/aws/sagemaker/TrainingJobs')).toMatchObject([
      {
        MetricName: 'validation:auc',
        Value: 0.5,
        Dimensions: [{ Name: 'TrainingJobName', Value: 'reports' }],
      },
      { MetricName: 'validation:auc', Value: 0.625 },
      { MetricName: 'DiskUtilization', Dimensions: [{ Name: 'Host', Value: 'reports/algo-1' }] },
    ]);
  });

  it('tells the bus of every status, and did everything on S3 as its role', () => {
    const events = fixture.eventsOf('Training Job State Change');
    expect(events[0]).toMatchObject({
      TrainingJobName: 'reports',
      TrainingJobStatus: 'InProgress',
      SecondaryStatus: 'Starting',
      CreationTime: expect.any(Number),
      Tags: { team: 'ml' },
    });
    expect(events.filter((each) => each.TrainingJobName === 'reports').at(-1)).toMatchObject({
      TrainingJobStatus: 'Completed',
    });
    const principals = fixture.cloud.calls
      .filter((call) => call.service === 's3')
      .map((call) => (call.principal.kind === 'role' ? call.principal.roleArn : call.principal.arn));
    expect(new Set(principals)).toEqual(new Set([ROLE]));
    const actions = fixture.cloud.authorized.flatMap(({ requests }) => requests.map((each) => each.action));
    expect(actions).toContain('ecr:BatchGetImage');
  });

  it('fails with the exception of the script and its exit code', async () => {
    const source = await fixture.putArchive('code/bad.tar.gz', {
      'train.py': 'import sys\nraise ValueError("no rows left")\n',
    });
    await fixture.run('CreateTrainingJob', trainingRequest('raises', source));
    const job = await fixture.endOfTraining('raises');
    expect(job.TrainingJobStatus).toBe('Failed');
    expect(job.FailureReason).toMatch(/^AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "/);
    expect(job.FailureReason).toContain('ValueError: no rows left');
    expect(job.FailureReason).toMatch(/, exit code: 1$/);
    expect(await fixture.keys('out/raises/output/model')).toEqual([]);
  });

  it('fails with the text of the failure file when the script wrote one', async () => {
    const source = await fixture.putArchive('code/file.tar.gz', {
      'train.py': `import os, sys
with open(os.environ['SM_OUTPUT_DIR'] + '/failure', 'w') as file:
    file.write('out of luck')
sys.exit(3)
`,
    });
    await fixture.run('CreateTrainingJob', trainingRequest('explains', source));
    const { FailureReason } = await fixture.endOfTraining('explains');
    expect(FailureReason).toBe('AlgorithmError: out of luck, exit code: 3');
  });

  it('is stopped at its maximum runtime, its model uploaded all the same', async () => {
    const source = await fixture.putArchive('code/slow.tar.gz', {
      'train.py': `import os, time
open(os.environ['SM_MODEL_DIR'] + '/half', 'w').write('half')
time.sleep(60)
`,
    });
    const StoppingCondition = { MaxRuntimeInSeconds: 1 };
    await fixture.run('CreateTrainingJob', trainingRequest('slow', source, { StoppingCondition }));
    const job = await fixture.endOfTraining('slow');
    expect(job).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' });
    expect(await unpacked('out/slow/output/model.tar.gz', 'half')).toBe('half');

    await fixture.run('CreateTrainingJob', trainingRequest('halted', source));
    await new Promise((resolve) => setTimeout(resolve, 500));
    await fixture.run('StopTrainingJob', { TrainingJobName: 'halted' });
    expect(await fixture.endOfTraining('halted')).toMatchObject({
      TrainingJobStatus: 'Stopped',
      SecondaryStatus: 'Stopped',
    });
    await expect(fixture.run('StopTrainingJob', { TrainingJobName: 'halted' })).rejects.toMatchObject({
      code: 'ValidationException',
      message: 'The request was rejected because the training job is in status Stopped.',
    });
  });
});

describe('CreateTrainingJob refuses', () => {
  const source = 's3://data/code/ok.tar.gz';
  const refused = async (request: object) =>
    fixture.run('CreateTrainingJob', request).then(
      () => undefined,
      (error: { code: string; message: string }) => error,
    );

  it('a malformed name, with the pattern', async () => {
    expect(await refused(trainingRequest('a_b', source))).toMatchObject({
      code: 'ValidationException',
      message:
        "1 validation error detected: Value 'a_b' at 'trainingJobName' failed to satisfy constraint: Member must " +
        'satisfy regular expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}',
    });
  });

  it('a name in use', async () => {
    expect(await refused(trainingRequest('reports', source))).toMatchObject({
      code: 'ResourceInUse',
      message:
        'Training job names must be unique within an AWS account and region, and a training job with this name already ' +
        'exists (arn:aws:sagemaker:us-east-1:000000000000:training-job/reports)',
    });
  });

  it('inputs without objects', async () => {
    const InputDataConfig = [channel('train', 's3://data/nothing/')];
    const error = await refused(trainingRequest('empty', source, { InputDataConfig }));
    expect(error?.message).toMatch(
      /^No S3 objects found under S3 URL "s3:\/\/data\/nothing\/" given in input/,
    );
  });

  it('what it does not do, by name', async () => {
    expect(await refused(trainingRequest('vpc', source, { VpcConfig: {} }))).toMatchObject({
      code: 'NotImplementedByLocalCloud',
      message: 'not implemented by the local cloud: sagemaker CreateTrainingJob VpcConfig',
    });
    const HyperParameters = { num_round: '5', _kfold: '3' };
    expect(await refused(trainingRequest('built-in', source, { HyperParameters }))).toMatchObject({
      code: 'NotImplementedByLocalCloud',
      message:
        'not implemented by the local cloud: sagemaker CreateTrainingJob HyperParameters _kfold of built-in XGBoost',
    });
  });
});

describe('tags and lists', () => {
  it.each([
    { WarmPoolStatusEquals: 'Available' },
    { TrainingPlanArnEquals: 'arn:aws:sagemaker:us-east-1:000000000000:training-plan/p' },
  ])('refuses the filter %o, which no job here can pass or fail', async (filter) => {
    await expect(fixture.run('ListTrainingJobs', filter)).rejects.toMatchObject({
      code: 'NotImplementedByLocalCloud',
    });
  });

  it('lists jobs page by page and changes tags', async () => {
    const first = await fixture.run<{ TrainingJobSummaries: object[]; NextToken: string }>(
      'ListTrainingJobs',
      {
        MaxResults: 1,
      },
    );
    expect(first).toMatchObject({ TrainingJobSummaries: [{ TrainingJobName: 'reports' }] });
    const { NextToken } = first;
    expect(await fixture.run('ListTrainingJobs', { MaxResults: 1, NextToken })).toMatchObject({
      TrainingJobSummaries: [{ TrainingJobName: 'raises' }],
    });
    const ResourceArn = 'arn:aws:sagemaker:us-east-1:000000000000:training-job/reports';
    await fixture.run('AddTags', { ResourceArn, Tags: [{ Key: 'a', Value: 'b' }] });
    await fixture.run('DeleteTags', { ResourceArn, TagKeys: ['team'] });
    expect(await fixture.run('ListTags', { ResourceArn })).toEqual({ Tags: [{ Key: 'a', Value: 'b' }] });
    await expect(fixture.run('DescribeTrainingJob', { TrainingJobName: 'unknown' })).rejects.toMatchObject({
      code: 'ValidationException',
      message: 'Requested resource not found.',
    });
  });
});
