import { afterEach, describe, expect, test, vi } from 'vitest';
import { AwsError } from '../../core/errors.ts';
import { type Bench, createBench, only } from '../testing.ts';

const CREATED = new Date('2024-01-02T03:04:05.678Z');
const TRAINING = {
  TrainingJobName: '{% $states.input.job %}',
  AlgorithmSpecification: { TrainingImage: 'image', TrainingInputMode: 'File' },
  RoleArn: 'arn:aws:iam::000000000000:role/training',
  OutputDataConfig: { S3OutputPath: 's3://bucket/out' },
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
  StoppingCondition: { MaxRuntimeInSeconds: 3_600 },
  HyperParameters: { num_round: '10' },
};

function trainingTask(more: object = {}) {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync',
    Arguments: TRAINING,
    ...more,
  };
}

/** SageMaker whose job is `InProgress` until the clock has gone on by a minute. */
function trainingBench(end: object): Bench {
  let startedAtMs = 0;
  const bench: Bench = createBench({
    'sagemaker.CreateTrainingJob': () => {
      startedAtMs = bench.cloud.clock.now();
      return { TrainingJobArn: 'arn:job' };
    },
    'sagemaker.DescribeTrainingJob': ({ TrainingJobName }: { TrainingJobName: string }) => ({
      TrainingJobName,
      CreationTime: CREATED,
      ...(bench.cloud.clock.now() < startedAtMs + 60_000 ? { TrainingJobStatus: 'InProgress' } : end),
    }),
    'sagemaker.StopTrainingJob': () => ({}),
  });
  return bench;
}

afterEach(() => vi.restoreAllMocks());

describe('sagemaker:createTrainingJob.sync', () => {
  test('waits for the job and gives its description with times in epoch milliseconds', async () => {
    const bench = trainingBench({
      TrainingJobStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: 's3://bucket/model.tar.gz' },
    });
    const run = await bench.run(only(trainingTask()), { job: 'job-1' });
    expect(run.result).toEqual({
      TrainingJobName: 'job-1',
      TrainingJobStatus: 'Completed',
      CreationTime: CREATED.getTime(),
      ModelArtifacts: { S3ModelArtifacts: 's3://bucket/model.tar.gz' },
    });
    expect(run.events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(run.events[2]?.taskScheduledEventDetails?.resource).toBe('createTrainingJob.sync');
  });

  test('tags the job as started by Step Functions, beside its own tags', async () => {
    const bench = trainingBench({ TrainingJobStatus: 'Completed' });
    const Arguments = { ...TRAINING, Tags: [{ Key: 'a', Value: 'b' }] };
    await bench.run(only(trainingTask({ Arguments })), { job: 'job-1' });
    const call = bench.cloud.calls.find(({ operation }) => operation === 'CreateTrainingJob');
    expect(call?.input).toMatchObject({
      Tags: [
        { Key: 'a', Value: 'b' },
        { Key: 'MANAGED_BY_AWS', Value: 'STARTED_BY_STEP_FUNCTIONS' },
      ],
    });
    expect(call?.principal.kind).toBe('role');
  });

  test.each(['Failed', 'Stopped'])(
    'a job that ends %s fails the task with the description as cause',
    async (status) => {
      const bench = trainingBench({ TrainingJobStatus: status, FailureReason: 'AlgorithmError: no' });
      const run = await bench.run(only(trainingTask()), { job: 'job-1' });
      expect(run).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
      expect(JSON.parse(String(run.cause))).toMatchObject({
        TrainingJobStatus: status,
        FailureReason: 'AlgorithmError: no',
      });
    },
  );

  test('StopExecution stops the job', async () => {
    const bench = trainingBench({ TrainingJobStatus: 'Completed' });
    const arn = await bench.start(await bench.create(only(trainingTask())), { job: 'job-1' });
    await bench.cloud.clock.advanceTo(bench.cloud.clock.now() + 1_000);
    await bench.call('StopExecution', { executionArn: arn, error: 'Stopped', cause: 'by hand' });
    await bench.cloud.clock.advanceTo(bench.cloud.clock.now());
    expect(bench.cloud.calls.map(({ operation }) => operation)).toContain('StopTrainingJob');
    expect(await bench.describe(arn)).toMatchObject({
      status: 'ABORTED',
      error: 'Stopped',
      cause: 'by hand',
    });
    expect((await bench.history(arn)).slice(-2).map(({ type }) => type)).toEqual([
      'TaskStateAborted',
      'ExecutionAborted',
    ]);
  });

  test("a time-out of the task stops the job, and is the task's error", async () => {
    const bench = trainingBench({ TrainingJobStatus: 'Completed' });
    const run = await bench.run(only(trainingTask({ TimeoutSeconds: 30 })), { job: 'job-1' });
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(bench.cloud.calls.map(({ operation }) => operation)).toContain('StopTrainingJob');
  });

  test('the role is asked for the managed rule when the state machine is created', async () => {
    const bench = trainingBench({});
    await bench.create(only(trainingTask()));
    const resource =
      'arn:aws:events:us-east-1:000000000000:rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule';
    expect(bench.cloud.authorized.flatMap(({ requests }) => requests)).toEqual([
      { action: 'events:PutTargets', resource },
      { action: 'events:PutRule', resource },
      { action: 'events:DescribeRule', resource },
    ]);
    vi.spyOn(bench.cloud, 'authorize').mockImplementation(() => {
      throw new AwsError('AccessDeniedException', 'no');
    });
    await expect(bench.create(only(trainingTask()))).rejects.toMatchObject({
      code: 'AccessDeniedException',
      message: "'arn:aws:iam::000000000000:role/workflow' is not authorized to create managed-rule.",
    });
  });

  test.each([
    ['ResourceLimitExceeded', 'SageMaker.ResourceLimitExceededException'],
    ['ResourceInUse', 'SageMaker.ResourceInUseException'],
    ['ValidationException', 'SageMaker.AmazonSageMakerException'],
    ['AccessDeniedException', 'SageMaker.AmazonSageMakerException'],
  ])('%s surfaces as %s', async (code, error) => {
    const bench = createBench({
      'sagemaker.CreateTrainingJob': () => {
        throw new AwsError(code, 'no');
      },
    });
    const run = await bench.run(only(trainingTask()), { job: 'job-1' });
    expect(run).toMatchObject({ status: 'FAILED', error });
    expect(run.cause).toMatch(
      new RegExp(
        `^no \\(Service: AmazonSageMaker; Status Code: 400; Error Code: ${code}; Request ID: .*; Proxy: null\\)$`,
      ),
    );
  });

  test('arguments made wrong by an expression are States.Runtime', async () => {
    const Arguments = { ...TRAINING, HyperParameters: { num_round: '{% 10 %}' } };
    const run = await trainingBench({}).run(only(trainingTask({ Arguments })), { job: 'job-1' });
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(run.cause).toContain("The value for the field 'num_round' must be a STRING");
  });
});
