/** What a file is, told from its name and from its first and last bytes. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { FileFormat } from '../../shared/duckdb.ts';

export type Compression = 'gzip' | 'zstd';

export interface NamedFormat {
  readonly format: FileFormat;
  readonly compression?: Compression;
  /** `.tsv`: separated by tabs and by nothing else. */
  readonly tabs: boolean;
}

/** The first bytes of a file, up to 4 KiB, and its last four. */
export interface FileEnds {
  readonly first: Buffer;
  readonly last: Buffer;
}

const TEXT_ENDINGS: Readonly<Record<string, Omit<NamedFormat, 'compression'>>> = {
  '.csv': { format: 'csv', tabs: false },
  '.tsv': { format: 'csv', tabs: true },
  '.jsonl': { format: 'jsonl', tabs: false },
  '.ndjson': { format: 'jsonl', tabs: false },
  '.json': { format: 'jsonl', tabs: false },
};
const COMPRESSIONS: Readonly<Record<string, Compression | undefined>> = {
  '': undefined,
  '.gz': 'gzip',
  '.zst': 'zstd',
};
const PARQUET: NamedFormat = { format: 'parquet', tabs: false };
/** Bytes of a path, as systems have it. */
const LONGEST_LINK = 4096;
const ENDINGS = `${Object.keys(TEXT_ENDINGS).join(', ')} (each also with .gz or .zst), .parquet`;

/** What a name promises, or undefined when its ending is none that we read. Case does not matter. */
export function formatOfName(path: string): NamedFormat | undefined {
  const lower = path.toLowerCase();
  if (lower.endsWith('.parquet')) return PARQUET;
  for (const [suffix, compression] of Object.entries(COMPRESSIONS)) {
    const ending = Object.keys(TEXT_ENDINGS).find((text) => lower.endsWith(text + suffix));
    if (ending) return { ...TEXT_ENDINGS[ending]!, compression };
  }
  return undefined;
}

/** Why a name without a known ending is not read, as the end of a sentence. */
export function unknownEnding(path: string): string {
  const lower = path.toLowerCase();
  if (lower.endsWith('.parquet.gz') || lower.endsWith('.parquet.zst')) {
    return `is Parquet within ${lower.endsWith('.gz') ? 'gzip' : 'Zstandard'}; Parquet compresses its own pages: upload the .parquet`;
  }
  if (lower.endsWith('.zip')) return 'is a zip archive; upload the files in it, or compress each with gzip';
  const other = { '.bz2': 'bzip2', '.xz': 'xz', '.lz4': 'LZ4', '.snappy': 'Snappy' };
  for (const [ending, name] of Object.entries(other)) {
    if (lower.endsWith(ending)) return `is compressed with ${name}, which is not read; use gzip or Zstandard`;
  }
  const advice = lower.endsWith('.txt')
    ? '; text in columns is named .csv or .tsv'
    : /\.[^./]+$/.test(lower)
      ? '; remove it, or begin its name with "_" to leave it out'
      : '';
  return `has none of the endings ${ENDINGS}${advice}`;
}

/** Why the bytes are not of this format, as the end of a sentence, or undefined when nothing speaks against it. */
export function contradiction(named: NamedFormat, { first, last }: FileEnds): string | undefined {
  const { format, compression } = named;
  const known = KNOWN_BYTES.find(({ bytes, at = 0 }) => startsWith(first, bytes, at));
  if (compression) {
    if (known?.compression === compression) return undefined;
    return compression === 'gzip'
      ? 'does not begin with the two bytes of gzip (1f 8b)'
      : 'does not begin with the four bytes of Zstandard (28 b5 2f fd)';
  }
  if (known?.compression) {
    const [name, ending] = known.compression === 'gzip' ? ['gzip', '.gz'] : ['Zstandard', '.zst'];
    return `is ${name}-compressed, which its name does not say; add ${ending}`;
  }
  if (format === 'parquet') return parquetContradiction(first, last);
  if (known) return known.is!(first);
  const target = linkTarget(first);
  if (target !== undefined) {
    return `is a symbolic link that was stored as text ("${target}"); links are not followed: upload the file it points to`;
  }
  return textContradiction(format, first);
}

