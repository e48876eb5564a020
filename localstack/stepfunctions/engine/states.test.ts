import { describe, expect, test } from 'vitest';
import { createBench, only } from '../testing.ts';

describe('data through JSONata states', () => {
  test('Pass hands on its input, or its Output, and assigns variables for later states', async () => {
    const run = await createBench().run(
      {
        StartAt: 'A',
        States: {
          A: { Type: 'Pass', Assign: { n: '{% $states.input.n + 1 %}', old: 1 }, Next: 'B' },
          B: { Type: 'Pass', Assign: { n: '{% $n + 1 %}' }, Output: { seen: '{% $n %}' }, Next: 'C' },
          C: { Type: 'Succeed', Output: { n: '{% $n %}', b: '{% $states.input.seen %}', old: '{% $old %}' } },
        },
      },
      { n: 1 },
    );
    // B's Output sees the variables as they were before B assigned
    expect(run).toMatchObject({ status: 'SUCCEEDED', result: { n: 3, b: 2, old: 1 } });
  });

  test('the context object tells of execution, machine and state', async () => {
    const bench = createBench();
    const run = await bench.run(only({ Type: 'Pass', Output: '{% $states.context %}' }), { a: 1 });
    expect(run.result).toMatchObject({
      Execution: {
        Id: run.executionArn,
        Name: run.name,
        Input: { a: 1 },
        RoleArn: 'arn:aws:iam::000000000000:role/workflow',
        StartTime: run.startDate?.toISOString(),
      },
      StateMachine: { Id: run.stateMachineArn, Name: 'machine-1' },
      State: { Name: 'Only' },
    });
  });

  test('Choice takes the first rule that matches, with its Output and Assign, else Default', async () => {
    const definition = {
      StartAt: 'Which',
      States: {
        Which: {
          Type: 'Choice',
          Choices: [
            {
              Condition: '{% $states.input.n > 10 %}',
              Next: 'Done',
              Output: 'large',
              Assign: { way: 'first' },
            },
            {
              Condition: '{% $states.input.n > 5 %}',
              Next: 'Done',
              Output: 'middle',
              Assign: { way: 'second' },
            },
          ],
          Default: 'Done',
          Output: 'small',
          Assign: { way: 'default' },
        },
        Done: { Type: 'Succeed', Output: '{% $states.input & " " & $way %}' },
      },
    };
    const bench = createBench();
    expect((await bench.run(definition, { n: 11 })).result).toBe('large first');
    expect((await bench.run(definition, { n: 10 })).result).toBe('middle second');
    expect((await bench.run(definition, { n: 0 })).result).toBe('small default');
  });

  test('a condition that is not a boolean fails the execution with the cause as AWS words it', async () => {
    const run = await createBench().run({
      StartAt: 'Which',
      States: {
        Which: { Type: 'Choice', Choices: [{ Condition: '{% "yes" %}', Next: 'Done' }] },
        Done: { Type: 'Succeed' },
      },
    });
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(run.cause).toBe(
      "An error occurred while executing the state 'Which' (entered at the event id #2). The JSONata expression '\"yes\"' specified for the field 'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean', but was 'string' for value: \"yes\"",
    );
    expect(run.events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'ChoiceStateEntered',
      'EvaluationFailed',
      'ExecutionFailed',
    ]);
    expect(run.events[2]?.evaluationFailedEventDetails).toMatchObject({
      error: 'States.QueryEvaluationError',
      location: 'Choices[0]/Condition',
      state: 'Which',
    });
  });

  test('no rule and no default is States.NoChoiceMatched', async () => {
    const run = await createBench().run({
      StartAt: 'Which',
      States: {
        Which: { Type: 'Choice', Choices: [{ Condition: false, Next: 'Done' }] },
        Done: { Type: 'Succeed' },
      },
    });
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });

  test('Fail evaluates Error and Cause, which stay as they are', async () => {
    const run = await createBench().run(
      {
        StartAt: 'No',
        States: {
          No: { Type: 'Fail', Error: '{% $states.input.e %}', Cause: "{% 'because ' & $states.input.c %}" },
        },
      },
      { e: 'RejectedByGate', c: 'worse' },
    );
    expect(run).toMatchObject({ status: 'FAILED', error: 'RejectedByGate', cause: 'because worse' });
    expect(run.events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'FailStateEntered',
      'ExecutionFailed',
    ]);
  });

  test('an output over 256 KiB is States.DataLimitExceeded', async () => {
    const fits = await createBench().run(only({ Type: 'Pass', Output: "{% $pad('', 262142, 'x') %}" }));
    expect(fits.status).toBe('SUCCEEDED');
    const tooLarge = await createBench().run(only({ Type: 'Pass', Output: "{% $pad('', 262143, 'x') %}" }));
    expect(tooLarge).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });
});

