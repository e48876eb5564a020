/** Rows 123 to 143: Parquet. */
import { gzipSync } from 'node:zlib';
import {
  type Content,
  fixture,
  type HostileUpload,
  hostile,
  overRange,
  readable,
  unreadable,
} from './hostile-upload.ts';

const parquet = (content: Content) => ({ 'a.parquet': content });
const of = (name: string) => parquet(fixture(name));
const FINE = { x: ['1', '2'], y: ['0', '1'] };
const DAMAGED = 'File "a.parquet" has a damaged footer; write it again.';
const good = fixture('good');

/** A column that is not read, beside good ones. */
const unread = (row: number, name: string, sentence: string): HostileUpload =>
  hostile(row, `a column that is not read: ${name}`, of(name), {
    verdict: 'WARN',
    values: FINE,
    types: { x: 'integer', y: 'integer' },
    says: [['columns-unread', sentence]],
  });

export const PARQUET: readonly HostileUpload[] = [
  unreadable(
    123,
    'cut off in the middle',
    parquet(good.subarray(0, good.length >> 1)),
    'File "a.parquet" does not end with the four bytes of Parquet (PAR1): is it cut off?',
  ),
  unreadable(124, 'an overwritten footer', of('bad-footer'), DAMAGED),
  unreadable(125, 'a footer of 2 GB', of('long-footer'), DAMAGED),
  unreadable(
    126,
    'an overwritten page',
    of('bad-page'),
    'File "a.parquet" has damaged data; write it again.',
  ),
  unreadable(
    127,
    'an encrypted footer',
    parquet(Buffer.concat([Buffer.from('PARE'), good.subarray(4, -4), Buffer.from('PARE')])),
    'File "a.parquet" is encrypted Parquet, which is not read; write it without modular encryption (the bucket encrypts it at rest).',
  ),
  unreadable(
    128,
    'Parquet within gzip',
    { 'a.parquet.gz': gzipSync(good) },
    'File "a.parquet.gz" is Parquet within gzip; Parquet compresses its own pages: upload the .parquet.',
  ),
  hostile(129, 'no row groups', of('no-row-groups'), {
    verdict: 'FAIL',
    declared: { x: 'integer' },
    rows: 0,
    says: [['minimum-rows', 'The version would have 0 rows; at least 1 are needed (dataset.minimumRows).']],
  }),
  unread(
    130,
    'struct',
    'Column "s" of "a.parquet" holds objects or arrays and is not read; flatten it to use it.',
  ),
  hostile(131, 'a list in a declared column', of('list'), {
    verdict: 'FAIL',
    declared: { x: 'integer' },
    values: { x: [null, null] },
    bad: { x: ['[1]', '[2]'] },
    says: [
      [
        'column-types',
        '2 of 2 values of "x" are not of type integer, first in "a.parquet" row 1: "[1]". Flatten objects and arrays into columns of their own.',
      ],
    ],
  }),
  unread(
    132,
    'binary',
    'Column "b" of "a.parquet" holds binary data and is not read; write it as text to use it.',
  ),
  unread(
    133,
    'time',
    'Column "t" of "a.parquet" holds times of day and is not read; write it as text or number to use it.',
  ),
  readable(
    134,
    'INT96',
    of('int96'),
    { x: ['2001-01-01 00:00:00', '2001-01-02 00:00:00'] },
    { x: 'timestamp' },
  ),
  hostile(135, 'nanoseconds', of('nanoseconds'), {
    verdict: 'WARN',
    types: { x: 'timestamp' },
    values: { x: ['2001-01-01 00:00:00.123456', '2001-01-01 00:00:00'] },
    says: [
      [
        'values-rounded',
        '1 of 2 values of "x" in "a.parquet" has nanoseconds, which are cut to microseconds.',
      ],
    ],
  }),
  hostile(136, 'decimals of 30 digits', of('decimal'), {
    verdict: 'WARN',
    declared: { x: 'double' },
    values: { x: ['1.2345678901234569e+27', '1.5'] },
    bad: { x: [] },
    says: [
      [
        'values-rounded',
        '1 of 2 values of "x" in "a.parquet" has more than 15 digits and becomes the nearest double.',
      ],
    ],
  }),
  hostile(
    137,
    'UINT64 above 2^63-1',
    of('uint64'),
    {
      verdict: 'FAIL',
      declared: { x: 'integer' },
      values: { x: [null, '1'] },
      bad: { x: ['9223372036854775808'] },
      says: [
        [
          'column-types',
          '1 of 2 values of "x" is not of type integer, first in "a.parquet" row 1: "9223372036854775808". Integers lie between -2^63 and 2^63-1; declare an identifier as string.',
        ],
      ],
    },
    {
      verdict: 'PASS',
      types: { x: 'string' },
      values: { x: ['9223372036854775808', '1'] },
      says: [['columns-inferred', overRange('a.parquet', '9223372036854775808')]],
    },
  ),
  readable(138, 'a dictionary', of('dictionary'), { x: ['a', 'b'] }, { x: 'string' }),
  hostile(
    139,
    'a column of type null',
    of('null'),
    { verdict: 'PASS', declared: { x: 'integer' }, values: { x: [null, null] }, bad: { x: [] } },
    {
      verdict: 'PASS',
      types: { x: 'string' },
      values: { x: [null, null] },
      says: [['columns-inferred', 'Column "x" is text: it has no values. Declare its type.']],
    },
  ),
  unread(
    140,
    'pandas-index',
    'Column "__index_level_0__" of "a.parquet" is a pandas index and is not read (pandas: to_parquet(index=False)).',
  ),
  unreadable(
    141,
    'the same name twice',
    of('twice'),
    'File "a.parquet" has two columns named "x" (1 and 2); give each a name of its own.',
  ),
  hostile(
    142,
    'integers, then doubles',
    { 'p0.parquet': good, 'p1.parquet': fixture('double') },
    {
      verdict: 'FAIL',
      declared: { x: 'integer' },
      values: { x: ['1', '2', null, null] },
      bad: { x: ['1.5', '2.5'] },
      says: [
        ['column-types', '2 of 4 values of "x" are not of type integer, first in "p1.parquet" row 1: "1.5".'],
      ],
    },
    { verdict: 'PASS', types: { x: 'double' }, values: { x: ['1.0', '2.0', '1.5', '2.5'] } },
    { verdict: 'PASS', declared: { x: 'double' }, values: { x: ['1.0', '2.0', '1.5', '2.5'] } },
  ),
  hostile(
    143,
    'integers, then text',
    { 'p0.parquet': good, 'p1.parquet': fixture('text') },
    {
      verdict: 'FAIL',
      declared: { x: 'integer' },
      values: { x: ['1', '2', null, null] },
      bad: { x: ['a', 'b'] },
      says: [
        ['column-types', '2 of 4 values of "x" are not of type integer, first in "p1.parquet" row 1: "a".'],
      ],
    },
    {
      verdict: 'PASS',
      types: { x: 'string' },
      values: { x: ['1', '2', 'a', 'b'] },
      says: [
        [
          'columns-inferred',
          'Column "x" is text: 2 of 4 values are not numbers, first in "p1.parquet" row 1: "a". Declare its type to refuse such rows.',
        ],
      ],
    },
  ),
];
