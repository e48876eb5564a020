import { describe, expect, test } from 'vitest';
import type { Json } from '../json.ts';
import { evaluateField } from './jsonata.ts';

function evaluate(expression: string, input: Json = null): Promise<Json> {
  return evaluateField(`{% ${expression} %}`, 'Output', { states: { input }, variables: {}, nowMs: 0 });
}

/*
 * The functions that https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html adds to JSONata. Results
 * of $partition, $range and $parse as AWS gave them in the recordings of LocalStack's suite
 * (tests/aws/services/stepfunctions/v2/intrinsic_functions/*_jsonata); hashes by coreutils.
 */
describe('functions of Step Functions in JSONata', () => {
  test.each<[string, Json]>([
    ['$partition([0], 1)', [[0]]],
    ['$partition([0], 5)', [[0]]],
    ['$partition([0,1], 1)', [[0], [1]]],
    ['$partition([0,1,2], 2)', [[0, 1], [2]]],
    ['$partition([0,1,2,3], 3)', [[0, 1, 2], [3]]],
    ['$partition([0,1,2,3], 4)', [[0, 1, 2, 3]]],
    ['$range(0, 9, 3)', [0, 3, 6, 9]],
    ['$range(0, 10, 3)', [0, 3, 6, 9]],
    ['$range(1, 9, 9)', 1],
    ['$range(1, 9, 2)', [1, 3, 5, 7, 9]],
    ['$hash("input data", "MD5")', '812f45842bc6d66ee14572ce20db8e86'],
    ['$hash("input data", "SHA-1")', 'aaff4a450a104cd177d28d18d74485e8cae074b7'],
    ['$hash("input data", "SHA-256")', 'b4a697a057313163aee33cd8d40c66e9f0f177e00cac2de32475ffff6169c3e3'],
    [
      '$hash("input data", "SHA-384")',
      'd28a7d5cf25a74f11a50a18452b75e04bb3d70c9dd0510d6123aa008c756511b87525bdc835ebb27e1fb9e9374a15562',
    ],
    [
      '$hash("input data", "SHA-512")',
      '6ce4adb348546d4f449c4d25aad9a7c9cb711d9e91982d3f0b29ca2f3f47d4ce2deba23bf2954f0f1d593fc50283731a533d30d425402d4f91316d871303aac4',
    ],
  ])('%s', async (expression, expected) => {
    expect(await evaluate(expression)).toEqual(expected);
  });

  test.each<[string, Json]>([
    ['-0', 0],
    ['1', 1],
    ['1.1', 1.1],
    ['true', true],
    ['"HelloWorld"', 'HelloWorld'],
    ['[1, 2, "HelloWorld"]', [1, 2, 'HelloWorld']],
    ['{"Arg1": 1, "Arg2": []}', { Arg1: 1, Arg2: [] }],
  ])('$parse of %s', async (text, expected) => {
    expect(JSON.stringify(await evaluate('$parse($states.input)', text))).toBe(JSON.stringify(expected));
  });

  test('$random gives a number from 0 to before 1, the same for the same seed', async () => {
    const [first, again, other] = [
      await evaluate('$random(3)'),
      await evaluate('$random(3)'),
      await evaluate('$random(4)'),
    ];
    expect(first).toBe(again);
    expect(first).not.toBe(other);
    const numbers = (await evaluate('[1..100].$random()')) as number[];
    expect(numbers.every((each) => each >= 0 && each < 1)).toBe(true);
    expect(new Set(numbers).size).toBe(100);
  });

  test('$uuid gives another UUID of version 4 each time', async () => {
    const made = (await evaluate('[1..10].$uuid()')) as string[];
    expect(new Set(made).size).toBe(10);
    for (const uuid of made)
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('a function that there is not fails in AWS’s words', async () => {
    await expect(evaluate('$randomSeeded(1)')).rejects.toMatchObject({
      error: 'States.QueryEvaluationError',
      failureCause:
        "The JSONata expression '$randomSeeded(1)' specified for the field 'Output' threw an error during evaluation. T1006: Attempted to invoke a non-function",
    });
  });
});
