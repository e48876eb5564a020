/** Definitions that nobody would write: refused with reasons or run to an end of AWS's kind, never a crash or a hang. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isObject, type Json } from '../json.ts';
import { createBench, functionAnswer } from '../testing.ts';
import { describeProblems } from './problems.ts';
import { validateDefinition } from './validate.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 150);
/** What JavaScript says of a bug. */
const BUG =
  /Cannot (read|set|convert)|is not (a function|iterable|defined)|Maximum call stack|\[object Object\]|internal error/;

const WORK = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' };
const CATCH = [{ ErrorEquals: ['States.ALL'], Next: 'Done' }];
const RETRY = [
  { ErrorEquals: ['Broken'], IntervalSeconds: 1, MaxAttempts: 2, JitterStrategy: 'FULL', MaxDelaySeconds: 2 },
];

/** A definition with every kind of state, by query language. */
const BASES: readonly Json[] = [
  {
    QueryLanguage: 'JSONata',
    StartAt: 'Set',
    TimeoutSeconds: 1_000,
    States: {
      Set: { Type: 'Pass', Assign: { n: 2 }, Output: '{% $states.input.items %}', Next: 'Which' },
      Which: { Type: 'Choice', Choices: [{ Condition: '{% $n > 1 %}', Next: 'Work' }], Default: 'Bad' },
      Work: {
        ...WORK,
        Arguments: { FunctionName: 'f', Payload: '{% $n %}' },
        TimeoutSeconds: 9,
        Retry: RETRY,
        Catch: CATCH,
        Next: 'Wait',
      },
      Wait: { Type: 'Wait', Seconds: '{% $n %}', Next: 'Both' },
      Both: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'P', States: { P: { Type: 'Pass', End: true } } }],
        Catch: CATCH,
        Next: 'Each',
      },
      Each: {
        Type: 'Map',
        Items: [1, 2],
        ItemSelector: { i: '{% $states.context.Map.Item.Index %}' },
        MaxConcurrency: 1,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Q',
          States: { Q: { Type: 'Pass', End: true } },
        },
        Next: 'Many',
      },
      Many: {
        Type: 'Map',
        Label: 'L',
        Items: [1, 2],
        ItemBatcher: { MaxItemsPerBatch: 1 },
        ToleratedFailurePercentage: 50,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
          StartAt: 'R',
          States: { R: { Type: 'Pass', End: true } },
        },
        Next: 'Done',
      },
      Done: { Type: 'Succeed', Output: '{% $n %}' },
      Bad: { Type: 'Fail', Error: 'E', Cause: '{% "c" %}' },
    },
  },
  {
    StartAt: 'Set',
    States: {
      Set: {
        Type: 'Pass',
        Parameters: { 'n.$': '$.items[0]', 'all.$': '$.items' },
        ResultPath: '$.set',
        Next: 'Which',
      },
      Which: {
        Type: 'Choice',
        Choices: [
          {
            And: [
              { Variable: '$.set.n', NumericEquals: 1 },
              { Variable: '$.x', IsPresent: false },
            ],
            Next: 'Work',
          },
        ],
        Default: 'Bad',
      },
      Work: {
        ...WORK,
        Parameters: { FunctionName: 'f', 'Payload.$': '$.set' },
        ResultSelector: { 'p.$': '$.Payload' },
        ResultPath: '$.work',
        Retry: RETRY,
        Catch: [{ ...CATCH[0], ResultPath: '$.error' }],
        Next: 'Wait',
      },
      Wait: { Type: 'Wait', SecondsPath: '$.set.n', Next: 'Each' },
      Each: {
        Type: 'Map',
        ItemsPath: '$.items',
        ItemSelector: { 'v.$': '$$.Map.Item.Value', 'f.$': "States.Format('{}', $.set.n)" },
        Iterator: { StartAt: 'Q', States: { Q: { Type: 'Pass', OutputPath: '$.v', End: true } } },
        ResultPath: '$.each',
        Next: 'Done',
      },
      Done: { Type: 'Succeed', InputPath: '$.each' },
      Bad: { Type: 'Fail', ErrorPath: '$.set.n', Cause: 'c' },
    },
  },
];

