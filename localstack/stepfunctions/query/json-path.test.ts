import { describe, expect, test } from 'vitest';
import type { Json } from '../json.ts';
import { find, withValueAt } from './json-path.ts';
import { parseSteps } from './json-path-parser.ts';
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

  // the example document of JSONPath's own article (goessner.net/articles/JsonPath), which AWS's page uses too
  const STORE = {
    store: {
      book: [
        { category: 'reference', author: 'Nigel Rees', title: 'Sayings of the Century', price: 8.95 },
        { category: 'fiction', author: 'Evelyn Waugh', title: 'Sword of Honour', price: 12.99 },
        { category: 'fiction', author: 'Herman Melville', title: 'Moby Dick', isbn: '0-553', price: 8.99 },
        { category: 'fiction', author: 'J. R. R. Tolkien', title: 'The Lord', isbn: '0-395', price: 22.99 },
      ],
      bicycle: { color: 'red', price: 19.95 },
    },
    limit: 10,
  };
  const titles = (path: string) =>
    (find(STORE as unknown as Json, parseSteps(path)) as { title: string }[]).map(({ title }) => title);

  test.each<[string, string[]]>([
    ['..book[?(@.isbn)]', ['Moby Dick', 'The Lord']],
    ['..book[?(!@.isbn)]', ['Sayings of the Century', 'Sword of Honour']],
    ['..book[?(@.price < 10)]', ['Sayings of the Century', 'Moby Dick']],
    ['.store.book[?(@.price <= $.limit)]', ['Sayings of the Century', 'Moby Dick']],
    ['.store.book[?(@.author =~ /.*rees/i)]', ['Sayings of the Century']],
    [".store.book[?(@.category == 'fiction' && @.price > 20)]", ['The Lord']],
    [
      ".store.book[?(@['category'] == 'reference' || (@.isbn && @.price < 9))]",
      ['Sayings of the Century', 'Moby Dick'],
    ],
    [".store.book[?(@.category != 'fiction')]", ['Sayings of the Century']],
    ['.store.book[?(@.price in [8.95, 22.99])]', ['Sayings of the Century', 'The Lord']],
    [".store.book[?(@.category nin ['fiction'])]", ['Sayings of the Century']],
    ['.store.book[0,1]', ['Sayings of the Century', 'Sword of Honour']],
    ['.store.book[-2:]', ['Moby Dick', 'The Lord']],
    ['..[?(@.price == 8.99)]', ['Moby Dick']],
    ['.store.book[?(@.price > 100)]', []],
  ])('$%s', (path, expected) => {
    expect(titles(path)).toEqual(expected);
  });

  test.each(['.list[?(@.n==)]', '.list[?(@.n==1]', '.list[(@.length-1)]', '.list.length()', '.a..'])(
    'refuses $%s',
    (path) => {
      expect(() => parseSteps(path)).toThrow('not supported');
    },
  );
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

  // results as AWS gave them in the recordings of LocalStack's suite (v2/intrinsic_functions)
  test.each<[string, Json, Json]>([
    ['States.Array()', 'HelloWorld', []],
    ['States.ArrayPartition($, 2)', [], []],
    ['States.ArrayContains($, null)', [[1, 2, 3], 2], false],
    ['States.ArrayContains($, States.Array(1, 2))', [[1, 2], 2], true],
    ['States.ArrayRange(1, 9, 9)', null, [1]],
    [
      'States.ArrayUnique($)',
      [null, null, [], [], { a: 1, b: 2 }, { b: 2, a: 1 }],
      [null, [], { a: 1, b: 2 }],
    ],
    [
      "States.Format('Formatting {}.', $)",
      { Arg1: 1, Arg2: ['x', null] },
      'Formatting {Arg1=1, Arg2=[x, null]}.',
    ],
    ["States.Format('Formatting {}.', $)", 1.1, 'Formatting 1.1.'],
    ["States.Format('\\{{}\\}', $)", 'x', '{x}'],
    ['States.StringToJson($)', ' ', null],
    ['States.StringToJson($)', '-0', -0],
    ['States.JsonToString($)', [1, 2, 'HelloWorld'], '[1,2,"HelloWorld"]'],
    ['States.MathAdd($[0], $[1])', [1.49, 1.5], 3],
    ['States.MathAdd($[0], $[1])', [1.5, 1.51], 4],
    ['States.MathAdd($[0], $[1])', [-1.5, -1.51], -3],
    ['States.MathAdd($[0], $[1])', [-0.5, 0], 0],
    ['States.MathAdd($[0], $[1])', [2.5, 0], 3],
    ["States.StringSplit($, ',')", ', , ,', [' ', ' ']],
    ["States.StringSplit($, '.+,=')", 'This.is+a,test=string', ['This', 'is', 'a', 'test', 'string']],
    ["States.StringSplit($, ',')", ',,,,', []],
    [
      'States.JsonMerge($[0], $[1], false)',
      [
        { a: { a1: 1 }, b: 2 },
        { a: { a3: 1 }, c: 3 },
      ],
      { a: { a3: 1 }, b: 2, c: 3 },
    ],
  ])('%s of %j', (source, data, expected) => {
    expect(evaluatePathField(source, 'f.$', { ...roots, data })).toEqual(expected);
  });

  test('States.MathRandom takes numbers of any kind, and a seed', () => {
    const draw = (source: string) => Number(evaluatePathField(source, 'f.$', roots));
    for (let time = 0; time < 20; time += 1) {
      expect([12, 13, 14]).toContain(draw('States.MathRandom(12.4, 14.5)'));
    }
    expect(draw('States.MathRandom(0, 999, 3)')).toBe(draw('States.MathRandom(0, 999, 3)'));
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
