/** Rows 181 to 183: a few bad files among 50. */
import { type Content, GOOD, type HostileUpload, hostile, type Says } from './hostile-upload.ts';

/** 50 good files, but for these. */
function fifty(others: Readonly<Record<string, Content>>): Record<string, Content> {
  const names = Array.from({ length: 50 }, (_, at) => `part-${String(at).padStart(2, '0')}.csv`);
  return { ...Object.fromEntries(names.map((name) => [name, GOOD])), ...others };
}
const TOO_MANY = 'File "part-37.csv", row 2 has 3 fields, the header has 2.';
/** The good ones among 50 are said to be equal. */
const same = (files: number): Says => [
  'files-duplicated',
  `${files} files have the same content: "part-00.csv", "part-01.csv", "part-02.csv", "part-03.csv", "part-04.csv", "part-05.csv", "part-06.csv", "part-07.csv", "part-08.csv", "part-09.csv", ...; their rows count ${files} times.`,
];

export const FIFTY_FILES: readonly HostileUpload[] = [
  hostile(181, 'one poisoned file among 50', fifty({ 'part-37.csv': 'x,y\n1,0\n2,1,3\n' }), {
    verdict: 'FAIL',
    says: [['files-readable', TOO_MANY], same(49)],
  }),
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
        same(49),
      ],
    },
    {
      verdict: 'WARN',
      types: { x: 'string' },
      rows: 100,
      says: [
        same(49),
        [
          'columns-inferred',
          'Column "x" is text: 1 of 100 values is not a number, first in "part-37.csv" row 2: "abc". Declare its type to refuse such rows.',
        ],
      ],
    },
  ),
  hostile(
    183,
    'two poisoned files among 50',
    fifty({ 'part-37.csv': 'x,y\n1,0\n2,1,3\n', 'part-40.csv': Buffer.from('\x89PNG\r\n\x1a\n', 'latin1') }),
    {
      verdict: 'FAIL',
      says: [
        ['files-readable', TOO_MANY],
        ['files-readable', 'File "part-40.csv" is a PNG image, not CSV.'],
        same(48),
      ],
    },
  ),
];