const ODD = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    0,
    -1,
    1.5,
    1e9,
    '',
    '$',
    '$.a',
    '$.items',
    'Done',
    'Set',
    'Work',
    '{% $n %}',
    '{% $states.input %}',
    '{% 1 + %}',
    'States.Array(1)',
    'JSONPath',
    'JSONata',
    'DISTRIBUTED',
    [],
    {},
  ),
  fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json>,
);
const FIELDS = [
  'Type',
  'Next',
  'End',
  'Output',
  'Assign',
  'Retry',
  'Catch',
  'Seconds',
  'ItemReader',
  'ResultWriter',
  'Items',
  'ItemsPath',
  'constructor',
  'Choices',
  'States',
  'StartAt',
  'MaxConcurrencyPath',
  'QueryLanguage',
];

/** Places inside of a value that can be changed. */
function holdersIn(value: Json): Json[] {
  if (Array.isArray(value)) return [value, ...(value as Json[]).flatMap(holdersIn)];
  return isObject(value) ? [value, ...Object.values(value).flatMap(holdersIn)] : [];
}

/** A base with a few members changed, added or taken away. */
const MUTATED = fc
  .tuple(
    fc.constantFrom(...BASES),
    fc.array(
      fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('set', 'drop', 'add'), ODD, fc.constantFrom(...FIELDS)),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([base, changes]) => {
    const definition = structuredClone(base);
    for (const [at, which, how, value, field] of changes) {
      const holders = holdersIn(definition);
      const holder = holders[at % holders.length] as Record<string, Json>;
      const names = Object.keys(holder);
      const name = names[which % Math.max(1, names.length)] ?? 'x';
      if (how === 'drop' && !Array.isArray(holder)) delete holder[name];
      else if (how === 'set') holder[name] = value;
      else if (!Array.isArray(holder)) holder[field] = value;
    }
    return definition;
  });

describe('fuzz', () => {
  test('the bases are good', async () => {
    for (const base of BASES) {
      expect((await validateDefinition(JSON.stringify(base))).problems).toEqual([]);
    }
  });

  test('any JSON is refused with reasons', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (text) => {
        const { problems } = await validateDefinition(text);
        expect(problems.length).toBeGreaterThan(0);
        expect(problems.map(({ message }) => message).join()).not.toMatch(BUG);
      }),
      { numRuns: RUNS },
    );
  });

  test(
    'a changed definition is refused with reasons, or runs to an end',
    async () => {
      let ran = 0;
      await fc.assert(
        fc.asyncProperty(MUTATED, async (definition) => {
          const { problems } = await validateDefinition(JSON.stringify(definition));
          expect(describeProblems(problems)).not.toMatch(BUG);
          if (problems.length > 0) return;
          ran += 1;
          const bench = createBench({ 'lambda.Invoke': () => functionAnswer({ ok: true }) });
          const machine = await bench.create({ QueryLanguage: 'JSONPath', ...(definition as object) });
          const arn = await bench.start(machine, { items: [1, 2] });
          await bench.cloud.clock.advanceTo(bench.cloud.clock.now() + 3_600_000);
          await bench.call('StopExecution', { executionArn: arn });
          const { status, error = '', cause = '' } = await bench.describe(arn);
          expect(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']).toContain(status);
          expect(`${error} ${cause}`).not.toMatch(BUG);
          const events = await bench.history(arn);
          expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
          expect(events.every(({ id = 0, previousEventId = 0 }) => previousEventId < id)).toBe(true);
        }),
        { numRuns: RUNS },
      );
      expect(ran).toBeGreaterThan(0);
    },
    20_000 + RUNS * 40,
  );
});
