/** Rows 184 to 196: sets of files. */
import { gzipSync } from 'node:zlib';
import { fixture, GOOD, type HostileUpload, hostile, readable, unreadable } from './hostile-upload.ts';

const FINE = { x: ['1', '2'], y: ['0', '1'] };
const FOUR = { x: ['1', '2', '3', '4'], y: ['0', '1', '0', '1'] };
export const SETS: readonly HostileUpload[] = [
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
    {
      verdict: 'FAIL',
      declared: { x: 'integer' },
      settings: {
        key: 'x',
        columns: [
          { name: 'x', type: 'integer', role: 'key' },
          { name: 'y', type: 'integer', role: 'target' },
        ],
      },
      says: [
        [
          'columns-present',
          'Column "x" (key) is missing from 1 of 2 files, first "p1.csv": its 2 rows have no value.',
        ],
        [
          'null-rate',
          '2 of 4 rows (50 %) have no value in "x", but the key of every row is needed, first in "p1.csv" row 1.',
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
