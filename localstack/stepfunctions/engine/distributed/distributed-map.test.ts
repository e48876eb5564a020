import type { ExecutionListItem, MapRunListItem } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import type { Bench } from '../../testing.ts';
import { benchWithObjects, distributed, jsonPath, reader } from './testing.ts';

const FAIL_ON_ZERO = {
  Type: 'Pass',
  Output: "{% $states.input = 0 ? $error('no zeros') : $states.input %}",
};

async function mapRunOf(bench: Bench, executionArn: string | undefined) {
  const { mapRuns } = await bench.call<{ mapRuns: MapRunListItem[] }>('ListMapRuns', { executionArn });
  return bench.call<Record<string, unknown>>('DescribeMapRun', { mapRunArn: mapRuns[0]?.mapRunArn });
}

describe('a distributed Map', () => {
  test('gives the outputs of its child executions, and tells of its run as AWS does', async () => {
    // histories and shapes recorded from AWS: localstack/localstack, test_map_state_label and
    // test_map_item_reader_base_json_max_items_jsonata
    const bench = benchWithObjects({});
    const run = await bench.run(distributed({ Label: 'TestMap' }), ['Hello', 'World']);
    expect(run).toMatchObject({ status: 'SUCCEEDED', result: ['Hello', 'World'] });
    expect(run.events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'MapStateEntered'],
      [3, 2, 'MapStateStarted'],
      [4, 3, 'MapRunStarted'],
      [5, 4, 'MapRunSucceeded'],
      [6, 5, 'MapStateSucceeded'],
      [7, 4, 'MapStateExited'],
      [8, 7, 'ExecutionSucceeded'],
    ]);
    expect(run.events[2]?.mapStateStartedEventDetails).toEqual({ length: 2 });
    const arn = String(run.events[3]?.mapRunStartedEventDetails?.mapRunArn);
    expect(arn).toMatch(/^arn:aws:states:us-east-1:000000000000:mapRun:machine-1\/TestMap:[0-9a-f-]{36}$/);
    const counts = {
      pending: 0,
      running: 0,
      succeeded: 2,
      failed: 0,
      timedOut: 0,
      aborted: 0,
      total: 2,
      resultsWritten: 2,
      failuresNotRedrivable: 0,
      pendingRedrive: 0,
    };
    expect(await mapRunOf(bench, run.executionArn)).toMatchObject({
      mapRunArn: arn,
      executionArn: run.executionArn,
      status: 'SUCCEEDED',
      maxConcurrency: 0,
      toleratedFailurePercentage: 0,
      toleratedFailureCount: 0,
      itemCounts: counts,
      executionCounts: counts,
      redriveCount: 0,
    });
  });

  test('child executions have ARNs, contexts and definitions of their own', async () => {
    const bench = benchWithObjects({});
    const run = await bench.run(
      distributed(
        { Label: 'L', ItemSelector: { index: '{% $states.context.Map.Item.Index %}' } },
        { Type: 'Pass', Output: '{% $states.context %}' },
      ),
      ['a'],
    );
    const [context] = run.result as { Execution: Record<string, unknown>; StateMachine: object }[];
    const machine = 'arn:aws:states:us-east-1:000000000000:stateMachine:machine-1/L';
    expect(context).toMatchObject({
      Execution: { Input: { index: 0 }, RedriveCount: 0 },
      StateMachine: { Id: machine, Name: 'machine-1' },
      State: { Name: 'Child' },
    });
    const executionArn = String(context?.Execution.Id);
    expect(executionArn).toMatch(
      /^arn:aws:states:us-east-1:000000000000:execution:machine-1\/L:[0-9a-f]{8}-[0-9a-f]{4}-3[0-9a-f]{3}-/,
    );
    const mapRunArn = run.events[3]?.mapRunStartedEventDetails?.mapRunArn;
    expect(await bench.describe(executionArn)).toMatchObject({ stateMachineArn: machine, mapRunArn });
    expect(await bench.call('DescribeStateMachineForExecution', { executionArn })).toMatchObject({
      stateMachineArn: machine,
      name: 'machine-1',
      label: 'L',
      mapRunArn,
      definition: expect.not.stringContaining('ProcessorConfig'),
    });
    const listed = await bench.call<{ executions: ExecutionListItem[] }>('ListExecutions', { mapRunArn });
    expect(listed.executions).toMatchObject([
      { executionArn, stateMachineArn: machine, mapRunArn, itemCount: 1, redriveCount: 0 },
    ]);
    const own = await bench.call<{ executions: object[] }>('ListExecutions', {
      stateMachineArn: run.stateMachineArn,
    });
    expect(own.executions).toHaveLength(1);
    expect((await bench.history(executionArn)).map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('asks for states:StartExecution on its own state machine', async () => {
    const bench = benchWithObjects({});
    const run = await bench.run(distributed({}), [1]);
    const asked = bench.cloud.authorized.flatMap(({ requests }) => requests);
    expect(asked).toContainEqual({ action: 'states:StartExecution', resource: run.stateMachineArn });
  });

  test('fails with the first failure when none is tolerated; what has not started stays pending', async () => {
    const bench = benchWithObjects({});
    const run = await bench.run(distributed({ MaxConcurrency: 1 }, FAIL_ON_ZERO), [1, 0, 2, 3]);
    const error = 'States.ExceedToleratedFailureThreshold';
    const cause = 'The specified tolerated failure threshold was exceeded';
    expect(run).toMatchObject({ status: 'FAILED', error, cause });
    expect(run.events.slice(4)).toMatchObject([
      { id: 5, previousEventId: 4, type: 'MapRunFailed', mapRunFailedEventDetails: { error, cause } },
      { id: 6, previousEventId: 5, type: 'MapStateFailed' },
      { id: 7, previousEventId: 6, type: 'ExecutionFailed' },
    ]);
    expect(await mapRunOf(bench, run.executionArn)).toMatchObject({
      status: 'FAILED',
      itemCounts: { pending: 2, succeeded: 1, failed: 1, total: 4 },
    });
  });

  test.each([
    [{ ToleratedFailureCount: 1 }, 'SUCCEEDED'],
    [{ ToleratedFailureCount: '{% 0 %}', ToleratedFailurePercentage: 25 }, 'SUCCEEDED'],
    [{ ToleratedFailurePercentage: 24.9 }, 'FAILED'],
    [{ ToleratedFailureCount: 2, ToleratedFailurePercentage: 10 }, 'FAILED'],
  ])('with %j one failure of four ends %s', async (tolerance, status) => {
    const bench = benchWithObjects({});
    const run = await bench.run(distributed(tolerance, FAIL_ON_ZERO), [1, 0, 2, 3]);
    expect(run.status).toBe(status);
    if (status === 'FAILED') return;
    const [first, failed] = run.result as [number, Record<string, unknown>];
    expect(first).toBe(1);
    // AWS gives a failed execution's own description, whatever the transformation
    expect(failed).toMatchObject({
      Status: 'FAILED',
      Error: 'States.QueryEvaluationError',
      Input: '0',
      RedriveStatus: 'REDRIVABLE_BY_MAP_RUN',
      OutputDetails: { Included: true },
    });
  });

  test.each([
    ['ToleratedFailureCount', -1, 'ToleratedFailureCount cannot be negative.'],
    [
      'ToleratedFailureCount',
      'NoNumber',
      'The ToleratedFailureCountPath field refers to value "NoNumber" which is not a valid integer: $.n',
    ],
    ['ToleratedFailurePercentage', 100.1, 'ToleratedFailurePercentage must be between 0 and 100.'],
    [
      'ToleratedFailurePercentage',
      {},
      'The ToleratedFailurePercentagePath field refers to value "{}" which is not a valid float: $.n',
    ],
  ])('%s of %j fails in AWS’s words', async (field, n, cause) => {
    // recorded from AWS: localstack/localstack, test_map_state_tolerated_failure_*_path
    const definition = jsonPath(distributed({ ItemsPath: '$.items', [`${field}Path`]: '$.n' }));
    const run = await benchWithObjects({}).run(definition, { items: [0], n });
    const where = "An error occurred while executing the state 'Only' (entered at the event id #2). ";
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: where + cause });
    expect(run.events.at(-2)?.type).toBe('MapStateStarted');
  });

  test('Retry begins a new run, Catch takes the failure', async () => {
    const bench = benchWithObjects({});
    const run = await bench.run(
      {
        StartAt: 'M',
        States: {
          M: {
            ...(distributed({}, FAIL_ON_ZERO) as { States: { Only: object } }).States.Only,
            End: undefined,
            Next: 'Done',
            Retry: [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], MaxAttempts: 1 }],
            Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Done', Output: '{% $states.errorOutput.Error %}' }],
          },
          Done: { Type: 'Succeed' },
        },
      },
      [0],
    );
    expect(run.result).toBe('States.ExceedToleratedFailureThreshold');
    const { mapRuns } = await bench.call<{ mapRuns: object[] }>('ListMapRuns', {
      executionArn: run.executionArn,
    });
    expect(mapRuns).toHaveLength(2);
  });

  test('UpdateMapRun lets a run have more executions at a time, while it runs', async () => {
    const bench = benchWithObjects({});
    const arn = await bench.start(
      await bench.create(distributed({ MaxConcurrency: 1 }, { Type: 'Wait', Seconds: 100 })),
      [1, 2, 3],
    );
    const advance = (seconds: number) =>
      bench.cloud.clock.advanceTo(bench.cloud.clock.now() + seconds * 1_000);
    await advance(5);
    const run = await mapRunOf(bench, arn);
    expect(run).toMatchObject({ status: 'RUNNING', executionCounts: { running: 1, pending: 2 } });
    await bench.call('UpdateMapRun', { mapRunArn: run.mapRunArn, maxConcurrency: 3 });
    expect(await mapRunOf(bench, arn)).toMatchObject({ executionCounts: { running: 3, pending: 0 } });
    await advance(101);
    expect((await bench.describe(arn)).status).toBe('SUCCEEDED');
  });

  test('StopExecution aborts the run and its child executions', async () => {
    const bench = benchWithObjects({});
    const arn = await bench.start(await bench.create(distributed({}, { Type: 'Wait', Seconds: 100 })), [1]);
    await bench.cloud.clock.advanceTo(bench.cloud.clock.now() + 5_000);
    await bench.call('StopExecution', { executionArn: arn });
    expect(await mapRunOf(bench, arn)).toMatchObject({ status: 'ABORTED', executionCounts: { aborted: 1 } });
    expect((await bench.history(arn)).map(({ type }) => type).slice(3)).toEqual([
      'MapRunStarted',
      'MapRunAborted',
      'MapStateAborted',
      'ExecutionAborted',
    ]);
  });

  test('EXPRESS child executions have no history, and end after five minutes', async () => {
    const bench = benchWithObjects({});
    const run = await bench.run(
      distributed({ ToleratedFailureCount: 1 }, { Type: 'Wait', Seconds: 301 }, 'EXPRESS'),
      [1],
    );
    const [child] = run.result as { ExecutionArn: string; Status: string }[];
    expect(child?.Status).toBe('TIMED_OUT');
    expect(child?.ExecutionArn).toContain(':express:machine-1/');
    await expect(bench.history(String(child?.ExecutionArn))).rejects.toMatchObject({
      code: 'InvalidArn',
      message: "Invalid Arn: 'Resource type not valid in this context: express'",
    });
    expect(bench.cloud.events).toHaveLength(2);
  });

  test('reads its items, and child executions start with them', async () => {
    const bench = benchWithObjects({ 'items.json': '[{"n":1},{"n":2},{"n":3}]' });
    const run = await bench.run(
      distributed({ ItemReader: reader('items.json', { InputType: 'JSON', MaxItems: '{% 2 %}' }) }),
    );
    expect(run.result).toEqual([{ n: 1 }, { n: 2 }]);
    expect(run.events[2]?.mapStateStartedEventDetails).toEqual({ length: 0 });
  });
});
