/** Managed spot training, capacity and quotas. @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsError } from '../../core/errors.ts';
import { prepareRunner } from '../runners/prepare-runner.ts';
import {
  FIRST_RUN_MS,
  type SageMakerFixture,
  sagemakerFixture,
  trainingRequest,
  XGBOOST_IMAGE,
} from '../testing.ts';

/** Counts its starts in the checkpoints, waits in the first one, and leaves the count as its model. */
const SCRIPT = `
import json, os, time
with open(os.path.join(os.path.dirname(os.environ['SM_INPUT_DIR']), 'input/config/checkpointconfig.json')) as file:
    folder = json.load(file)['LocalPath']
path = os.path.join(folder, 'starts')
starts = int(open(path).read()) if os.path.exists(path) else 0
with open(path, 'w') as file:
    file.write(str(starts + 1))
print(f'started {starts + 1}', flush=True)
open(os.path.join(folder, 'half.sagemaker-ignore'), 'w').write('not whole')
if starts == 0:
    time.sleep(30)
with open(os.path.join(os.environ['SM_MODEL_DIR'], 'starts'), 'w') as file:
    file.write(str(starts + 1))
`;
const ARN = 'arn:aws:sagemaker:us-east-1:000000000000:training-job';
const SPOT = {
  EnableManagedSpotTraining: true,
  StoppingCondition: { MaxRuntimeInSeconds: 30, MaxWaitTimeInSeconds: 60 },
};

let fixture: SageMakerFixture;
let source: string;

beforeAll(async () => {
  await prepareRunner(XGBOOST_IMAGE);
  fixture = await sagemakerFixture();
  source = await fixture.putArchive('code/spot.tar.gz', { 'train.py': SCRIPT });
}, FIRST_RUN_MS);

afterAll(() => fixture.stop());

const order = (name: string, body: object) => fixture.service.control!(name, body as Record<string, unknown>);
const create = (name: string, more: object) =>
  fixture.run('CreateTrainingJob', trainingRequest(name, source, more));
async function until(test: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await test())) await new Promise((resolve) => setTimeout(resolve, 30));
}

describe('managed spot training', () => {
  it('goes on from its checkpoints after an interruption', async () => {
    const CheckpointConfig = { S3Uri: 's3://data/spot' };
    await create('spot', { ...SPOT, CheckpointConfig });
    const started = () =>
      [...fixture.logs].some(([name, lines]) => name.startsWith('spot/') && lines.includes('started 1'));
    await until(started);
    expect(order('interruption', { trainingJobArn: `${ARN}/spot` })).toEqual({ interrupted: true });
    const job = await fixture.endOfTraining('spot');
    expect(job, job.FailureReason).toMatchObject({ TrainingJobStatus: 'Completed' });
    expect(job.SecondaryStatusTransitions!.map(({ Status }) => Status)).toEqual([
      ...['Starting', 'Downloading', 'Training', 'Interrupted', 'Starting', 'Downloading', 'Training'],
      ...['Uploading', 'Completed'],
    ]);
    expect(await fixture.text('spot/starts')).toBe('2');
    expect(await fixture.keys('spot/')).toEqual(['spot/starts']);
    expect(job.BillableTimeInSeconds).toBeLessThanOrEqual(job.TrainingTimeInSeconds!);
    expect(order('interruption', { trainingJobArn: `${ARN}/spot` })).toEqual({ interrupted: false });
  });

  it('waits for capacity no longer than it may, where an on-demand job fails', async () => {
    order('capacity', { instanceType: 'ml.m5.large', available: false });
    const StoppingCondition = { MaxRuntimeInSeconds: 1, MaxWaitTimeInSeconds: 1 };
    await create('waiting', { ...SPOT, StoppingCondition });
    await create('on-demand', {});
    expect(await fixture.endOfTraining('on-demand')).toMatchObject({
      TrainingJobStatus: 'Failed',
      FailureReason:
        'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.',
    });
    expect(await fixture.endOfTraining('waiting')).toMatchObject({
      TrainingJobStatus: 'Stopped',
      SecondaryStatus: 'MaxWaitTimeExceeded',
    });
    order('capacity', { instanceType: 'ml.m5.large', available: true });
  });

  it.each([
    [
      { StoppingCondition: { MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 60 } },
      'Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true',
    ],
    [
      { EnableManagedSpotTraining: true },
      'Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds',
    ],
  ])('refuses %j', async (more, message) => {
    await expect(create('refused', more)).rejects.toMatchObject({ code: 'ValidationException', message });
  });
});

describe('what the account and the cloud can run into', () => {
  it('a quota', async () => {
    order('quota', { name: 'ml.p3.2xlarge for training job usage', instances: 0 });
    const ResourceConfig = { InstanceType: 'ml.p3.2xlarge', InstanceCount: 1, VolumeSizeInGB: 5 };
    await expect(create('over', { ResourceConfig })).rejects.toMatchObject({
      code: 'ResourceLimitExceeded',
      message:
        "The account-level service limit 'ml.p3.2xlarge for training job usage' is 0 Instances, with current utilization of " +
        '0 Instances and a request delta of 1 Instances. Please use AWS Service Quotas to request an increase for this ' +
        'quota. If AWS Service Quotas is not available, contact AWS support to request an increase for this quota.',
    });
  });

  it('a fault of its own, which the retry strategy outlives', async () => {
    const quick = await fixture.putArchive('code/quick.tar.gz', { 'train.py': 'print(1)\n' });
    await fixture.put('in/a.csv', '1\n');
    let calls = 0;
    const list = (input: object) => fixture.s3.run('ListObjectsV2', input);
    fixture.cloud.respond('s3', 'ListObjectsV2', (input) => {
      calls += 1;
      if (calls === 2)
        throw new AwsError('InternalError', 'We encountered an internal error', { status: 500 });
      return list(input);
    });
    const DataSource = { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/in/' } };
    const InputDataConfig = [{ ChannelName: 'train', DataSource }];
    const RetryStrategy = { MaximumRetryAttempts: 1 };
    const request = trainingRequest('retried', quick, { InputDataConfig, RetryStrategy });
    await fixture.run('CreateTrainingJob', request);
    const job = await fixture.endOfTraining('retried');
    expect(job, job.FailureReason).toMatchObject({ TrainingJobStatus: 'Completed' });
    expect(job.SecondaryStatusTransitions!.map(({ Status }) => Status)).toContain('Restarting');
  });
});
