/** Rows 105 to 122: JSON Lines. */
import {
  type HostileUpload,
  hostile,
  overRange,
  type Reading,
  readable,
  unreadable,
} from './hostile-upload.ts';

const jsonl = (text: string | Uint8Array | (() => string)) => () => ({
  'a.jsonl': typeof text === 'function' ? text() : text,
});
const UNREAD = 'Column "x" of "a.jsonl" holds objects or arrays and is not read; flatten it to use it.';
const NESTED: Reading = {
  verdict: 'WARN',
  values: { y: ['0', '1'] },
  types: { y: 'integer' },
  says: [['columns-unread', UNREAD]],
};

export const JSON_LINES: readonly HostileUpload[] = [
  unreadable(
    105,
    'a line that is no JSON',
    jsonl('{"x":1,"y":0}\nnope\n'),
    'File "a.jsonl", row 2 is not JSON.',
  ),
  unreadable(
    106,
    'a cut-off last line',
    jsonl('{"x":1,"y":0}\n{"x":2,"y'),
    'File "a.jsonl", row 2 is not JSON; it is the last row: is the file cut off?',
  ),
  unreadable(
    107,
    'one object over several lines',
    jsonl('{\n  "x": 1,\n  "y": 0\n}\n'),
    'File "a.jsonl", row 1 is not JSON by itself; write each object on one line.',
  ),
  unreadable(
    108,
    'two objects on a line',
    jsonl('{"x":1,"y":0} {"x":2,"y":1}\n'),
    'File "a.jsonl", row 1 is not JSON by itself; write each object on one line.',
  ),
  unreadable(
    109,
    'single quotes',
    jsonl("{'x': 1, 'y': 0}\n"),
    'File "a.jsonl", row 1 is not JSON; names and text stand in double quotes (Python: json.dumps).',
  ),
  unreadable(
    110,
    'a line that is no object',
    jsonl('{"x":1,"y":0}\n[1,0]\n'),
    'File "a.jsonl", row 2 is not an object.',
  ),
  unreadable(
    111,
    'a field twice',
    jsonl('{"x":1,"x":2,"y":0}\n{"x":3,"y":1}\n'),
    'File "a.jsonl", row 1 has the field "x" twice.',
  ),
  unreadable(
    112,
    'fields that differ by case',
    jsonl('{"x":1,"X":2,"y":0}\n{"x":3,"X":4,"y":1}\n'),
    'File "a.jsonl" has columns "x" and "X", which differ by case only; Athena and Glue cannot tell them apart.',
  ),
  readable(
    113,
    'fields absent or null',
    jsonl('{"x":1,"y":0}\n{"y":1}\n{"x":null,"y":1}\n'),
    { x: ['1', null, null], y: ['0', '1', '1'] },
    { x: 'integer' },
  ),
  readable(114, 'empty text', jsonl('{"x":"","y":0}\n{"x":"a","y":1}\n'), { x: ['', 'a'] }, { x: 'string' }),
  hostile(115, 'NaN and Infinity as Python writes them', jsonl('{"x":NaN,"y":0}\n{"x":-Infinity,"y":1}\n'), {
    verdict: 'WARN',
    declared: { x: 'double' },
    values: { x: ['nan', '-inf'] },
    says: [['finite-values', '2 of 2 values of "x" are not finite (1 NaN, 1 infinite).']],
  }),
  hostile(
    116,
    'a number as text',
    jsonl('{"x":"1","y":0}\n{"x":2,"y":1}\n'),
    { verdict: 'PASS', declared: { x: 'integer' }, values: { x: ['1', '2'] } },
    {
      verdict: 'PASS',
      types: { x: 'string' },
      values: { x: ['1', '2'] },
      says: [
        [
          'columns-inferred',
          'Column "x" is text: 1 of 2 values is written in quotes, first in "a.jsonl" row 1: "1". Declare it as integer if they are numbers.',
        ],
      ],
    },
  ),
  hostile(
    117,
    'an object in a column',
    jsonl('{"x":{"a":1},"y":0}\n{"x":2,"y":1}\n'),
    {
      verdict: 'FAIL',
      declared: { x: 'integer' },
      values: { x: [null, '2'] },
      bad: { x: ['{"a":1}'] },
      says: [
        [
          'column-types',
          '1 of 2 values of "x" is not of type integer, first in "a.jsonl" row 1: "{"a":1}". Flatten objects and arrays into columns of their own.',
        ],
      ],
    },
    NESTED,
  ),
  hostile(
    118,
    '100,000 brackets',
    jsonl(() => `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)},"y":0}\n{"x":1,"y":1}\n`),
    NESTED,
  ),
  hostile(
    119,
    '2^64',
    jsonl('{"x":18446744073709551616,"y":0}\n{"x":1,"y":1}\n'),
    {
      verdict: 'FAIL',
      declared: { x: 'integer' },
      values: { x: [null, '1'] },
      bad: { x: ['18446744073709551616'] },
      says: [
        [
          'column-types',
          '1 of 2 values of "x" is not of type integer, first in "a.jsonl" row 1: "18446744073709551616". Integers lie between -2^63 and 2^63-1; declare an identifier as string.',
        ],
      ],
    },
    {
      verdict: 'PASS',
      types: { x: 'string' },
      values: { x: ['18446744073709551616', '1'] },
      says: [['columns-inferred', overRange('a.jsonl', '18446744073709551616')]],
    },
  ),
  readable(120, 'blank lines', jsonl('{"x":1,"y":0}\n\n{"x":2,"y":1}\n\n'), { x: ['1', '2'], y: ['0', '1'] }),
  readable(
    121,
    'a byte order mark',
    jsonl(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{"x":1,"y":0}\n{"x":2,"y":1}\n')])),
    { x: ['1', '2'], y: ['0', '1'] },
  ),
  unreadable(
    122,
    'an escaped NUL',
    jsonl('{"x":"a\\u0000b","y":0}\n{"x":"c","y":1}\n'),
    'File "a.jsonl" holds a NUL character (\\u0000) in row 1.',
  ),
];
