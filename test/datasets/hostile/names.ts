/** Rows 159 to 180 but 168: names of files and keys. */
import { GOOD, type HostileUpload, hostile, type Reading, readable, type Says } from './hostile-upload.ts';

const FINE = { x: ['1', '2'], y: ['0', '1'] };
const FOUR = { x: ['1', '2', '3', '4'], y: ['0', '1', '0', '1'] };
/** Good, and another content than GOOD. */
const OTHER = 'x,y\n3,0\n4,1\n';
const ENDINGS = '.csv, .tsv, .jsonl, .ndjson, .json (each also with .gz or .zst), .parquet';
const DECOMPOSED = 'e\u0301.csv';

const named = (...sentences: string[]): Says[] => sentences.map((sentence) => ['file-names', sentence]);
const refused = (...sentences: string[]): Reading => ({ verdict: 'FAIL', says: named(...sentences) });
const warned = (...sentences: string[]): Reading => ({ verdict: 'WARN', says: named(...sentences) });
const ignored = (sentence: string): Reading => ({ verdict: 'PASS', says: [['files-ignored', sentence]] });
const onWindows = (path: string) => `"${path}" cannot be a file on Windows; it is kept as it is.`;

/** Names that are text to the reader, whatever they look like. */
export const NAMES_AS_TEXT: readonly HostileUpload[] = [
  readable(159, 'letters of other alphabets', { 'données août 2024/α β.csv': GOOD }, FINE),
  readable(160, 'characters that URLs encode', { 'a+b%20c&d.csv': GOOD }, FINE),
  hostile(
    174,
    'a link that Git stored as text',
    { 'latest.csv': '../other/part-0.csv' },
    {
      verdict: 'FAIL',
      says: [
        [
          'files-readable',
          'File "latest.csv" is a symbolic link that was stored as text ("../other/part-0.csv"); links are not followed: upload the file it points to.',
        ],
      ],
    },
  ),
  hostile(
    175,
    'a name with an arrow',
    { 'link.csv -> /etc/passwd': GOOD },
    {
      verdict: 'FAIL',
      says: [
        ['files-readable', `File "link.csv -> /etc/passwd" has none of the endings ${ENDINGS}.`],
        ...named(onWindows('link.csv -> /etc/passwd')),
      ],
    },
  ),
  hostile(
    176,
    'patterns',
    { '*.csv': GOOD, '[a].csv': 'x,y\n3,0\n', 'a?.csv': 'x,y\n4,1\n' },
    { ...warned(onWindows('*.csv'), onWindows('a?.csv')), values: FOUR, types: { x: 'integer' } },
  ),
  readable(177, 'SQL as a name', { "x'); DROP TABLE data; --.csv": GOOD }, FINE),
];

/** Names that are judged before a file is read. */
export const NAMES_OF_KEYS: readonly HostileUpload[] = [
  hostile(
    161,
    'a way out of the folder',
    { '../../etc/passwd.csv': GOOD, 'sub/../a.csv': OTHER },
    refused(
      '"../../etc/passwd.csv" has a segment "..": it could not be pulled into a folder. Rename it.',
      '"sub/../a.csv" has a segment "..": it could not be pulled into a folder. Rename it.',
    ),
  ),
  hostile(162, 'the folder itself', { './a.csv': GOOD }, refused('"./a.csv" has a segment ".". Rename it.')),
  hostile(
    163,
    'empty segments',
    { 'sub//a.csv': GOOD, '/a.csv': OTHER },
    refused(
      '"sub//a.csv" has an empty segment ("//"). Rename it.',
      '"/a.csv" has an empty segment ("//"). Rename it.',
    ),
  ),
  hostile(
    164,
    'a control character',
    { 'a\nb.csv': GOOD },
    refused('"a\\nb.csv" has a control character. Rename it.'),
  ),
  hostile(
    165,
    'a backslash',
    { 'sub\\a.csv': GOOD },
    warned('"sub\\a.csv" has a backslash, which Windows takes for a folder; it is kept as it is.'),
  ),
  hostile(
    166,
    'a folder of the console',
    { 'sub/': '', 'a.csv': GOOD },
    ignored('"sub/" is a folder marker and is left out.'),
  ),
  hostile(
    167,
    'a folder with content',
    { 'sub/': '0123456789', 'a.csv': GOOD },
    {
      verdict: 'FAIL',
      says: [
        ...named('"sub/" ends with "/" and has content: it could not be pulled as a file. Rename it.'),
        ['files-readable', `File "sub/" has none of the endings ${ENDINGS}.`],
      ],
    },
  ),
  hostile(
    169,
    'a segment of 256 bytes',
    { [`${'x'.repeat(252)}.csv`]: GOOD },
    warned('"xxxxxxxx....csv" has a segment of 256 bytes; most file systems take 255, so pull may fail.'),
  ),
  hostile(
    170,
    'one name in two forms of Unicode',
    { 'é.csv': GOOD, [DECOMPOSED]: OTHER },
    refused(`"${DECOMPOSED}" and "é.csv" are the same name on macOS (Unicode NFC); rename one.`),
  ),
  hostile(
    171,
    'names that differ by case',
    { 'A.csv': GOOD, 'a.csv': OTHER },
    refused(
      '"A.csv" and "a.csv" differ by case only, which macOS and Windows cannot hold in one folder; rename one.',
    ),
  ),
  hostile(
    172,
    'a file that is a folder too',
    { 'a.csv': GOOD, 'a.csv/part-0.csv': OTHER },
    refused('"a.csv" is both a file and a folder ("a.csv/part-0.csv"); rename one.'),
  ),
  hostile(
    173,
    'names that Windows reserves',
    { 'aux.csv': GOOD, 'a:b.csv': OTHER },
    warned(onWindows('a:b.csv'), onWindows('aux.csv')),
  ),
  hostile(
    178,
    'files of other programs',
    { _committed_1: 'x', _metadata: 'x', '.part-0.csv.crc': 'x', '.DS_Store': 'x', 'a.csv': GOOD },
    ignored(
      '4 files whose names begin with "_" or "." are left out, as Spark and Hive do: ".DS_Store", ".part-0.csv.crc", "_committed_1", "_metadata".',
    ),
  ),
  hostile(
    179,
    'a hidden folder',
    { '_drafts/a.csv': OTHER, 'a.csv': GOOD },
    ignored('1 file below a folder whose name begins with "_" or "." is left out: "_drafts/a.csv".'),
  ),
  hostile(
    180,
    'folders of partitions',
    { 'year=2024/part-0.csv': GOOD },
    {
      verdict: 'WARN',
      says: [
        [
          'partition-folders',
          'Folders such as "year=2024" are part of the path only; no column "year" is read. Write it into the files to use it.',
        ],
      ],
    },
  ),
];
