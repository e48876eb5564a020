import { describe, expect, test, vi } from 'vitest';
import { AwsError, NotImplementedByLocalCloud } from '../../core/errors.ts';
import { createBench, functionAnswer, invokeWork, only } from '../testing.ts';
import { matchesError } from './failure.ts';
import { retryDelayMs } from './retry.ts';

const BOOM = functionAnswer({ errorType: 'Boom', errorMessage: 'no', trace: [] }, 'Unhandled');

/** A function that fails `failures` times and then answers. */
function failing(failures: number, failure: object = BOOM) {
  const times: number[] = [];
  const answers = {
    'lambda.Invoke': (_input: object, call: { now: Date }) => {
      times.push(call.now.getTime());
      return times.length <= failures ? failure : functionAnswer('done');
    },
  };
  return { times, answers };
}

describe('matchesError', () => {
  test.each([
    [['States.ALL'], 'Boom', true],
    [['States.ALL'], 'States.Timeout', true],
    [['States.ALL'], 'States.DataLimitExceeded', false],
    [['States.ALL'], 'States.Runtime', false],
    [['States.Runtime'], 'States.Runtime', false],
    [['States.DataLimitExceeded'], 'States.DataLimitExceeded', true],
    [['States.TaskFailed'], 'Boom', true],
    [['States.TaskFailed'], 'States.Timeout', false],
    [['Boo', 'Boom'], 'Boom', true],
    [['boom'], 'Boom', false],
    [['States.ALL'], 'NotImplementedByLocalCloud', false],
  ])('%j and %s: %s', (errorEquals, error, expected) => {
    expect(matchesError(errorEquals, error)).toBe(expected);
  });
});

describe('retryDelayMs', () => {
  const retrier = { ErrorEquals: ['A'] };
  test('doubles from one second by default', () => {
    expect([0, 1, 2].map((made) => retryDelayMs(retrier, made, 0.5))).toEqual([1_000, 2_000, 4_000]);
  });
  test('is capped by MaxDelaySeconds and spread by full jitter', () => {
    const capped = { ...retrier, IntervalSeconds: 3, BackoffRate: 2, MaxDelaySeconds: 5 };
    expect([0, 1, 2].map((made) => retryDelayMs(capped, made, 0.5))).toEqual([3_000, 5_000, 5_000]);
    expect(retryDelayMs({ ...capped, JitterStrategy: 'FULL' }, 2, 0.5)).toBe(2_500);
  });
});

describe('Retry', () => {
  test('tries again after the interval, counts in the context, and gives up after MaxAttempts', async () => {
    const { times, answers } = failing(9);
    const run = await createBench(answers).run({
      StartAt: 'Work',
      States: {
        Work: invokeWork({
          Retry: [{ ErrorEquals: ['Boom'], IntervalSeconds: 10, BackoffRate: 2, MaxAttempts: 2 }],
          Catch: [
            { ErrorEquals: ['States.ALL'], Next: 'Caught', Output: '{% $states.context.State.RetryCount %}' },
          ],
          Next: 'Caught',
        }),
        Caught: { Type: 'Succeed' },
      },
    });
    expect(run.result).toBe(2);
    const gaps = times.slice(1).map((time, index) => Math.round((time - (times[index] as number)) / 1_000));
    expect(gaps).toEqual([10, 20]);
  });

  test('each retrier has its own count, and the first that matches decides', async () => {
    let calls = 0;
    const bench = createBench({
      'lambda.Invoke': () => {
        calls += 1;
        return calls === 5
          ? functionAnswer('done')
          : functionAnswer({ errorType: calls % 2 ? 'A' : 'B' }, 'Handled');
      },
    });
    const Retry = [
      { ErrorEquals: ['A'], MaxAttempts: 2 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 2 },
    ];
    expect((await bench.run(only(invokeWork({ Retry })))).result).toBe('done');
    expect(calls).toBe(5);
  });

  test('MaxAttempts 0 never tries again', async () => {
    const { times, answers } = failing(1);
    const run = await createBench(answers).run(
      only(invokeWork({ Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 0 }] })),
    );
    expect(run).toMatchObject({ status: 'FAILED', error: 'Boom' });
    expect(times).toHaveLength(1);
  });
});

