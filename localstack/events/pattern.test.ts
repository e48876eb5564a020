import { describe, expect, test } from 'vitest';
import { parseEventPattern } from './pattern.ts';

const EVENT = {
  source: 'acme.orders',
  'detail-type': 'Order Placed',
  resources: ['arn:aws:s3:::in', 'arn:aws:s3:::out'],
  detail: {
    state: 'Shipped',
    count: 7,
    price: 3.5,
    ok: true,
    nothing: null,
    ip: '10.0.3.9',
    tags: ['red', 'blue'],
    empty: [],
    object: { key: 'incoming/rows.csv' },
    lines: [
      { sku: 'a', size: 1 },
      { sku: 'b', size: 2 },
    ],
    'dotted.name': 'x',
  },
};

describe('matching', () => {
  test.each<[string, object, boolean]>([
    ['an exact text', { state: ['Shipped'] }, true],
    ['another text', { state: ['shipped'] }, false],
    ['one of several', { state: ['Lost', 'Shipped'] }, true],
    ['a number', { count: [7] }, true],
    ['a text where the event has a number', { count: ['7'] }, false],
    ['true', { ok: [true] }, true],
    ['null', { nothing: [null] }, true],
    ['null where there is a value', { state: [null] }, false],
    ['an element of a list', { tags: ['blue'] }, true],
    ['nothing of an empty list', { empty: ['x'] }, false],
    ['prefix', { object: { key: [{ prefix: 'incoming/' }] } }, true],
    ['prefix of another', { object: { key: [{ prefix: 'labels/' }] } }, false],
    ['prefix, ignoring case', { state: [{ prefix: { 'equals-ignore-case': 'SHIP' } }] }, true],
    ['suffix', { object: { key: [{ suffix: '.csv' }] } }, true],
    ['suffix, ignoring case', { object: { key: [{ suffix: { 'equals-ignore-case': '.CSV' } }] } }, true],
    ['equals-ignore-case', { state: [{ 'equals-ignore-case': 'sHiPPed' }] }, true],
    ['wildcard', { object: { key: [{ wildcard: 'in*/*.csv' }] } }, true],
    ['wildcard that wants more', { object: { key: [{ wildcard: 'in*/*.csv?' }] } }, false],
    ['anything-but a text', { state: [{ 'anything-but': 'Lost' }] }, true],
    ['anything-but this text', { state: [{ 'anything-but': 'Shipped' }] }, false],
    ['anything-but a list', { state: [{ 'anything-but': ['Shipped', 'Lost'] }] }, false],
    ['anything-but numbers', { count: [{ 'anything-but': [1, 2] }] }, true],
    ['anything-but of an absent field', { absent: [{ 'anything-but': 'x' }] }, false],
    ['anything-but a prefix', { state: [{ 'anything-but': { prefix: 'Sh' } }] }, false],
    ['anything-but suffixes', { state: [{ 'anything-but': { suffix: ['x', 'y'] } }] }, true],
    ['anything-but a wildcard', { state: [{ 'anything-but': { wildcard: '*pp*' } }] }, false],
    [
      'anything-but ignoring case',
      { state: [{ 'anything-but': { 'equals-ignore-case': 'SHIPPED' } }] },
      false,
    ],
    ['exists', { object: { key: [{ exists: true }] } }, true],
    ['exists of an object, which is no leaf', { object: [{ exists: true }] }, false],
    ['exists false of an absent field', { absent: { deep: [{ exists: false }] } }, true],
    ['exists false of a present field', { nothing: [{ exists: false }] }, false],
    ['numeric equality', { price: [{ numeric: ['=', 3.5] }] }, true],
    ['a numeric range', { count: [{ numeric: ['>', 5, '<=', 7] }] }, true],
    ['outside of a numeric range', { count: [{ numeric: ['>', 7, '<=', 9] }] }, false],
    ['cidr', { ip: [{ cidr: '10.0.0.0/16' }] }, true],
    ['another cidr', { ip: [{ cidr: '10.1.0.0/16' }] }, false],
    ['$or', { $or: [{ state: ['Lost'] }, { count: [{ numeric: ['>', 1] }] }] }, true],
    ['$or that fails', { $or: [{ state: ['Lost'] }, { count: [1] }] }, false],
    ['$or beside a field', { ok: [false], $or: [{ count: [7] }, { count: [8] }] }, false],
    ['both fields of one object in a list', { lines: { sku: ['a'], size: [1] } }, true],
    ['fields of different objects in a list', { lines: { sku: ['a'], size: [2] } }, false],
    ['a dotted name as a nested one', { dotted: { name: ['x'] } }, true],
  ])('%s', (_name, detail, expected) => {
    expect(parseEventPattern(JSON.stringify({ detail })).matches(EVENT)).toBe(expected);
  });

  test('all fields of the envelope have to match', () => {
    const pattern = {
      source: ['acme.orders'],
      resources: ['arn:aws:s3:::out'],
      'detail-type': ['Order Lost'],
    };
    expect(parseEventPattern(JSON.stringify(pattern)).matches(EVENT)).toBe(false);
  });
});

describe('refusal', () => {
  test.each<[string, string]>([
    ['[]', 'Filter is not an object'],
    ['{}', 'Empty objects are not allowed'],
    ['{"a":1}', '"a" must be an object or an array'],
    ['{"a":[]}', 'Empty arrays are not allowed'],
    ['{"a":[["x"]]}', 'Match value must be String, number, true, false, or null'],
    ['{"a":[{"EXISTS":true}]}', 'Unrecognized match type EXISTS'],
    ['{"a":[{"exists":"yes"}]}', 'exists match pattern must be either true or false.'],
    ['{"a":[{"prefix":1}]}', 'prefix match pattern must be a string'],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', 'Only one key allowed in match expression'],
    ['{"a":[{"numeric":5}]}', 'Value of numeric must be an array.'],
    ['{"a":[{"numeric":["<","5"]}]}', 'Value of < must be numeric'],
    ['{"a":[{"numeric":[">",1,">",2]}]}', 'Bad numeric range operator: >'],
    ['{"a":[{"numeric":[">",3,"<",1]}]}', 'Bottom must be less than top'],
    ['{"a":[{"cidr":"10.0.0.0"}]}', "Malformed CIDR, one '/' required"],
    ['{"a":[{"wildcard":"a**"}]}', 'Consecutive wildcard characters at pos 2'],
    ['{"a":[{"anything-but":[null]}]}', 'Inside anything but list, start|null|boolean is not supported.'],
    ['{"$or":[{"a":[1]}]}', 'There must have at least 2 Objects in $or relationship.'],
  ])('%s: %s', (pattern, reason) => {
    expect(() => parseEventPattern(pattern)).toThrow(`Event pattern is not valid. Reason: ${reason}`);
  });

  test('carries the code of EventBridge', () => {
    expect(() => parseEventPattern('nonsense')).toThrow(
      expect.objectContaining({ code: 'InvalidEventPatternException' }),
    );
  });
});
