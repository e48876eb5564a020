/** Rows 144 to 158: compression. */
import { gzipSync } from 'node:zlib';
import { createZip } from '../../../localstack/lambda/zip.ts';
import { tarArchive } from './archives.ts';
import {
  type Content,
  fixture,
  GOOD,
  type HostileUpload,
  hostile,
  readable,
  unreadable,
} from './hostile-upload.ts';

const gz = (content: Content) => ({ 'a.csv.gz': content });
const packed = gzipSync(GOOD);
const FINE = { x: ['1', '2'], y: ['0', '1'] };
/** 20,000 rows of numbers without order. */
const long = () =>
  `x,y\n${Array.from({ length: 20_000 }, (_, at) => `${(at * 7919) % 10_007},${at % 2}\n`).join('')}`;

function withWrongChecksum(): Buffer {
  const bytes = Buffer.from(packed);
  bytes[bytes.length - 8]! ^= 0xff;
  return bytes;
}

/** 300 MiB of eight bytes again and again: members of 1 MiB, so that nothing big is held. */
function bomb(): Buffer {
  const member = gzipSync('0,1\n1,0\n'.repeat(131_072), { level: 9 });
  return Buffer.concat([gzipSync('x,y\n'), ...Array.from({ length: 300 }, () => member)]);
}

export const COMPRESSION: readonly HostileUpload[] = [
  unreadable(
    144,
    'gzip cut off',
    () => gz(gzipSync(long()).subarray(0, 30_000)),
    'File "a.csv.gz" is damaged gzip: it ends too early; upload it again.',
  ),
  unreadable(
    145,
    'a wrong checksum',
    gz(withWrongChecksum()),
    'File "a.csv.gz" is damaged gzip: its checksum does not match; upload it again.',
  ),
  unreadable(
    146,
    'bytes after the end',
    gz(Buffer.concat([packed, Buffer.from('garbage')])),
    'File "a.csv.gz" has bytes after its gzip data that are not gzip.',
  ),
  readable(
    147,
    'two members',
    gz(Buffer.concat([packed, gzipSync('3,0\n')])),
    { x: ['1', '2', '3'], y: ['0', '1', '0'] },
    { x: 'integer' },
  ),
  hostile(148, 'gzip of nothing', gz(gzipSync('')), {
    verdict: 'FAIL',
    says: [['files-not-empty', 'File "a.csv.gz" is empty (0 bytes when unpacked).']],
  }),
  unreadable(
    149,
    '.gz that is not compressed',
    gz(GOOD),
    'File "a.csv.gz" does not begin with the two bytes of gzip (1f 8b).',
  ),
  unreadable(
    150,
    'gzip named .csv',
    packed,
    'File "a.csv" is gzip-compressed, which its name does not say; add .gz.',
  ),
  unreadable(
    151,
    'gzip within gzip',
    gz(gzipSync(packed)),
    'File "a.csv.gz" is compressed twice; compress it once.',
  ),
  unreadable(
    152,
    'a tar archive within gzip',
    gz(gzipSync(tarArchive('a.csv', GOOD))),
    'File "a.csv.gz" is a tar archive; upload the files in it.',
  ),
  unreadable(
    153,
    'a zip archive',
    { 'a.csv.zip': createZip({ 'a.csv': GOOD }) },
    'File "a.csv.zip" is a zip archive; upload the files in it, or compress each with gzip.',
  ),
  unreadable(
    154,
    'bzip2',
    { 'a.csv.bz2': Buffer.from('BZh91AY&SY') },
    'File "a.csv.bz2" is compressed with bzip2, which is not read; use gzip or Zstandard.',
  ),
  unreadable(
    155,
    'a gzip bomb',
    () => gz(bomb()),
    'File "a.csv.gz" unpacks to more than 100 times its size (over 256 MiB from...',
  ),
  unreadable(
    156,
    'Zstandard cut off',
    { 'a.csv.zst': fixture('zstd-2000').subarray(0, 3000) },
    'File "a.csv.zst" is damaged Zstandard: it ends too early; upload it again.',
  ),
  readable(157, 'Zstandard', { 'a.csv.zst': fixture('zstd-good') }, FINE, { x: 'integer' }),
  unreadable(
    158,
    'Zstandard named .csv',
    fixture('zstd-good'),
    'File "a.csv" is Zstandard-compressed, which its name does not say; add .zst.',
  ),
];
