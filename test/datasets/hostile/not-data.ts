/** Rows 1 to 15: not data at all. */

import { createZip } from '../../../localstack/lambda/zip.ts';
import { fixture, GOOD, type HostileUpload, hostile, readable, unreadable } from './hostile-upload.ts';

const PNG = '89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489';
const ENDINGS = '.csv, .tsv, .jsonl, .ndjson, .json (each also with .gz or .zst), .parquet';

export const NOT_DATA: readonly HostileUpload[] = [
  hostile(1, '0 bytes', '', {
    verdict: 'FAIL',
    says: [['files-not-empty', 'File "a.csv" is empty (0 bytes).']],
  }),
  unreadable(2, 'blank lines only', '\n\n  \n', 'File "a.csv" has no header: it holds blank lines only.'),
  hostile(3, 'a header only', 'x,y\n', {
    verdict: 'FAIL',
    declared: { x: 'integer' },
    says: [['minimum-rows', 'The version would have 0 rows; at least 1 are needed (dataset.minimumRows).']],
    rows: 0,
  }),
  unreadable(4, 'a PNG image', Buffer.from(PNG, 'hex'), 'File "a.csv" is a PNG image, not CSV.'),
  unreadable(
    5,
    'an Excel workbook',
    createZip({ '[Content_Types].xml': '<Types/>', 'xl/workbook.xml': '<workbook/>' }),
    'File "a.csv" is an Excel workbook; save the sheet as "CSV UTF-8".',
  ),
  unreadable(
    6,
    'an error page',
    '<!DOCTYPE html>\n<html><body>\nAccess Denied</body></html>\n',
    'File "a.csv" is an HTML or XML document, not CSV; was an error page downloaded in its place?',
  ),
  unreadable(
    7,
    'a Git LFS pointer',
    'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n',
    'File "a.csv" is a Git LFS pointer, not the data; run "git lfs pull" and upload again.',
  ),
  unreadable(
    8,
    'Parquet named .csv',
    () => fixture('good'),
    'File "a.csv" is a Parquet file; name it .parquet.',
  ),
  unreadable(
    9,
    'CSV named .parquet',
    { 'a.parquet': GOOD },
    'File "a.parquet" does not begin with the four bytes of Parquet (PAR1).',
  ),
  unreadable(
    10,
    'CSV named .jsonl',
    { 'a.jsonl': GOOD },
    'File "a.jsonl" does not begin with "{": JSON Lines has one object a line.',
  ),
  unreadable(
    11,
    'a JSON array',
    { 'a.json': '[{"x":1,"y":0},{"x":2,"y":1}]\n' },
    'File "a.json" is one JSON array; write one object a line (pandas: to_json(orient="records", lines=True)).',
  ),
  unreadable(
    12,
    'README.md beside the data',
    { 'README.md': '# Data\n', 'a.csv': GOOD },
    `File "README.md" has none of the endings ${ENDINGS}; remove it, or begin its name with "_" to leave it out.`,
  ),
  unreadable(
    13,
    'CSV named .txt',
    { 'a.txt': GOOD },
    `File "a.txt" has none of the endings ${ENDINGS}; text in columns is named .csv or .tsv.`,
  ),
  unreadable(14, 'CSV without ending', { a: GOOD }, `File "a" has none of the endings ${ENDINGS}.`),
  readable(
    15,
    'capital letters',
    { 'A.CSV': GOOD },
    { x: ['1', '2'], y: ['0', '1'] },
    { x: 'integer', y: 'integer' },
  ),
];
