import { describe, expect, test } from 'vitest';
import { createBench, functionAnswer, invokeWork, only } from '../testing.ts';

const branch = (state: object, name = 'S') => ({
  StartAt: name,
  States: { [name]: { End: true, ...state } },
});

describe('Parallel', () => {
  test('gives the outputs in the order of the branches, whichever ends first', async () => {
    const run = await createBench().run(
      only({
        Type: 'Parallel',
        Arguments: { n: '{% $states.input.n %}' },
        Branches: [
          branch({ Type: 'Wait', Seconds: 100, Output: '{% $states.input.n %}' }),
          branch({ Type: 'Pass', Output: '{% $states.input.n + 1 %}' }, 'T'),
        ],
        Output: '{% $states.result %}',
      }),
      { n: 1, hidden: true },
    );
    expect(run.result).toEqual([1, 2]);
    expect(Number(run.stopDate) - Number(run.startDate)).toBeLessThan(110_000);
  });

  test('branches see outer variables; what they assign stays inside', async () => {
    const run = await createBench().run({
      StartAt: 'Set',
      States: {
        Set: { Type: 'Pass', Assign: { outer: 1 }, Next: 'Both' },
        Both: {
          Type: 'Parallel',
          Branches: [
            {
              StartAt: 'In',
              States: {
                In: { Type: 'Pass', Assign: { inner: '{% $outer + 1 %}' }, Next: 'Out' },
                Out: { Type: 'Pass', Output: '{% $inner %}', End: true },
              },
            },
          ],
          Next: 'After',
        },
        After: { Type: 'Succeed', Output: '{% {"result": $states.input, "inner": $exists($inner)} %}' },
      },
    });
    // a list of one keeps its brackets: it is a value, not a sequence
    expect(run.result).toEqual({ result: [2], inner: false });
  });

  test('the first failure gives up the other branches and fails the state', async () => {
    const run = await createBench().run(
      only({
        Type: 'Parallel',
        Branches: [
          branch({ Type: 'Wait', Seconds: 1_000 }),
          { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Boom', Cause: 'no' } } },
        ],
      }),
    );
    expect(run).toMatchObject({ status: 'FAILED', error: 'Boom', cause: 'no' });
    expect(Number(run.stopDate) - Number(run.startDate)).toBeLessThan(5_000);
    expect(run.events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'ParallelStateEntered',
      'ParallelStateStarted',
      'WaitStateEntered',
      'FailStateEntered',
      'WaitStateAborted',
      'ParallelStateFailed',
      'ExecutionFailed',
    ]);
  });

  test('Retry runs all branches again', async () => {
    let calls = 0;
    const bench = createBench({
      'lambda.Invoke': () => {
        calls += 1;
        return calls === 1 ? functionAnswer({ errorType: 'Boom' }, 'Unhandled') : functionAnswer(calls);
      },
    });
    const run = await bench.run(
      only({
        Type: 'Parallel',
        Branches: [branch(invokeWork())],
        Retry: [{ ErrorEquals: ['Boom'] }],
      }),
    );
    expect(run.result).toEqual([2]);
  });

  test('events of each branch follow one another, and the branches start from ParallelStateStarted', async () => {
    const run = await createBench().run(
      only({ Type: 'Parallel', Branches: [branch({ Type: 'Pass' }), branch({ Type: 'Pass' }, 'T')] }),
    );
    expect(run.events.map(({ id }) => id)).toEqual(run.events.map((_, index) => index + 1));
    const started = run.events.find(({ type }) => type === 'ParallelStateStarted');
    const entered = run.events.filter(({ type }) => type === 'PassStateEntered');
    expect(entered.map(({ previousEventId }) => previousEventId)).toEqual([started?.id, started?.id]);
    for (const exit of run.events.filter(({ type }) => type === 'PassStateExited')) {
      expect(entered.map(({ id }) => id)).toContain(exit.previousEventId);
    }
    expect(run.events.slice(0, 2).map(({ previousEventId }) => previousEventId)).toEqual([0, 0]);
  });
});

describe('Map', () => {
  test('runs each item through ItemSelector, in the order of the items', async () => {
    const run = await createBench().run(
      only({
        Type: 'Map',
        Items: '{% $states.input.list %}',
        ItemSelector: {
          at: '{% $states.context.Map.Item.Index %}',
          value: '{% $states.context.Map.Item.Value %}',
          all: '{% $count($states.input.list) %}',
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          ...branch({ Type: 'Wait', Seconds: '{% 10 - $states.input.at %}' }),
        },
      }),
      { list: ['a', 'b'] },
    );
    expect(run.result).toEqual([
      { at: 0, value: 'a', all: 2 },
      { at: 1, value: 'b', all: 2 },
    ]);
    expect(run.events.find(({ type }) => type === 'MapStateStarted')?.mapStateStartedEventDetails).toEqual({
      length: 2,
    });
    expect(run.events.filter(({ type }) => type === 'MapIterationSucceeded')).toHaveLength(2);
  });

  test.each([
    [1, 30],
    [2, 20],
    ['{% 3 %}', 10],
  ])('MaxConcurrency %s takes %i seconds for three items of ten', async (MaxConcurrency, seconds) => {
    const run = await createBench().run(
      only({
        Type: 'Map',
        Items: [1, 2, 3],
        MaxConcurrency,
        ItemProcessor: branch({ Type: 'Wait', Seconds: 10 }),
      }),
    );
    const tookSeconds = (Number(run.stopDate) - Number(run.startDate)) / 1_000;
    expect(tookSeconds).toBeGreaterThanOrEqual(seconds);
    expect(tookSeconds).toBeLessThan(seconds + 5);
  });

  test('no items give an empty list', async () => {
    const run = await createBench().run(
      only({ Type: 'Map', Items: [], ItemProcessor: branch({ Type: 'Pass' }) }),
    );
    expect(run.result).toEqual([]);
  });

  test('a failed item fails the state and starts no more', async () => {
    const run = await createBench().run(
      only({
        Type: 'Map',
        Items: ['x', 1, 2],
        MaxConcurrency: 1,
        ItemProcessor: branch({ Type: 'Pass', Output: '{% $states.input + 1 %}' }),
      }),
    );
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    const types = run.events.map(({ type }) => type);
    expect(types.filter((type) => type === 'MapIterationStarted')).toHaveLength(1);
    expect(types.slice(-3)).toEqual(['MapIterationFailed', 'MapStateFailed', 'ExecutionFailed']);
  });

  test('Items that are no list are an evaluation error', async () => {
    const run = await createBench().run(
      only({ Type: 'Map', Items: '{% 5 %}', ItemProcessor: branch({ Type: 'Pass' }) }),
    );
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });

  test('JSONPath: ItemsPath, ItemSelector and ResultPath', async () => {
    const run = await createBench().run(
      {
        QueryLanguage: 'JSONPath',
        ...only({
          Type: 'Map',
          ItemsPath: '$.list',
          ItemSelector: { 'value.$': '$$.Map.Item.Value', 'k.$': '$.k' },
          ItemProcessor: branch({ Type: 'Pass', OutputPath: '$.value' }),
          ResultPath: '$.done',
        }),
      },
      { list: [1, 2], k: 'v' },
    );
    expect(run.result).toEqual({ list: [1, 2], k: 'v', done: [1, 2] });
  });
});
