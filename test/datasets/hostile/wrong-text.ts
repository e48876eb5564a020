/** Rows 16 to 28: wrong text. */
import {
  column,
  GOOD,
  type HostileUpload,
  hostile,
  readable,
  type Says,
  unreadable,
} from './hostile-upload.ts';

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
const bigEndian = (text: string) => Buffer.from(text, 'utf16le').swap16();
const utf32 = (text: string) =>
  Buffer.concat([...text].map((character) => Buffer.from([character.codePointAt(0)!, 0, 0, 0])));
const UTF_16 = 'File "a.csv" is UTF-16 text; save it as UTF-8 (Excel: "CSV UTF-8").';

const INVISIBLE = ['\\u00a0x', 'y\\u200b'].map(
  (name): Says => [
    'header-names',
    `Column "${name}" of "a.csv" has blanks or invisible characters in its name; it is kept as it is.`,
  ],
);

export const WRONG_TEXT: readonly HostileUpload[] = [
  readable(16, 'a byte order mark', bytes([0xef, 0xbb, 0xbf], GOOD), { x: ['1', '2'], y: ['0', '1'] }),
  unreadable(17, 'UTF-16 with mark', Buffer.from(`\ufeff${GOOD}`, 'utf16le'), UTF_16),
  unreadable(18, 'UTF-16 without mark', Buffer.from(GOOD, 'utf16le'), UTF_16),
  unreadable(19, 'UTF-16, big endian', bigEndian(`\ufeff${GOOD}`), UTF_16),
  unreadable(
    20,
    'UTF-32',
    bytes([0xff, 0xfe, 0, 0], [...utf32(GOOD)]),
    'File "a.csv" is UTF-32 text; save it as UTF-8.',
  ),
  unreadable(
    21,
    'Latin-1',
    bytes('x,y\ncaf', [0xe9], ',0\nb,1\n'),
    'File "a.csv" is not UTF-8 text: byte 0xE9 in row 1; it looks like Latin-1 or Windows-1252 ("café"); save it as UTF-8.',
  ),
  unreadable(
    22,
    'one wrong byte far away',
    () => bytes('x,y\n', 'a,0\n'.repeat(29_999), [0xff], ',1\n'),
    'File "a.csv" is not UTF-8 text: byte 0xFF in row 30000; it looks like Latin-1 or Windows-1252 ("ÿ"); save it as UTF-8.',
  ),
  unreadable(
    23,
    'a lone surrogate',
    bytes('x,y\n', [0xed, 0xa0, 0x80], ',0\nb,1\n'),
    'File "a.csv" is not UTF-8 text: byte 0xED in row 1; save it as UTF-8.',
  ),
  unreadable(
    24,
    'a NUL byte within a value',
    'x,y\na\0b,0\nc,1\n',
    'File "a.csv" holds a NUL byte in row 1: it is binary or damaged; write the file again.',
  ),
  unreadable(
    25,
    'NUL bytes at the end',
    GOOD + '\0'.repeat(4096),
    'File "a.csv" holds a NUL byte after row 2: it is binary or damaged; write the file again.',
  ),
  unreadable(26, 'Ctrl-Z at the end', `${GOOD}\x1a`, 'File "a.csv", row 3 has 1 field, the header has 2.'),
  hostile(
    27,
    'invisible characters in the header',
    '\u00a0x,y\u200b\n1,0\n2,1\n',
    {
      verdict: 'WARN',
      settings: { target: 'y\u200b' },
      values: { '\u00a0x': ['1', '2'], 'y\u200b': ['0', '1'] },
      says: INVISIBLE,
    },
    {
      verdict: 'FAIL',
      declared: { x: 'integer' },
      says: [
        ...INVISIBLE,
        [
          'columns-present',
          'Column "x" (feature) is missing; "\\u00a0x" differs from it by invisible characters only.',
        ],
        [
          'target-present',
          'Target column "y" is missing; the columns are "y\\u200b", "\\u00a0x". "y\\u200b" differs from it by invisible characters only.',
        ],
        ['columns-extra', '2 columns are not declared and are ignored: "y\\u200b", "\\u00a0x".'],
      ],
    },
  ),
  readable(
    28,
    'emoji, right-to-left marks, combining letters',
    column('\u{1F600}\u202eabc', 'e\u0301'),
    { x: ['\u{1F600}\u202eabc', 'e\u0301'] },
    { x: 'string' },
  ),
];
