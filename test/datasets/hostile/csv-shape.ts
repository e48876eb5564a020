/** Rows 29 to 49: headers, rows and separators of CSV that are wrong or odd. */
import { GOOD, type HostileUpload, hostile, readable, unreadable } from './hostile-upload.ts';

const FINE = { x: ['1', '2'], y: ['0', '1'] };

export const CSV_SHAPE: readonly HostileUpload[] = [
  unreadable(
    29,
    'a row with too many fields',
    'x,y\n1,0\n2,1,3\n',
    'File "a.csv", row 2 has 3 fields, the header has 2.',
  ),
  unreadable(
    30,
    'every row with too many fields',
    'x,y\n1,0,9\n2,1,9\n',
    'File "a.csv", row 1 has 3 fields, the header has 2.',
  ),
  unreadable(
    31,
    'a separator at the end of each row',
    'x,y\n1,0,\n2,1,\n',
    'File "a.csv", row 1 has 3 fields, the header has 2; the last field is empty: remove the separator at the end of the rows.',
  ),
  unreadable(
    32,
    'a row with too few fields',
    'x,y,z\n1,0,5\n2,1\n',
    'File "a.csv", row 2 has 2 fields, the header has 3.',
  ),
  unreadable(
    33,
    'the last row cut off',
    'x,y\n1,0\n2',
    'File "a.csv", row 2 has 1 field, the header has 2; it is the last row: is the file cut off?',
  ),
  unreadable(
    34,
    'the same name twice',
    'x,x,y\n1,2,0\n3,4,1\n',
    'File "a.csv" has two columns named "x" (1 and 2); give each a name of its own.',
  ),
  unreadable(
    35,
    'names that differ by case only',
    'Age,age,y\n1,2,0\n3,4,1\n',
    'File "a.csv" has columns "Age" and "age" (1 and 2), which differ by case only; Athena and Glue cannot tell them apart.',
  ),
  unreadable(36, 'an empty name', 'x,,y\n1,2,0\n3,4,1\n', 'File "a.csv" has no name for column 2.'),
  unreadable(
    37,
    'the index that pandas writes',
    ',x,y\n0,1,0\n1,2,1\n',
    'File "a.csv" has no name for column 1; it counts the rows: write the file without index (pandas: to_csv(index=False)).',
  ),
  unreadable(
    38,
    'no header',
    '1,2,0\n3,4,1\n5,6,0\n',
    'File "a.csv" has no header: its first line holds numbers ("1", "2", "0"), not names.',
  ),
  unreadable(
    39,
    'a title before the header',
    'Export of May\nx,y\n1,0\n2,1\n',
    'File "a.csv", row 1 has 2 fields, the header has 1 ("Export of May"); the first line has to be the header.',
  ),
  unreadable(
    40,
    "Excel's line before the header",
    'sep=;\nx;y\n1;0\n2;1\n',
    'File "a.csv" begins with Excel\'s line "sep=;"; remove it.',
  ),
  unreadable(
    41,
    'the header again',
    'x,y\n1,0\nx,y\n2,1\n',
    'File "a.csv", row 2 repeats the header; were files put together with their headers?',
  ),
  readable(42, 'semicolons', 'x;y\n1;0\n2;1\n', FINE),
  hostile(
    43,
    'decimal commas',
    'x;y\n1,5;0\n2,5;1\n',
    {
      verdict: 'FAIL',
      declared: { x: 'double' },
      values: { x: [null, null] },
      bad: { x: ['1,5', '2,5'] },
      says: [
        [
          'column-types',
          '2 of 2 values of "x" are not of type double, first in "a.csv" row 1: "1,5". Write a decimal point.',
        ],
      ],
    },
    { verdict: 'PASS', values: { x: ['1,5', '2,5'] }, types: { x: 'string' } },
  ),
  readable(44, 'tabs in .csv', 'x\ty\n1\t0\n2\t1\n', FINE),
  unreadable(
    45,
    'commas in .tsv',
    { 'a.tsv': GOOD },
    'File "a.tsv" has no tab in its header "x,y", which looks comma-separated; name it .csv.',
  ),
  readable(46, 'pipes', 'x|y\n1|0\n2|1\n', FINE),
  hostile(47, 'a separator that is none of the four', 'x^y\n1^0\n2^1\n', {
    verdict: 'FAIL',
    values: { 'x^y': ['1^0', '2^1'] },
    says: [
      [
        'target-present',
        'Target column "y" is missing; the columns are "x^y". Separators are comma, semicolon, tab and pipe.',
      ],
    ],
  }),
  readable(48, 'one column', 'y\n0\n1\n', { y: ['0', '1'] }, { y: 'integer' }),
  unreadable(
    49,
    'two separators that fit',
    'a,b;c,d\n1,2;3,4\n5,6;7,8\n',
    'File "a.csv" can be read with commas (3 columns) and with semicolons (2 columns); put values that hold a separator in quotation marks.',
  ),
];
