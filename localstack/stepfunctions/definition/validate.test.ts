import { describe, expect, test } from 'vitest';
import { invokeWork, only } from '../testing.ts';
import type { ProblemCode } from './problems.ts';
import { validateDefinition } from './validate.ts';

async function problemsOf(definition: object, language = 'JSONata'): Promise<string[]> {
  const { problems } = await validateDefinition(JSON.stringify({ QueryLanguage: language, ...definition }));
  return problems.map(({ code, message, location }) => `${code}: ${message} at ${location}`);
}

const PASS = { Type: 'Pass', End: true };

describe('validateDefinition', () => {
  test('takes a definition with every state type', async () => {
    const definition = {
      Comment: 'all',
      StartAt: 'Task',
      TimeoutSeconds: 60,
      States: {
        Task: invokeWork({
          Next: 'Wait',
          TimeoutSeconds: '{% 5 %}',
          Retry: [{ ErrorEquals: ['A'], JitterStrategy: 'FULL', MaxDelaySeconds: 5 }],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Fail', Output: '{% $states.errorOutput %}' }],
        }),
        Wait: { Type: 'Wait', Seconds: '{% 1 %}', Next: 'Choice' },
        Choice: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Parallel' }], Default: 'Fail' },
        Parallel: { Type: 'Parallel', Branches: [{ StartAt: 'P', States: { P: PASS } }], Next: 'Map' },
        Map: {
          Type: 'Map',
          Items: '{% $states.input %}',
          ItemSelector: { a: 1 },
          MaxConcurrency: 2,
          ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'Q', States: { Q: PASS } },
          Next: 'Succeed',
        },
        Succeed: { Type: 'Succeed', Output: 1 },
        Fail: { Type: 'Fail', Error: 'E', Cause: '{% $states.input.Cause %}' },
      },
    };
    expect(await problemsOf(definition)).toEqual([]);
  });

  test.each<[string, object, ProblemCode, string]>([
    [
      'a missing Next',
      { ...only({ ...PASS, End: undefined, Next: 'Gone' }) },
      'MISSING_TRANSITION_TARGET',
      'Gone',
    ],
    [
      'an unreachable state',
      { StartAt: 'A', States: { A: PASS, B: PASS } },
      'MISSING_TRANSITION_TARGET',
      'State "B" is not reachable. at /States/B',
    ],
    [
      'an unknown StartAt',
      { StartAt: 'X', States: { A: PASS } },
      'MISSING_TRANSITION_TARGET',
      'X at /StartAt',
    ],
    [
      'no end',
      { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'A' } } },
      'MISSING_END_STATE',
      'Workflow has no terminal state at undefined',
    ],
    [
      'an unknown type',
      only({ Type: 'Jump' }),
      'SCHEMA_VALIDATION_FAILED',
      "The field 'Type' should have one of these values",
    ],
    [
      'an unknown field',
      only({ ...PASS, comment: 'x' }),
      'SCHEMA_VALIDATION_FAILED',
      "Field 'comment' is not supported at /States/Only",
    ],
    [
      'neither Next nor End',
      { StartAt: 'A', States: { A: { Type: 'Pass' }, S: { Type: 'Succeed' } } },
      'SCHEMA_VALIDATION_FAILED',
      "must have 'Next' or 'End'",
    ],
    [
      'a JSONPath field',
      only({ ...PASS, ResultPath: '$' }),
      'SCHEMA_VALIDATION_FAILED',
      "The QueryLanguage is set to 'JSONata', but field 'ResultPath' is only supported for the 'JSONPath' QueryLanguage at /States/Only",
    ],
    [
      'a state that goes back to JSONPath',
      only({ ...PASS, QueryLanguage: 'JSONPath' }),
      'SCHEMA_VALIDATION_FAILED',
      "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata'",
    ],
    [
      'Catch on Pass',
      only({ ...PASS, Catch: [] }),
      'SCHEMA_VALIDATION_FAILED',
      "Field 'Catch' is not supported",
    ],
    [
      'States.ALL before others',
      only(invokeWork({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'] }] })),
      'SCHEMA_VALIDATION_FAILED',
      'must be in the last',
    ],
    [
      'States.ALL among others',
      only(invokeWork({ Retry: [{ ErrorEquals: ['A', 'States.ALL'] }] })),
      'SCHEMA_VALIDATION_FAILED',
      'must appear alone',
    ],
    [
      'a bad interval',
      only(invokeWork({ Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 0 }] })),
      'SCHEMA_VALIDATION_FAILED',
      'IntervalSeconds',
    ],
    [
      'a bad expression',
      only({ ...PASS, Output: { v: '{% a[1,2) %}' } }),
      'INVALID_JSONATA_EXPRESSION',
      '/States/Only/Output/v',
    ],
    [
      'a bare name',
      only({ ...PASS, Output: { v: '{% phone %}' } }),
      'UNSUPPORTED_JSONATA_EXPRESSION',
      "Reference to 'phone' at the top level is not supported. at /States/Only/Output/v",
    ],
    [
      'the reserved variable',
      only({ ...PASS, Assign: { states: 1 } }),
      'SCHEMA_VALIDATION_FAILED',
      'reserved',
    ],
    [
      'an unknown resource',
      only(invokeWork({ Resource: 'arn:aws:states:::dynamodb:query' })),
      'SCHEMA_VALIDATION_FAILED',
      'The resource provided arn:aws:states:::dynamodb:query is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/Only/Resource',
    ],
    [
      'a resource that AWS has',
      only(invokeWork({ Resource: 'arn:aws:states:::glue:startJobRun.sync' })),
      'NOT_IMPLEMENTED_BY_LOCAL_CLOUD',
      'the resource arn:aws:states:::glue:startJobRun.sync at /States/Only/Resource',
    ],
    [
      'an unknown SDK operation',
      only(invokeWork({ Resource: 'arn:aws:states:::aws-sdk:s3:getThing' })),
      'SCHEMA_VALIDATION_FAILED',
      'aws-sdk:s3:getThing is not recognized',
    ],
    [
      'an unknown argument',
      only(invokeWork({ Arguments: { FunctionName: 'f', key: 1 } })),
      'SCHEMA_VALIDATION_FAILED',
      'The field "key" is not supported by Step Functions at /States/Only/Arguments',
    ],
    [
      'a missing argument',
      only(invokeWork({ Arguments: { Payload: {} } })),
      'SCHEMA_VALIDATION_FAILED',
      'The field "FunctionName" is required but was missing at /States/Only/Arguments',
    ],
    [
      'a distributed map without the type of its children',
      only({
        Type: 'Map',
        ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'P', States: { P: PASS } },
      }),
      'SCHEMA_VALIDATION_FAILED',
      'These fields are required: [ExecutionType] at /States/Only/ItemProcessor/ProcessorConfig',
    ],
    [
      'an item reader of an inline map',
      only({ Type: 'Map', ItemReader: {}, ItemProcessor: { StartAt: 'P', States: { P: PASS } } }),
      'SCHEMA_VALIDATION_FAILED',
      "Field 'ItemReader' is not supported at /States/Only",
    ],
  ])('refuses %s', async (_what, definition, code, message) => {
    const problems = await problemsOf(definition);
    expect(problems.join('\n')).toContain(message);
    expect(problems.join('\n')).toContain(`${code}: `);
  });

  test('refuses text that is no JSON', async () => {
    const { problems } = await validateDefinition('not json');
    expect(problems).toMatchObject([{ code: 'INVALID_JSON_DESCRIPTION' }]);
  });

  test.each([
    ['a JSONata field', { ...PASS, Output: 1 }, "field 'Output' is only supported for the 'JSONata'"],
    ['a function in a path', { ...PASS, InputPath: '$.a.length()' }, 'NOT_IMPLEMENTED_BY_LOCAL_CLOUD'],
    [
      'an unknown intrinsic',
      { ...PASS, Parameters: { 'a.$': 'States.Nope()' } },
      "'States.Nope' is not known",
    ],
    ['a path that is none', { ...PASS, Parameters: { 'a.$': 'x' } }, 'must be a valid JSONPath'],
  ])('JSONPath: refuses %s', async (_what, state, message) => {
    expect((await problemsOf(only(state), 'JSONPath')).join()).toContain(message);
  });
});
