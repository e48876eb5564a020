import type { MapRunListItem } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { type Bench, createBench, functionAnswer, invokeWork, only } from '../testing.ts';
import { benchWithObjects, distributed } from './distributed/testing.ts';

/** A bench whose function `work` fails until it is mended. */
function breakable() {
  const state = { isBroken: true };
  const bench = createBench({
    'lambda.Invoke': ({ Payload }: { Payload: Uint8Array }) => {
      const input: unknown = JSON.parse(Buffer.from(Payload).toString());
      return state.isBroken && input !== 'fine'
        ? functionAnswer({ errorType: 'Broken', errorMessage: 'no' }, 'Unhandled')
        : functionAnswer(input);
    },
  });
  return { bench, state };
}

async function redriveAndSettle(bench: Bench, executionArn: string | undefined): Promise<void> {
  await bench.call('RedriveExecution', { executionArn });
  await bench.cloud.clock.advanceTo(bench.cloud.clock.now() + 3_600_000);
}

function outline(events: Awaited<ReturnType<Bench['history']>>): unknown[] {
  return events.map(({ id, previousEventId, type }) => [id, previousEventId, type]);
}

describe('RedriveExecution', () => {
  test('goes on at the state that failed, with its input and variables', async () => {
    // events as recorded from AWS: radkawar/stackd, redrive_execution.json
    const { bench, state } = breakable();
    const run = await bench.run(
      {
        StartAt: 'Set',
        States: {
          Set: { Type: 'Pass', Assign: { kept: 7 }, Next: 'Work' },
          Work: { ...invokeWork(), Next: 'Done' },
          Done: {
            Type: 'Succeed',
            Output: '{% [$states.input, $kept, $states.context.Execution.RedriveCount] %}',
          },
        },
      },
      { a: 1 },
    );
    expect(run).toMatchObject({ status: 'FAILED', redriveCount: 0, redriveStatus: 'REDRIVABLE' });
    state.isBroken = false;
    await redriveAndSettle(bench, run.executionArn);
    expect(await bench.describe(String(run.executionArn))).toMatchObject({
      status: 'SUCCEEDED',
      output: '[{"a":1},7,1]',
      redriveCount: 1,
      redriveDate: expect.any(Date),
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    });
    const events = await bench.history(String(run.executionArn));
    expect(outline(events.slice(3))).toEqual([
      [4, 3, 'TaskStateEntered'],
      [5, 4, 'TaskScheduled'],
      [6, 5, 'TaskStarted'],
      [7, 6, 'TaskFailed'],
      [8, 7, 'ExecutionFailed'],
      [9, 8, 'ExecutionRedriven'],
      [10, 4, 'TaskScheduled'],
      [11, 10, 'TaskStarted'],
      [12, 11, 'TaskSucceeded'],
      [13, 12, 'TaskStateExited'],
      [14, 13, 'SucceedStateEntered'],
      [15, 14, 'SucceedStateExited'],
      [16, 15, 'ExecutionSucceeded'],
    ]);
    expect(events[8]?.executionRedrivenEventDetails).toEqual({ redriveCount: 1 });
  });

  test('runs only the branches of a Parallel that had not succeeded', async () => {
    const { bench, state } = breakable();
    const branch = (name: string, payload: string) => ({
      StartAt: name,
      States: {
        [name]: { ...invokeWork({ Arguments: { FunctionName: 'work', Payload: payload } }), End: true },
      },
    });
    const run = await bench.run(
      only({ Type: 'Parallel', Branches: [branch('A', 'fine'), branch('B', 'bad')] }),
    );
    expect(run.status).toBe('FAILED');
    const before = bench.cloud.calls.length;
    state.isBroken = false;
    await redriveAndSettle(bench, run.executionArn);
    expect(await bench.describe(String(run.executionArn))).toMatchObject({ output: '["fine","bad"]' });
    const invoked = bench.cloud.calls.slice(before).filter(({ operation }) => operation === 'Invoke');
    expect(invoked).toHaveLength(1);
    const types = (await bench.history(String(run.executionArn))).map(({ type }) => type);
    expect(types.filter((type) => type === 'ParallelStateStarted')).toHaveLength(1);
    expect(types.slice(-3)).toEqual(['ParallelStateSucceeded', 'ParallelStateExited', 'ExecutionSucceeded']);
  });

  test('runs only the iterations of a Map that had not succeeded', async () => {
    const { bench, state } = breakable();
    const run = await bench.run(
      only({
        Type: 'Map',
        MaxConcurrency: 1,
        ItemProcessor: { StartAt: 'I', States: { I: { ...invokeWork(), End: true } } },
      }),
      ['fine', 'bad', 'later'],
    );
    expect(run.status).toBe('FAILED');
    const before = bench.cloud.calls.length;
    state.isBroken = false;
    await redriveAndSettle(bench, run.executionArn);
    expect(await bench.describe(String(run.executionArn))).toMatchObject({
      output: '["fine","bad","later"]',
    });
    expect(bench.cloud.calls.slice(before).filter(({ operation }) => operation === 'Invoke')).toHaveLength(2);
  });

  test('redrives a Map Run: the children that failed, and those that never started', async () => {
    // recorded from AWS: radkawar/stackd, redrive_map.json
    const state = { isBroken: true };
    const objects: Record<string, string> = {};
    const bench = benchWithObjects(objects, {
      'lambda.Invoke': ({ Payload }: { Payload: Uint8Array }) => {
        const input: unknown = JSON.parse(Buffer.from(Payload).toString());
        return state.isBroken && input === 0
          ? functionAnswer({ errorType: 'B' }, 'Unhandled')
          : functionAnswer(input);
      },
    });
    const ResultWriter = { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'data' } };
    const run = await bench.run(distributed({ MaxConcurrency: 1, ResultWriter }, invokeWork()), [1, 0, 2]);
    expect(run.error).toBe('States.ExceedToleratedFailureThreshold');
    state.isBroken = false;
    await redriveAndSettle(bench, run.executionArn);
    const { executionArn } = run;
    const { mapRuns } = await bench.call<{ mapRuns: MapRunListItem[] }>('ListMapRuns', { executionArn });
    expect(mapRuns).toHaveLength(1);
    const mapRunArn = String(mapRuns[0]?.mapRunArn);
    expect(await bench.call('DescribeMapRun', { mapRunArn })).toMatchObject({
      status: 'SUCCEEDED',
      redriveCount: 1,
      itemCounts: { succeeded: 3, failed: 0, pending: 0, total: 3 },
    });
    const events = await bench.history(String(executionArn));
    const redriven = events.findIndex(({ type }) => type === 'ExecutionRedriven');
    expect(events.slice(redriven + 1).map(({ type }) => type)).toEqual([
      'MapRunRedriven',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
    const manifestKey = `${mapRunArn.split(':').at(-1)}/Redrive-1/manifest.json`;
    const { ResultFiles } = JSON.parse(objects[manifestKey] ?? '{}') as {
      ResultFiles: { SUCCEEDED: object[] };
    };
    expect(ResultFiles.SUCCEEDED).toHaveLength(2);
  });

  test('refuses what cannot be redriven; a client token makes it idempotent', async () => {
    const { bench, state } = breakable();
    const run = await bench.run(only(invokeWork()));
    state.isBroken = false;
    const { executionArn } = run;
    const redrive = () => bench.call('RedriveExecution', { executionArn, clientToken: 't' });
    const first = await redrive();
    expect(await redrive()).toEqual(first);
    await bench.cloud.clock.advanceTo(bench.cloud.clock.now() + 1_000);
    await expect(bench.call('RedriveExecution', { executionArn })).rejects.toMatchObject({
      code: 'ExecutionNotRedrivable',
      message: `Execution ${executionArn} invalid for redrive as: Execution is SUCCEEDED and cannot be redriven`,
    });
  });

  test('a Wait state begins anew', async () => {
    const bench = createBench();
    const arn = await bench.start(await bench.create(only({ Type: 'Wait', Seconds: 100 })));
    await bench.cloud.clock.advanceTo(bench.cloud.clock.now() + 90_000);
    await bench.call('StopExecution', { executionArn: arn });
    await bench.call('RedriveExecution', { executionArn: arn });
    await bench.cloud.clock.advanceTo(bench.cloud.clock.now() + 90_000);
    expect((await bench.describe(arn)).status).toBe('RUNNING');
    await bench.cloud.clock.advanceTo(bench.cloud.clock.now() + 11_000);
    expect((await bench.describe(arn)).status).toBe('SUCCEEDED');
  });
});
