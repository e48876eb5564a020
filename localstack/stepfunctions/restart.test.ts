import { describe, expect, test } from 'vitest';
import { type Bench, benchOn, createBench, invokeWork, only } from './testing.ts';

async function settle({ cloud }: Bench, seconds = 0): Promise<void> {
  await cloud.clock.advanceTo(cloud.clock.now() + seconds * 1_000);
}

describe('after a restart', () => {
  test('a waiting execution goes on to its own deadline, with its variables and history', async () => {
    const bench = createBench();
    const machine = await bench.create({
      StartAt: 'Set',
      States: {
        Set: { Type: 'Pass', Assign: { kept: 7 }, Next: 'Wait' },
        Wait: { Type: 'Wait', Seconds: 100, Next: 'Done' },
        Done: { Type: 'Succeed', Output: '{% $kept %}' },
      },
    });
    const arn = await bench.start(machine);
    await settle(bench, 40);
    await bench.service.stop?.();
    const restarted = benchOn(bench.cloud);
    await restarted.service.start?.();
    await settle(restarted, 50);
    expect((await restarted.describe(arn)).status).toBe('RUNNING');
    await settle(restarted, 15);
    expect(await restarted.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '7' });
    const events = await restarted.history(arn);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
    expect(events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'WaitStateEntered',
      'WaitStateExited',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('an execution in a task fails with a cause that says why', async () => {
    const bench = createBench({ 'lambda.Invoke': () => new Promise(() => {}) });
    const arn = await bench.start(await bench.create(only(invokeWork())));
    await bench.service.stop?.();
    const restarted = benchOn(bench.cloud);
    await restarted.service.start?.();
    const ended = await restarted.describe(arn);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(ended.cause).toContain("stopped while the execution was in the state 'Only'");
    expect((await restarted.history(arn)).at(-1)?.type).toBe('ExecutionFailed');
  });
});

test('closing the cloud leaves jobs that tasks wait for alone', async () => {
  const bench = createBench({
    'sagemaker.CreateTransformJob': () => ({}),
    'sagemaker.DescribeTransformJob': () => ({ TransformJobStatus: 'InProgress' }),
    'sagemaker.StopTransformJob': () => ({}),
  });
  const task = only({
    Type: 'Task',
    Resource: 'arn:aws:states:::sagemaker:createTransformJob.sync',
    Arguments: '{% $states.input %}',
  });
  await bench.start(await bench.create(task), {
    TransformJobName: 'j',
    ModelName: 'm',
    TransformInput: { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://b/in' } } },
    TransformOutput: { S3OutputPath: 's3://b/out' },
    TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
  });
  await settle(bench, 1);
  await bench.service.stop?.();
  const operations = bench.cloud.calls.map(({ operation }) => operation);
  expect(operations).toContain('DescribeTransformJob');
  expect(operations).not.toContain('StopTransformJob');
});
