import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../json.ts';
import { matchesRule } from './choice-rules.ts';

const NOON = '2016-03-14T12:00:00Z';

/** Whether a rule of one operator matches. */
function match(operator: string, variable: Json, operand: Json): boolean {
  const data: JsonObject = { variable, operand };
  const rule = { Variable: '$.variable', [operator]: operator.endsWith('Path') ? '$.operand' : operand };
  return matchesRule(rule, { data, context: {}, variables: {} });
}

describe('matchesRule', () => {
  // results as AWS gave them in the recordings of LocalStack's suite (tests/aws/services/stepfunctions/v2/choice_operators)
  test.each<[string, Json, Json, boolean]>([
    ['BooleanEquals', true, true, true],
    ['BooleanEquals', false, true, false],
    ['BooleanEquals', null, false, false],
    ['BooleanEquals', 0, false, false],
    ['BooleanEqualsPath', true, true, true],
    ['IsBoolean', true, true, true],
    ['IsBoolean', 'true', true, false],
    ['IsBoolean', null, false, true],
    ['IsNull', null, true, true],
    ['IsNull', '', true, false],
    ['IsNull', [], false, true],
    ['IsNumeric', 1.1, true, true],
    ['IsNumeric', '1', true, false],
    ['IsNumeric', {}, false, true],
    ['IsPresent', null, true, true],
    ['IsPresent', 0, false, false],
    ['IsString', '', true, true],
    ['IsString', [''], true, false],
    ['IsTimestamp', '2023-02-24', true, false],
    ['IsTimestamp', '2023-02-24 12:15:56.832957', true, false],
    ['IsTimestamp', 1, false, true],
    ['NumericEquals', null, 0, false],
    ['NumericEquals', 1, 1.0, true],
    ['NumericEquals', '', 0, false],
    ['NumericEqualsPath', 0, 0.0, true],
    ['NumericGreaterThan', 1, 1, false],
    ['NumericGreaterThan', 1, 0, true],
    ['NumericGreaterThanEquals', 1, 1, true],
    ['NumericGreaterThanEqualsPath', 0, 1, false],
    ['NumericLessThan', 0, 1, true],
    ['NumericLessThanPath', 1, 1, false],
    ['NumericLessThanEquals', 1, 1, true],
    ['StringEquals', 'Hello', 'Hello', true],
    ['StringEquals', ' ', '     ', false],
    ['StringEquals', 0, 'HelloWorld', false],
    ['StringEqualsPath', '\t\n', '\t\r\n', false],
    ['StringGreaterThan', 'AB', 'ABC', false],
    ['StringGreaterThanEquals', 'AB', 'A', true],
    ['StringLessThan', 'A', 'AB', true],
    ['StringLessThanEquals', '', '', true],
    ['StringLessThanPath', 'AB', 'A', false],
  ])('%s of %j and %j: %s', (operator, variable, operand, expected) => {
    expect(match(operator, variable, operand)).toBe(expected);
  });

  // the States Language: https://states-language.net/spec.html#choice-state
  test.each<[string, Json, Json, boolean]>([
    ['TimestampEquals', '2016-03-14T13:00:00+01:00', NOON, true],
    ['TimestampLessThan', '2016-03-14T01:59:00Z', NOON, true],
    ['TimestampGreaterThan', NOON, NOON, false],
    ['TimestampGreaterThanEqualsPath', NOON, NOON, true],
    ['TimestampLessThanEquals', 'noon', NOON, false],
    ['IsTimestamp', NOON, true, true],
    ['StringMatches', 'foo23.log', 'foo*.log', true],
    ['StringMatches', 'zebra.log', '*.log', true],
    ['StringMatches', 'foobar.zebra', 'foo*.*', true],
    ['StringMatches', 'fooXlog', 'foo*.log', false],
    ['StringMatches', 'a*b', 'a\\*b', true],
    ['StringMatches', 'axb', 'a\\*b', false],
  ])('%s of %j and %j: %s', (operator, variable, operand, expected) => {
    expect(match(operator, variable, operand)).toBe(expected);
  });

  test('only IsPresent takes a variable that is missing', () => {
    const roots = { data: {}, context: {}, variables: {} };
    expect(matchesRule({ Variable: '$.x', IsPresent: false }, roots)).toBe(true);
    expect(() => matchesRule({ Variable: '$.x', IsNull: true }, roots)).toThrow(
      "States.Runtime: Invalid path '$.x': The choice state's condition path references an invalid value.",
    );
  });
});
