import { describe, expect, test } from 'vitest';
import type { Json } from '../json.ts';
import { find, parseSteps, withValueAt } from './json-path.ts';
import { evaluatePathField, evaluateTemplate } from './payload-template.ts';

const DATA = { a: { b: [1, 2, { c: 3 }] }, 'x-y': 1, list: [{ n: 1 }, { n: 2 }] };

describe('find', () => {
  test.each<[string, Json | undefined]>([
    ['', DATA],
    ['.a.b[2].c', 3],
    ["['x-y']", 1],
    ['.x-y', 1],
    ['.a.b[-1].c', 3],
    ['.a.b[0:2]', [1, 2]],
    ['.list[*].n', [1, 2]],
    ['..n', [1, 2]],
    ['.absent', undefined],
    ['.a.b[9]', undefined],
  ])('$%s', (path, expected) => {
    expect(find(DATA, parseSteps(path))).toEqual(expected);
  });

  test('refuses filters', () => {
    expect(() => parseSteps('.list[?(@.n==1)]')).toThrow('not supported');
  });
});

describe('withValueAt', () => {
  test('makes what is missing and leaves the original alone', () => {
    expect(withValueAt({ a: 1 }, parseSteps('.b.c'), 2)).toEqual({ a: 1, b: { c: 2 } });
    expect(withValueAt([1, 2], parseSteps('[1]'), 9)).toEqual([1, 9]);
    expect(withValueAt(5, parseSteps('.a'), 1)).toBeUndefined();
  });
});

describe('intrinsic functions', () => {
  const roots = {
    data: { n: 2, text: 'a,b;c', list: [1, 1, 2], flag: true },
    context: { State: { Name: 'S' } },
    variables: { v: { w: 4 } },
  };
  // values from the examples of the developer guide, or by hand
  test.each<[string, Json]>([
    ["States.Format('{} is {} {}', $.n, $.flag, $$.State.Name)", '2 is true S'],
    ["States.StringSplit($.text, ',;')", ['a', 'b', 'c']],
    ["States.ArrayGetItem(States.StringSplit($.text, ','), 1)", 'b;c'],
    ['States.ArrayPartition(States.ArrayRange(1, 9, 2), 4)', [[1, 3, 5, 7], [9]]],
    ['States.ArrayContains($.list, 2)', true],
    ['States.ArrayUnique($.list)', [1, 2]],
    ['States.ArrayLength($.list)', 3],
    ['States.MathAdd($v.w, -1)', 3],
    ["States.Hash('input data', 'SHA-1')", 'aaff4a450a104cd177d28d18d74485e8cae074b7'],
    ["States.Base64Decode(States.Base64Encode('x'))", 'x'],
    ['States.StringToJson(\'{"a":1}\')', { a: 1 }],
    ['States.JsonToString($.list)', '[1,1,2]'],
    ["States.Format('it\\'s')", "it's"],
  ])('%s', (source, expected) => {
    expect(evaluatePathField(source, 'f.$', roots)).toEqual(expected);
  });

  test.each(["States.Format('{}')", 'States.MathAdd(1', "States.Hash('a', 'crc')"])('%s fails', (source) => {
    expect(() => evaluatePathField(source, 'f.$', roots)).toThrowError(/States.IntrinsicFailure/);
  });

  test('members that end in .$ lose the mark, others stay', () => {
    expect(evaluateTemplate({ 'a.$': '$.n', b: '$.n', c: [{ 'd.$': '$v.w' }] }, roots)).toEqual({
      a: 2,
      b: '$.n',
      c: [{ d: 4 }],
    });
  });
});