describe('Catch', () => {
  const caught = (state: object, more: object = {}) => ({
    StartAt: 'Work',
    States: {
      Work: { ...state, Next: 'Done', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Done', ...more }] },
      Done: { Type: 'Succeed' },
    },
  });

  test('hands on the error output: the name and payload of the function', async () => {
    const run = await createBench(failing(1).answers).run(caught(invokeWork()));
    expect(run.result).toEqual({
      Error: 'Boom',
      Cause: '{"errorType":"Boom","errorMessage":"no","trace":[]}',
    });
  });

  test('Output and Assign see $states.errorOutput', async () => {
    const definition = caught(invokeWork(), {
      Assign: { why: '{% $parse($states.errorOutput.Cause).errorMessage %}' },
      Output: { error: '{% $states.errorOutput.Error %}', kept: '{% $states.input %}' },
    }) as { States: Record<string, object> };
    definition.States.Done = { Type: 'Succeed', Output: '{% $merge([$states.input, {"why": $why}]) %}' };
    const run = await createBench(failing(1).answers).run(definition, { a: 1 });
    expect(run.result).toEqual({ error: 'Boom', kept: { a: 1 }, why: 'no' });
  });

  test('takes a failed Output of the task itself, told with the state', async () => {
    const bench = createBench({ 'lambda.Invoke': () => functionAnswer({}) });
    const run = await bench.run(caught(invokeWork({ Output: '{% $states.result.Payload.absent %}' })));
    expect(run.result).toMatchObject({ Error: 'States.QueryEvaluationError' });
    expect((run.result as { Cause: string }).Cause).toMatch(
      /^An error occurred while executing the state 'Work' \(entered at the event id #2\)\. The JSONata/,
    );
  });

  test('works on Parallel and on Map', async () => {
    const branch = { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Boom', Cause: 'no' } } };
    const parallel = await createBench().run(caught({ Type: 'Parallel', Branches: [branch] }));
    expect(parallel.result).toEqual({ Error: 'Boom', Cause: 'no' });
    const map = await createBench().run(caught({ Type: 'Map', Items: [1], ItemProcessor: branch }));
    expect(map.result).toEqual({ Error: 'Boom', Cause: 'no' });
  });

  test('does not see States.DataLimitExceeded under States.ALL', async () => {
    const run = await createBench({
      'lambda.Invoke': () => functionAnswer('x'.repeat(262_145)),
    }).run(caught(invokeWork()));
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  test('JSONPath: ResultPath puts the error output into the input', async () => {
    const run = await createBench(failing(1).answers).run(
      {
        QueryLanguage: 'JSONPath',
        StartAt: 'Work',
        States: {
          Work: {
            Type: 'Task',
            Resource: 'arn:aws:states:::lambda:invoke',
            Parameters: { FunctionName: 'work', 'Payload.$': '$' },
            Catch: [{ ErrorEquals: ['Boom'], ResultPath: '$.error', Next: 'Done' }],
            Next: 'Done',
          },
          Done: { Type: 'Succeed' },
        },
      },
      { a: 1 },
    );
    expect(run.result).toMatchObject({ a: 1, error: { Error: 'Boom' } });
  });
});

describe('names of errors', () => {
  test.each([
    [new AwsError('ResourceNotFoundException', 'gone', { status: 404 }), 'Lambda.ResourceNotFoundException'],
    [new AwsError('TooManyRequestsException', 'slow', { status: 429 }), 'Lambda.TooManyRequestsException'],
    [new AwsError('AccessDeniedException', 'not authorized', { status: 403 }), 'Lambda.AWSLambdaException'],
  ])('of Lambda itself: %s', async (thrown, error) => {
    const bench = createBench({
      'lambda.Invoke': () => {
        throw thrown;
      },
    });
    expect(await bench.run(only(invokeWork()))).toMatchObject({ status: 'FAILED', error });
  });

  test('a function without an error type is Lambda.Unknown', async () => {
    const run = await createBench(
      failing(1, functionAnswer({ errorMessage: 'late' }, 'Unhandled')).answers,
    ).run(only(invokeWork()));
    expect(run).toMatchObject({
      error: 'Lambda.Unknown',
      cause:
        'The cause could not be determined because Lambda did not return an error type. Returned payload: {"errorMessage":"late"}',
    });
  });

  test('what the local cloud lacks cannot be caught, and is printed', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
    const bench = createBench({
      'lambda.Invoke': () => {
        throw new NotImplementedByLocalCloud('lambda Invoke with ClientContext');
      },
    });
    const run = await bench.run({
      StartAt: 'Work',
      States: {
        Work: invokeWork({ Next: 'Done', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Done' }] }),
        Done: { Type: 'Succeed' },
      },
    });
    expect(run).toMatchObject({ status: 'FAILED', error: 'NotImplementedByLocalCloud' });
    expect(printed).toHaveBeenCalledWith(expect.stringContaining('lambda Invoke with ClientContext'));
    printed.mockRestore();
  });
});
