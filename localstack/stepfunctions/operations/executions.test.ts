import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { type Bench, createBench, functionAnswer, invokeWork, only } from '../testing.ts';

const WAIT = only({ Type: 'Wait', Seconds: 100 });
const PASS = only({ Type: 'Pass' });

async function settle({ cloud }: Bench, seconds = 0): Promise<void> {
  await cloud.clock.advanceTo(cloud.clock.now() + seconds * 1_000);
}

describe('StartExecution', () => {
  test('the same name and input give the running execution; another input does not', async () => {
    const bench = createBench();
    const machine = await bench.create(WAIT);
    const arn = await bench.start(machine, { a: 1 }, 'run-1');
    expect(await bench.start(machine, { a: 1 }, 'run-1')).toBe(arn);
    await expect(bench.start(machine, { a: 2 }, 'run-1')).rejects.toMatchObject({
      code: 'ExecutionAlreadyExists',
      message: `Execution Already Exists: '${arn}'`,
    });
    expect(
      bench.cloud.events.filter(({ detail }) => (detail as { status: string }).status === 'RUNNING'),
    ).toHaveLength(1);
  });

  test('a name stays taken for 90 days after its execution has ended', async () => {
    const bench = createBench();
    const machine = await bench.create(PASS);
    const arn = await bench.start(machine, {}, 'run-1');
    await settle(bench, 89 * 86_400);
    await expect(bench.start(machine, {}, 'run-1')).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
    await settle(bench, 86_401);
    expect(await bench.start(machine, {}, 'run-1')).toBe(arn);
    await settle(bench);
    expect((await bench.history(arn)).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  });

  test.each(['', 'a b', 'a:b', 'a/b', 'x'.repeat(81), 'a*'])('refuses the name %j', async (name) => {
    const bench = createBench();
    const stateMachineArn = await bench.create(PASS);
    await expect(bench.call('StartExecution', { stateMachineArn, name })).rejects.toMatchObject({
      code: 'InvalidName',
    });
  });

  test('refuses input that is no JSON or too large, and machines that do not exist', async () => {
    const bench = createBench();
    const stateMachineArn = await bench.create(PASS);
    const start = (input: object) => bench.call('StartExecution', { stateMachineArn, ...input });
    await expect(start({ input: '{' })).rejects.toMatchObject({ code: 'InvalidExecutionInput' });
    await expect(start({ input: `"${'x'.repeat(262_143)}"` })).rejects.toMatchObject({
      code: 'ValidationException',
    });
    await expect(start({ stateMachineArn: `${stateMachineArn}x` })).rejects.toMatchObject({
      code: 'StateMachineDoesNotExist',
    });
    await expect(start({ stateMachineArn: `${stateMachineArn}:1` })).rejects.toMatchObject({
      code: 'NotImplementedByLocalCloud',
    });
  });

  test('tells of start and end on the default bus and in metrics', async () => {
    const bench = createBench();
    const run = await bench.run(only({ Type: 'Pass', Output: { b: 1 } }), { a: 1 });
    expect(bench.cloud.events).toMatchObject([
      {
        source: 'aws.states',
        detailType: 'Step Functions Execution Status Change',
        detail: { status: 'RUNNING', stopDate: null },
      },
      {
        resources: [run.executionArn],
        detail: {
          executionArn: run.executionArn,
          stateMachineArn: run.stateMachineArn,
          name: run.name,
          status: 'SUCCEEDED',
          startDate: run.startDate?.getTime(),
          stopDate: run.stopDate?.getTime(),
          input: '{"a":1}',
          output: '{"b":1}',
          inputDetails: { included: true },
        },
      },
    ]);
    const metrics = bench.cloud.calls.filter(({ operation }) => operation === 'PutMetricData');
    const names = metrics.flatMap(({ input }) =>
      (input as { MetricData: { MetricName: string }[] }).MetricData.map(({ MetricName }) => MetricName),
    );
    expect(names).toEqual(['ExecutionsStarted', 'ExecutionsSucceeded', 'ExecutionTime']);
  });
});

describe('lists and histories', () => {
  test('executions come newest first, by status, in pages', async () => {
    const bench = createBench();
    const machine = await bench.create(PASS);
    for (const name of ['a', 'b', 'c']) {
      await bench.start(machine, {}, name);
      await settle(bench, 1);
    }
    const list = (more: object) =>
      bench.call<{ executions: { name: string }[]; nextToken?: string }>('ListExecutions', {
        stateMachineArn: machine,
        ...more,
      });
    const first = await list({ maxResults: 2 });
    expect(first.executions.map(({ name }) => name)).toEqual(['c', 'b']);
    const second = await list({ maxResults: 2, nextToken: first.nextToken });
    expect(second.executions.map(({ name }) => name)).toEqual(['a']);
    expect(second.nextToken).toBeUndefined();
    expect((await list({ statusFilter: 'RUNNING' })).executions).toEqual([]);
  });

  test('a history in pages, backwards, and without data', async () => {
    const bench = createBench();
    const { executionArn } = await bench.run(PASS, { secret: 1 });
    const history = (more: object) =>
      bench.call<{ events: HistoryEvent[]; nextToken?: string }>('GetExecutionHistory', {
        executionArn,
        ...more,
      });
    const backwards = await history({ reverseOrder: true, maxResults: 3 });
    expect(backwards.events.map(({ id }) => id)).toEqual([4, 3, 2]);
    expect(
      (await history({ reverseOrder: true, maxResults: 3, nextToken: backwards.nextToken })).events,
    ).toHaveLength(1);
    const bare = await history({ includeExecutionData: false });
    expect(JSON.stringify(bare)).not.toContain('secret');
    expect(bare.events[1]?.stateEnteredEventDetails).toEqual({ name: 'Only' });
  });
});

describe('StopExecution', () => {
  test('ends a wait with the error that it is given', async () => {
    const bench = createBench();
    const arn = await bench.start(await bench.create(WAIT));
    await settle(bench, 5);
    const { stopDate } = await bench.call<{ stopDate: Date }>('StopExecution', {
      executionArn: arn,
      error: 'E',
      cause: 'C',
    });
    expect(await bench.describe(arn)).toMatchObject({ status: 'ABORTED', error: 'E', cause: 'C', stopDate });
    expect((await bench.history(arn)).at(-1)).toMatchObject({
      type: 'ExecutionAborted',
      executionAbortedEventDetails: { error: 'E', cause: 'C' },
    });
  });

  test('does not wait for a function that is running', async () => {
    const bench = createBench({
      'lambda.Invoke': async () => {
        await new Promise((resolve) => setTimeout(resolve, 500));
        return functionAnswer(1);
      },
    });
    const arn = await bench.start(await bench.create(only(invokeWork())));
    const before = Date.now();
    await bench.call('StopExecution', { executionArn: arn });
    expect(Date.now() - before).toBeLessThan(300);
    await settle(bench);
    expect((await bench.describe(arn)).status).toBe('ABORTED');
  });
});