describe('Wait', () => {
  const wait = (fields: object) => ({
    StartAt: 'Wait',
    States: {
      Wait: { Type: 'Wait', ...fields, Next: 'Done' },
      Done: { Type: 'Succeed', Output: '{% $millis() %}' },
    },
  });

  test('for seconds from an expression, on the clock of the cloud', async () => {
    const run = await createBench().run(
      wait({ Seconds: '{% $states.input.days * 86400 %}' }),
      { days: 3 },
      4 * 86_400,
    );
    const waitedMs = Number(run.result) - Number(run.startDate?.getTime());
    expect(run.status).toBe('SUCCEEDED');
    expect(waitedMs).toBeGreaterThanOrEqual(3 * 86_400_000);
    expect(waitedMs).toBeLessThan(3 * 86_400_000 + 5_000);
  });

  test('until a timestamp, which may be past', async () => {
    const bench = createBench();
    const at = new Date(bench.cloud.clock.now() + 60_000).toISOString();
    const run = await bench.run(wait({ Timestamp: '{% $states.input.at %}' }), { at }, 120);
    expect(Number(run.result)).toBeGreaterThanOrEqual(Date.parse(at));
    const past = await bench.run(wait({ Timestamp: '2020-01-01T00:00:00Z' }), {}, 1);
    expect(past.status).toBe('SUCCEEDED');
  });

  test('refuses an expression that is no number', async () => {
    const run = await createBench().run(wait({ Seconds: "{% 'x' %}" }));
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });

  test("is cut by the state machine's time-out, which no Catch sees", async () => {
    const run = await createBench().run({ ...wait({ Seconds: 1_000 }), TimeoutSeconds: 10 }, {}, 20);
    expect(run.status).toBe('TIMED_OUT');
    expect(run.error).toBeUndefined();
    expect(Number(run.stopDate) - Number(run.startDate)).toBeLessThan(11_000);
    expect(run.events.at(-1)).toMatchObject({
      type: 'ExecutionTimedOut',
      previousEventId: 0,
      executionTimedOutEventDetails: { error: 'States.Timeout' },
    });
  });
});

describe('data through JSONPath states', () => {
  const jsonPath = (container: object) => ({ QueryLanguage: 'JSONPath', ...container });

  test('InputPath, Parameters, ResultPath and OutputPath of a Pass', async () => {
    const run = await createBench().run(
      jsonPath(
        only({
          Type: 'Pass',
          InputPath: '$.in',
          Parameters: {
            'sum.$': 'States.MathAdd($.a, 1)',
            'text.$': "States.Format('{}-{}', $.name, $$.State.Name)",
            fixed: [1, { 'deep.$': '$.list[1]' }],
          },
          ResultPath: '$.out.made',
          OutputPath: '$.out',
        }),
      ),
      { in: { a: 2, name: 'x', list: [10, 20] } },
    );
    expect(run.result).toEqual({ made: { sum: 3, text: 'x-Only', fixed: [1, { deep: 20 }] } });
  });

  test('Choice rules with And, Or, Not, paths and types', async () => {
    const definition = jsonPath({
      StartAt: 'Which',
      States: {
        Which: {
          Type: 'Choice',
          Choices: [
            {
              And: [
                { Variable: '$.n', NumericGreaterThanEquals: 5 },
                { Not: { Variable: '$.s', StringMatches: 'a*z' } },
                {
                  Or: [
                    { Variable: '$.gone', IsPresent: true },
                    { Variable: '$.n', NumericEqualsPath: '$.m' },
                  ],
                },
              ],
              Next: 'Yes',
            },
          ],
          Default: 'No',
        },
        Yes: { Type: 'Pass', Result: 'yes', End: true },
        No: { Type: 'Pass', Result: 'no', End: true },
      },
    });
    const bench = createBench();
    expect((await bench.run(definition, { n: 5, m: 5, s: 'b' })).result).toBe('yes');
    expect((await bench.run(definition, { n: 5, m: 5, s: 'abcz' })).result).toBe('no');
    expect((await bench.run(definition, { n: 4, m: 4, s: 'b' })).result).toBe('no');
  });

  test('a path that finds nothing is States.Runtime', async () => {
    const run = await createBench().run(jsonPath(only({ Type: 'Pass', Parameters: { 'a.$': '$.absent' } })));
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(run.cause).toContain("The JSONPath '$.absent' specified for the field 'a.$' could not be found");
  });
});
