/** Rows 181 to 196, and 174 to 177: sets of files, and names that are only text. */
import { gzipSync } from 'node:zlib';
import {
  type Content,
  fixture,
  GOOD,
  type HostileUpload,
  hostile,
  readable,
  type Says,
  unreadable,
} from './hostile-upload.ts';

/** 50 good files, but for these. */
function fifty(others: Readonly<Record<string, Content>>): Record<string, Content> {
  const names = Array.from({ length: 50 }, (_, at) => `part-${String(at).padStart(2, '0')}.csv`);
  return { ...Object.fromEntries(names.map((name) => [name, GOOD])), ...others };
}
const TOO_MANY = 'File "part-37.csv", row 2 has 3 fields, the header has 2.';
const FINE = { x: ['1', '2'], y: ['0', '1'] };
const FOUR = { x: ['1', '2', '3', '4'], y: ['0', '1', '0', '1'] };
/** 50 equal files are said to be equal. */
const SAME: Says = ['files-duplicated', '49 files have the same content: "part-00.csv", "part-01.csv"'];

export const SETS: readonly HostileUpload[] = [
  unreadable(181, 'one poisoned file among 50', fifty({ 'part-37.csv': 'x,y\n1,0\n2,1,3\n' }), TOO_MANY),
  hostile(
    182,
    'one bad value among 50 files',
    fifty({ 'part-37.csv': 'x,y\n1,0\nabc,1\n' }),
    {
      verdict: 'FAIL',
      declared: { x: 'integer' },
      rows: 100,
      bad: { x: ['abc'] },
      says: [
        [
          'column-types',
          '1 of 100 values of "x" is not of type integer, first in "part-37.csv" row 2: "abc".',
        ],
      ],
    },
    {
      verdict: 'WARN',
      types: { x: 'string' },
      rows: 100,
      says: [
        SAME,
        [
          'columns-inferred',
          'Column "x" is text: 1 of 100 values is not a number, first in "part-37.csv" row 2: "abc". Declare its type to refuse such rows.',
        ],
      ],
    },
  ),
  unreadable(
    183,
    'two poisoned files among 50',
    fifty({ 'part-37.csv': 'x,y\n1,0\n2,1,3\n', 'part-40.csv': Buffer.from('\x89PNG\r\n\x1a\n', 'latin1') }),
    TOO_MANY,
    'File "part-40.csv" is a PNG image, not CSV.',
  ),
  hostile(
    184,
    'an empty part',
    { 'p0.csv': GOOD, 'p1.csv': '' },
    {
      verdict: 'WARN',
      values: FINE,
      says: [['files-not-empty', 'File "p1.csv" is empty (0 bytes): 0 rows.']],
    },
  ),
  hostile(
    185,
    'an empty Parquet part',
    { 'p0.parquet': fixture('good'), 'p1.parquet': '' },
    {
      verdict: 'WARN',
      values: FINE,
      says: [['files-not-empty', 'File "p1.parquet" is empty (0 bytes): 0 rows.']],
    },
  ),
  hostile(
    186,
    'only empty parts',
    { 'p0.csv': '', 'p1.csv': '' },
    {
      verdict: 'FAIL',
      says: [['files-not-empty', 'All 2 files are empty (0 bytes).']],
    },
  ),
  readable(187, 'a part with a header only', { 'p0.csv': GOOD, 'p1.csv': 'x,y\n' }, FINE, { x: 'integer' }),
  unreadable(
    188,
    'a part without header',
    { 'p0.csv': GOOD, 'p1.csv': '3,0\n4,1\n' },
    'File "p1.csv" has no header: its first line holds numbers ("3", "0"), not names.',
  ),
  readable(189, 'another order of columns', { 'p0.csv': GOOD, 'p1.csv': 'y,x\n0,3\n1,4\n' }, FOUR, {
    x: 'integer',
  }),
  hostile(
    190,
    'a column that a part lacks',
    { 'p0.csv': GOOD, 'p1.csv': 'y\n0\n1\n' },
    {
      verdict: 'WARN',
      declared: { x: 'integer' },
      values: { x: ['1', '2', null, null], y: ['0', '1', '0', '1'] },
      bad: { x: [] },
      says: [
        [
          'columns-present',
          'Column "x" (feature) is missing from 1 of 2 files, first "p1.csv": its 2 rows have no value.',
        ],
      ],
    },
  ),
  hostile(
    191,
    'a column that only one part has',
    { 'p0.csv': GOOD, 'p1.csv': 'x,y,z\n3,0,1\n4,1,2\n' },
    {
      verdict: 'WARN',
      declared: { x: 'integer' },
      values: FOUR,
      says: [['columns-extra', 'Column "z" is not declared and is ignored.']],
    },
    {
      verdict: 'WARN',
      values: { ...FOUR, z: [null, null, '1', '2'] },
      types: { z: 'integer' },
      says: [
        [
          'columns-present',
          'Column "z" (feature) is missing from 1 of 2 files, first "p0.csv": its 2 rows have no value.',
        ],
      ],
    },
  ),
  unreadable(
    192,
    'names that differ by case between parts',
    { 'p0.csv': GOOD, 'p1.csv': 'X,y\n3,0\n4,1\n' },
    'Files "p0.csv" and "p1.csv" have columns "x" and "X", which differ by case only; use one name.',
  ),
  readable(
    193,
    'several dialects',
    { 'p0.csv': GOOD, 'p1.csv': '\ufeffx;y\n3;0\n', 'p2.tsv.gz': gzipSync('x\ty\n4\t1\n') },
    FOUR,
    { x: 'integer' },
  ),
  readable(
    194,
    'several formats',
    { 'p0.csv': GOOD, 'p1.jsonl': '{"x":3,"y":0}\n', 'p2.parquet': fixture('good') },
    { x: ['1', '2', '3', '1', '2'], y: ['0', '1', '0', '0', '1'] },
    { x: 'integer' },
  ),
  hostile(
    195,
    'another format than declared',
    { 'p0.csv': GOOD, 'p1.parquet': fixture('good') },
    {
      verdict: 'FAIL',
      settings: { format: 'csv' },
      says: [
        [
          'files-readable',
          'File "p1.parquet" is parquet by its name, but the project\'s format is csv (dataset.format).',
        ],
      ],
    },
  ),
  hostile(
    196,
    'the same bytes under two names',
    { 'p0.csv': GOOD, 'p1.csv': GOOD },
    {
      verdict: 'WARN',
      values: { x: ['1', '2', '1', '2'] },
      says: [
        ['files-duplicated', '2 files have the same content: "p0.csv", "p1.csv"; their rows count twice.'],
      ],
    },
  ),
];

