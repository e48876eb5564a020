/** The operators as the IAM reference "Condition operators" and "Multivalued context keys" define them. */
import { expect, test } from 'vitest';
import { conditionsHold } from './conditions.ts';

type Keys = Record<string, string | string[]>;

function holds(operator: string, condition: Record<string, string | string[]>, keys: Keys): boolean {
  const lists = Object.fromEntries(
    Object.entries(condition).map(([key, values]) => [key, typeof values === 'string' ? [values] : values]),
  );
  const context = new Map(
    Object.entries(keys).map(([key, value]) => [
      key.toLowerCase(),
      typeof value === 'string' ? [value] : value,
    ]),
  );
  return conditionsHold({ [operator]: lists }, context, '2012-10-17');
}

test.each<[string, string | string[], string | string[] | undefined, boolean]>([
  ['StringEquals', 'a', 'a', true],
  ['StringEquals', ['a', 'b'], 'b', true],
  ['StringEquals', 'a', 'A', false],
  ['StringEquals', 'a*', 'ab', false],
  ['StringEquals', 'a', undefined, false],
  ['StringEqualsIgnoreCase', 'a', 'A', true],
  ['StringNotEquals', 'a', 'b', true],
  ['StringNotEquals', ['a', 'b'], 'b', false],
  ['StringNotEquals', 'a', undefined, true],
  ['StringLike', 'a*c?', 'abbcd', true],
  ['StringNotLike', 'a*', 'b', true],
  ['StringEqualsIfExists', 'a', undefined, true],
  ['StringEqualsIfExists', 'a', 'b', false],
  ['Null', 'true', undefined, true],
  ['Null', 'true', 'x', false],
  ['Null', 'false', 'x', true],
  ['Bool', 'true', 'true', true],
  ['Bool', 'true', 'false', false],
  ['NumericEquals', '10', '10.0', true],
  ['NumericLessThan', '10', '9', true],
  ['NumericLessThan', '10', '10', false],
  ['NumericLessThanEquals', '10', '10', true],
  ['NumericGreaterThan', '10', '11', true],
  ['NumericNotEquals', '10', '11', true],
  ['DateGreaterThan', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z', true],
  ['DateLessThan', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z', false],
  ['DateGreaterThan', '0', '2026-02-01T00:00:00Z', true],
  ['IpAddress', '203.0.113.0/24', '203.0.113.77', true],
  ['IpAddress', '203.0.113.0/24', '203.0.114.1', false],
  ['IpAddress', '127.0.0.1', '::ffff:127.0.0.1', true],
  ['NotIpAddress', '203.0.113.0/24', '203.0.114.1', true],
  ['ArnLike', 'arn:aws:sns:*:1:topic-*', 'arn:aws:sns:us-east-1:1:topic-a', true],
  ['ArnEquals', 'arn:aws:sns:*:1:t', 'arn:aws:sns:us-east-1:1:t', true],
  ['ArnLike', 'arn:aws:sns:*:t', 'arn:aws:sns:us-east-1:1:t', false],
  ['ArnNotLike', 'arn:aws:sns:*:1:*', 'arn:aws:sqs:us-east-1:1:t', true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['b', 'c'], true],
  ['ForAnyValue:StringEquals', ['a'], ['b', 'c'], false],
  ['ForAnyValue:StringEquals', ['a'], undefined, false],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
  ['ForAllValues:StringEquals', ['a'], undefined, true],
  ['ForAllValues:StringNotEquals', ['a'], ['b', 'c'], true],
  ['ForAnyValue:StringNotEquals', ['a'], ['a', 'c'], true],
  ['StringNotEquals', ['a'], ['a', 'c'], false],
  ['NoSuchOperator', 'a', 'a', false],
])('%s %j against %j: %s', (operator, policyValue, requestValue, expected) => {
  expect(
    holds(operator, { 'x:Key': policyValue }, requestValue === undefined ? {} : { 'X:key': requestValue }),
  ).toBe(expected);
});

test('all keys of an operator and all operators must hold', () => {
  expect(holds('StringEquals', { a: '1', b: '2' }, { a: '1', b: '2' })).toBe(true);
  expect(holds('StringEquals', { a: '1', b: '2' }, { a: '1', b: '3' })).toBe(false);
});

test('policy variables are replaced in values', () => {
  const condition = { 's3:prefix': `home/${'$'}{aws:username}/*` };
  expect(holds('StringLike', condition, { 's3:prefix': 'home/jane/x', 'aws:username': 'jane' })).toBe(true);
  expect(holds('StringLike', condition, { 's3:prefix': 'home/john/x', 'aws:username': 'jane' })).toBe(false);
});
