/** Rows 50 to 70: lines, quotation marks and names of CSV. */
import { column, type HostileUpload, hostile, readable, type Says, unreadable } from './hostile-upload.ts';

const BLANK_NAME: Says = [
  'header-names',
  'Column " y" of "a.csv" has blanks or invisible characters in its name; it is kept as it is.',
];
const FINE = { x: ['1', '2'], y: ['0', '1'] };
const wide = (columns: number) => {
  const line = (value: (at: number) => string) =>
    Array.from({ length: columns }, (_, at) => value(at)).join(',');
  return `${line((at) => (at < columns - 1 ? `c${at}` : 'y'))}\n${line(() => '1')}\n${line(() => '0')}\n`;
};

export const CSV_LINES: readonly HostileUpload[] = [
  readable(50, 'line ends CR only', 'x,y\r1,0\r2,1\r', FINE, { y: 'integer' }),
  readable(51, 'CRLF and LF mixed', 'x,y\r\n1,0\n2,1\r\n', FINE, { y: 'integer' }),
  readable(52, 'blank lines', 'x,y\n1,0\n\n2,1\n\n\n', FINE),
  hostile(53, 'blank lines in one column', 'y\n0\n\n1\n', {
    verdict: 'WARN',
    values: { y: ['0', '1'] },
    says: [
      [
        'blank-lines',
        'File "a.csv" has one column and 1 blank line, which is not a row; write a missing value as "".',
      ],
    ],
  }),
  readable(54, 'no line end at the end', 'x,y\n1,0\n2,1', FINE),
  readable(55, 'quoted line ends', column('"a\nb"', '"c\r\nd"'), { x: ['a\nb', 'c\r\nd'], y: ['0', '1'] }),
  readable(56, 'doubled quotes', column('"say ""hi"", you"', 'b'), { x: ['say "hi", you', 'b'] }),
  readable(57, 'backslash before quotes', column('"say \\"hi\\", you"', 'b'), { x: ['say "hi", you', 'b'] }),
  readable(58, 'a backslash before the closing quote', column('"C:\\"', 'b'), { x: ['C:\\', 'b'] }),
  unreadable(
    59,
    'a quote that never closes',
    'x,y\n"1,0\n2,1\n',
    'File "a.csv", row 1: a quotation mark is opened and never closed.',
  ),
  unreadable(
    60,
    'text after a closing quote',
    'x,y\n"a"b,0\nc,1\n',
    'File "a.csv", row 1: text follows a closing quotation mark; double the marks within a value.',
  ),
  readable(61, 'a quote within a value', column('5" pipe', 'b'), { x: ['5" pipe', 'b'] }),
  unreadable(
    62,
    'single quotes',
    "x,y\n'a,b',0\nc,1\n",
    'File "a.csv", row 1 has 3 fields, the header has 2.',
  ),
  hostile(63, 'a value of 10 MB', () => column('a'.repeat(10_000_000), 'b'), { verdict: 'PASS', rows: 2 }),
  unreadable(
    64,
    'a line of 17 MiB',
    () => column('a'.repeat(17 * 1024 ** 2), 'b'),
    'File "a.csv", row 1 is longer than 16 MiB; is a quotation mark or a line end missing?',
  ),
  readable(65, '1,000 columns', () => wide(1000), { c0: ['1', '0'], c998: ['1', '0'], y: ['1', '0'] }),
  unreadable(
    66,
    '10,001 columns',
    () => wide(10_001),
    'File "a.csv" has 10001 columns; at most 10000 are read. Is the file transposed?',
  ),
  hostile(
    67,
    'blanks around names',
    'x, y\n1,0\n2,1\n',
    {
      verdict: 'FAIL',
      says: [
        [
          'target-present',
          'Target column "y" is missing; the columns are " y", "x". " y" differs from it by blanks only.',
        ],
        BLANK_NAME,
      ],
    },
    {
      verdict: 'WARN',
      settings: { target: ' y' },
      values: { x: ['1', '2'], ' y': ['0', '1'] },
      says: [BLANK_NAME],
    },
  ),
  hostile(68, 'a name of 300 bytes', `${'x'.repeat(300)},y\n1,0\n2,1\n`, {
    verdict: 'WARN',
    values: { ['x'.repeat(300)]: ['1', '2'] },
    says: [
      ['header-names', 'Column "xxxxxxxx..." of "a.csv" has a name of 300 bytes; Athena and Glue take 255.'],
    ],
  }),
  readable(69, 'SQL as a name', '"x""; DROP TABLE data; --",y\n1,0\n2,1\n', {
    'x"; DROP TABLE data; --': ['1', '2'],
    y: ['0', '1'],
  }),
  readable(70, 'formulas and HTML', column('=cmd()', '<script>alert(1)</script>'), {
    x: ['=cmd()', '<script>alert(1)</script>'],
  }),
];
