/** Whether a file is what its name says, told from its first and last bytes. */
import { open } from 'node:fs/promises';
import type { DatasetSettings } from '../../shared/settings.ts';

export interface NamedFormat {
  readonly format: DatasetSettings['format'];
  readonly gzip: boolean;
  /** Suffix for a temporary copy, so that DuckDB knows the compression. */
  readonly suffix: string;
}

/** The first bytes of a file and its last four. */
export interface FileEnds {
  readonly first: Uint8Array;
  readonly last: Uint8Array;
}

const SUFFIXES: Readonly<Record<string, Omit<NamedFormat, 'suffix'>>> = {
  '.csv': { format: 'csv', gzip: false },
  '.csv.gz': { format: 'csv', gzip: true },
  '.jsonl': { format: 'jsonl', gzip: false },
  '.jsonl.gz': { format: 'jsonl', gzip: true },
  '.ndjson': { format: 'jsonl', gzip: false },
  '.ndjson.gz': { format: 'jsonl', gzip: true },
  '.parquet': { format: 'parquet', gzip: false },
};
export const KNOWN_SUFFIXES = Object.keys(SUFFIXES);
const PARQUET_MAGIC = 'PAR1';

/** What a name promises, or undefined when its suffix is none that we read. */
export function formatOfName(path: string): NamedFormat | undefined {
  const lower = path.toLowerCase();
  const suffix = KNOWN_SUFFIXES.filter((known) => lower.endsWith(known)).sort(
    (a, b) => b.length - a.length,
  )[0];
  return suffix === undefined ? undefined : { ...SUFFIXES[suffix]!, suffix };
}

/** Why the bytes are not of this format, as the end of a sentence, or undefined when nothing speaks against it. */
export function contradiction({ format, gzip }: NamedFormat, { first, last }: FileEnds): string | undefined {
  const isGzip = first[0] === 0x1f && first[1] === 0x8b;
  const isParquet = ascii(first.subarray(0, 4)) === PARQUET_MAGIC;
  if (gzip) return isGzip ? undefined : 'does not begin with the two bytes of gzip (1f 8b)';
  if (isGzip) return 'is gzip-compressed, which its name does not say; add .gz';
  if (format === 'parquet') {
    return isParquet && ascii(last) === PARQUET_MAGIC
      ? undefined
      : 'does not begin and end with the four bytes of Parquet (PAR1)';
  }
  if (isParquet) return 'is a Parquet file; name it .parquet';
  if (first.includes(0)) return 'holds binary data (a zero byte), not text';
  if (format === 'jsonl' && !/^\uFEFF?\s*\{/.test(Buffer.from(first).toString('utf8'))) {
    return 'does not begin with "{": JSON Lines has one object a line';
  }
  return undefined;
}

/** Reads both ends of a local file. */
export async function readEnds(file: string): Promise<FileEnds> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const first = Buffer.alloc(Math.min(4096, size));
    await handle.read(first, 0, first.length, 0);
    const last = Buffer.alloc(Math.min(4, size));
    await handle.read(last, 0, last.length, size - last.length);
    return { first, last };
  } finally {
    await handle.close();
  }
}

const ascii = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