/** Where a symbolic link leads that Git stored as a file: its whole content is the name of a file, without line end. */
function linkTarget(first: Buffer): string | undefined {
  const text = first.toString('utf8');
  // a file of one column has no path to a file of data as its header
  const isName = first.length < LONGEST_LINK && !/[\n\r,;|\t"{]/.test(text);
  return isName && formatOfName(text) ? text : undefined;
}

function parquetContradiction(first: Buffer, last: Buffer): string | undefined {
  if (latin1(first, 4) === 'PARE' || latin1(last, 4) === 'PARE') {
    return 'is encrypted Parquet, which is not read; write it without modular encryption (the bucket encrypts it at rest)';
  }
  if (latin1(first, 4) !== 'PAR1') return 'does not begin with the four bytes of Parquet (PAR1)';
  if (latin1(last, 4) !== 'PAR1') {
    return 'does not end with the four bytes of Parquet (PAR1): is it cut off?';
  }
  return undefined;
}

/** What speaks against unpacked text of this format. */
export function textContradiction(format: FileFormat, first: Buffer): string | undefined {
  const wide = wideEncoding(first);
  if (wide) return `is ${wide} text; save it as UTF-8${wide === 'UTF-16' ? ' (Excel: "CSV UTF-8")' : ''}`;
  const known = KNOWN_BYTES.find(({ bytes, at = 0 }) => startsWith(first, bytes, at));
  if (known) return known.compression ? 'is compressed twice; compress it once' : known.is!(first);
  const text = withoutBom(first).toString('utf8').trimStart();
  if (text.startsWith('version https://git-lfs.github.com/spec/')) {
    return 'is a Git LFS pointer, not the data; run "git lfs pull" and upload again';
  }
  if (/^<(!doctype|html|\?xml|error)/i.test(text)) {
    return `is an HTML or XML document, not ${format === 'csv' ? 'CSV' : 'JSON Lines'}; was an error page downloaded in its place?`;
  }
  if (format === 'jsonl' && text.startsWith('[')) {
    return 'is one JSON array; write one object a line (pandas: to_json(orient="records", lines=True))';
  }
  if (format === 'jsonl' && text !== '' && !text.startsWith('{')) {
    return 'does not begin with "{": JSON Lines has one object a line';
  }
  if (format === 'csv' && /^sep=.\r?\n/i.test(text)) {
    return `begins with Excel's line "${text.split(/\r?\n/)[0]}"; remove it`;
  }
  return undefined;
}

interface KnownBytes {
  readonly bytes: readonly number[];
  readonly at?: number;
  readonly compression?: Compression;
  readonly is?: (first: Buffer) => string;
}

const KNOWN_BYTES: readonly KnownBytes[] = [
  { bytes: [0x1f, 0x8b], compression: 'gzip' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], compression: 'zstd' },
  { bytes: [0x89, 0x50, 0x4e, 0x47], is: () => 'is a PNG image, not CSV' },
  { bytes: [0xff, 0xd8, 0xff], is: () => 'is a JPEG image, not CSV' },
  { bytes: [0x25, 0x50, 0x44, 0x46], is: () => 'is a PDF document, not CSV' },
  { bytes: [0x50, 0x41, 0x52, 0x31], is: () => 'is a Parquet file; name it .parquet' },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], is: () => 'is an Excel workbook; save the sheet as "CSV UTF-8"' },
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    is: (first) =>
      first.includes('xl/') || first.includes('[Content_Types].xml')
        ? 'is an Excel workbook; save the sheet as "CSV UTF-8"'
        : 'is a zip archive; upload the files in it, or compress each with gzip',
  },
  { bytes: [0x75, 0x73, 0x74, 0x61, 0x72], at: 257, is: () => 'is a tar archive; upload the files in it' },
];

/** UTF-16 or UTF-32 by byte order mark, or by every other byte of a beginning that is a zero. */
function wideEncoding(first: Buffer): 'UTF-16' | 'UTF-32' | undefined {
  if (startsWith(first, [0xff, 0xfe, 0, 0]) || startsWith(first, [0, 0, 0xfe, 0xff])) return 'UTF-32';
  if (startsWith(first, [0xff, 0xfe]) || startsWith(first, [0xfe, 0xff])) return 'UTF-16';
  const sample = first.subarray(0, 512);
  const zeros = (parity: number) => sample.filter((byte, index) => index % 2 === parity && byte === 0).length;
  const half = sample.length / 2;
  const [even, odd] = [zeros(0), zeros(1)];
  const isWide = half >= 4 && Math.max(even, odd) > 0.6 * half && Math.min(even, odd) < 0.1 * half;
  return isWide ? 'UTF-16' : undefined;
}

/** Reads both ends of a local file; at once, because files may be many and small. */
export function readEnds(file: string): FileEnds {
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const first = Buffer.alloc(Math.min(4096, size));
    readSync(handle, first, 0, first.length, 0);
    const last = Buffer.alloc(Math.min(4, size));
    readSync(handle, last, 0, last.length, size - last.length);
    return { first, last };
  } finally {
    closeSync(handle);
  }
}

/** Whether a text begins with the byte order mark of UTF-8. */
export const hasBom = (bytes: Buffer) => startsWith(bytes, [0xef, 0xbb, 0xbf]);

/** Without the byte order mark of UTF-8. */
export const withoutBom = (bytes: Buffer) => (hasBom(bytes) ? bytes.subarray(3) : bytes);

const startsWith = (bytes: Buffer, expected: readonly number[], at = 0) =>
  expected.every((byte, index) => bytes[at + index] === byte);
const latin1 = (bytes: Buffer, length: number) => bytes.subarray(0, length).toString('latin1');