/** Names of files that only look like something else. */
export const NAMES_AS_TEXT: readonly HostileUpload[] = [
  readable(159, 'letters of other alphabets', { 'données août 2024/α β.csv': GOOD }, FINE),
  readable(160, 'characters that URLs encode', { 'a+b%20c&d.csv': GOOD }, FINE),
  hostile(
    174,
    'a link that Git stored as text',
    { 'latest.csv': '../other/part-0.csv' },
    {
      verdict: 'FAIL',
      declared: { x: 'integer' },
      rows: 0,
      says: [['minimum-rows', 'The version would have 0 rows; at least 1 are needed (dataset.minimumRows).']],
    },
  ),
  unreadable(
    175,
    'a name with an arrow',
    { 'link.csv -> /etc/passwd': GOOD },
    'File "link.csv -> /etc/passwd" has none of the endings .csv, .tsv, .jsonl, .ndjson, .json (each also with .gz or .zst), .parquet.',
  ),
  readable(176, 'patterns', { '*.csv': GOOD, '[a].csv': 'x,y\n3,0\n', 'a?.csv': 'x,y\n4,1\n' }, FOUR, {
    x: 'integer',
  }),
  readable(177, 'SQL as a name', { "x'); DROP TABLE data; --.csv": GOOD }, FINE),
];
