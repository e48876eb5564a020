import { describe, expect, test } from 'vitest';
import type { Json } from '../json.ts';
import { type Bindings, evaluateField } from './jsonata.ts';
import { expressionProblems } from './jsonata-references.ts';

const NOW_MS = Date.UTC(2024, 0, 2, 3, 4, 5, 6);
const INPUT = {
  items: [
    { id: 1, price: 5 },
    { id: 2, price: 20 },
    { id: 3, price: 30 },
  ],
  'detail-type': 'Object Created',
  cause: '{"TrainingJobStatus":"Failed"}',
  nothing: null,
};

function evaluate(expression: string, variables: Bindings['variables'] = {}): Promise<Json> {
  return evaluateField(`{% ${expression} %}`, 'Output', {
    states: { input: INPUT },
    variables,
    nowMs: NOW_MS,
  });
}

describe('JSONata in states', () => {
  // expected values worked out by hand from the JSONata and Step Functions documentation
  test.each<[string, Json]>([
    ['$states.input.items[price>10].id', [2, 3]],
    ['$states.input.items[-1].id', 3],
    ['$states.input.items.id', [1, 2, 3]],
    ['$states.input.items[id=1].price', 5],
    ['$states.input.`detail-type`', 'Object Created'],
    ['$states.input.items^(>price)[0].id', 3],
    ['$map($states.input.items, function($i){ $i.id * 2 })', [2, 4, 6]],
    ['$reduce([1,2,3], function($a, $b){ $a + $b })', 6],
    ['( $x := 1; $y := $x + 1; [$x..3, $y] )', [1, 2, 3, 2]],
    ['$split("a/b/c", "/")[0]', 'a'],
    ['$parse($states.input.cause).TrainingJobStatus', 'Failed'],
    ['$states.input.missing ?? 7', 7],
    ['{"a": $states.input.missing, "b": 1}', { b: 1 }],
    ['[$states.input.items.id, 5]', [1, 2, 3, 5]],
    ['$string({"k": 1})', '{"k":1}'],
    ['$states.input.nothing', null],
    ['$exists($states.input.nothing)', true],
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$partition([1,2,3,4,5], 2.9)', [[1, 2], [3, 4], [5]]],
    ['$range(0, 10, 5)', [0, 5, 10]],
    ['$range(3, 1, -1)', [3, 2, 1]],
    ['$range(1, 1, 1)', 1],
    ['$hash("abc", "SHA-256")', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['$hash("abc", "MD5")', '900150983cd24fb0d6963f7d28e17f72'],
    ['$now()', '2024-01-02T03:04:05.006Z'],
    ['$now("[Y0001]-[M01]")', '2024-01'],
    ['$millis()', NOW_MS],
    ['$toMillis("1970-01-01T00:00:01Z")', 1000],
    ['1/0', 'Infinity'],
    ['$uuid() ~> $length()', 36],
    ['$random(7) = $random(7)', true],
  ])('%s', async (expression, expected) => {
    expect(await evaluate(expression)).toEqual(expected);
  });

  test('reads variables, also by index', async () => {
    expect(await evaluate('$runs[1].name', { runs: [{ name: 'a' }, { name: 'b' }] })).toBe('b');
  });

  test('evaluates expressions at any depth and leaves other strings alone', async () => {
    const field = { a: ['{% 1 + 1 %}', ' {% 1 %}', 'plain'], b: { c: "{% 'x' %}" } };
    const value = await evaluateField(field, 'Output', { states: {}, variables: {}, nowMs: NOW_MS });
    expect(value).toEqual({ a: [2, ' {% 1 %}', 'plain'], b: { c: 'x' } });
  });

  test('fails a field whose expression returns nothing, naming where it stands', async () => {
    const field = { a: { b: ['{% $states.input.absent %}'] } };
    const failure = evaluateField(field, 'Output', { states: { input: {} }, variables: {}, nowMs: NOW_MS });
    await expect(failure).rejects.toMatchObject({
      error: 'States.QueryEvaluationError',
      location: 'Output/a/b[0]',
      failureCause:
        "The JSONata expression '$states.input.absent' specified for the field 'Output/a/b[0]' returned nothing (undefined).",
    });
  });

  test.each([
    '$partition([], 2)',
    '$partition([1], 0)',
    '$range(1, 3)',
    '$range(3, 1, 1)',
    '$hash("a")',
    '$',
  ])('%s returns nothing', async (expression) => {
    await expect(evaluate(expression)).rejects.toMatchObject({
      failureCause: expect.stringContaining('returned nothing (undefined).'),
    });
  });

  test.each([
    ['"a" + 1', 'threw an error during evaluation. T2001: The left side'],
    ['$eval("1")', 'threw an error during evaluation. T1006'],
    ['$parse("{")', 'threw an error during evaluation.'],
    ['$error("no data")', 'threw an error during evaluation. D3137: no data'],
    ['$hash("a", "sha256")', "algorithm 'sha256' is none of"],
    ['$string', 'returned an unsupported result type.'],
  ])('%s fails', async (expression, message) => {
    await expect(evaluate(expression)).rejects.toMatchObject({
      error: 'States.QueryEvaluationError',
      failureCause: expect.stringContaining(message),
    });
  });

  test('allows 100 levels of nesting and no more, as AWS measures it', async () => {
    const sum = (terms: number) => Array<string>(terms).fill('1').join('+');
    expect(await evaluate(sum(100))).toBe(100);
    await expect(evaluate(sum(101))).rejects.toMatchObject({ error: 'States.QueryEvaluationError' });
  });
});

describe('references that AWS refuses at creation', () => {
  test.each([
    ['phone', "Reference to 'phone' at the top level is not supported."],
    ['$map($states.input.a, function($x){ b })', "Reference to 'b' at the top level is not supported."],
    ['{"a": c.d}', "Reference to 'c' at the top level is not supported."],
    ['$x ? y : 1', "Reference to 'y' at the top level is not supported."],
    ['$$.a', "Reference to '$$' is not supported."],
    ['$.a', "Reference to '$' at the top level is not supported."],
    ['$eval("1")', "Function '$eval' is not supported."],
    ['$states.errorOutput.Cause', "Reference to '$states.errorOutput' is not supported."],
  ])('%s', (expression, message) => {
    expect(expressionProblems(expression, { hasErrorOutput: false })).toEqual([
      { code: 'UNSUPPORTED_JSONATA_EXPRESSION', message },
    ]);
  });

  test.each([
    '$states.input.items[value > 3]^(>price){k: v}.( $x := q; z )',
    '$map($states.input.items, function($x){ $x.b })',
    '$states.input.items.{"a": b}',
    '$states.input.items#$i.{"n": $i}',
    '$states.input ~> |items|{"c": d}|',
    '$sort($states.input.a, function($l, $r){ $l.b > $r.b })',
  ])('%s is fine', (expression) => {
    expect(expressionProblems(expression, { hasErrorOutput: false })).toEqual([]);
  });

  test('an expression that does not parse', () => {
    expect(expressionProblems('a[1,2)', { hasErrorOutput: false })).toMatchObject([
      { code: 'INVALID_JSONATA_EXPRESSION' },
    ]);
  });
});
