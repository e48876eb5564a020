/**
 * Manifests of dataset versions: identity, and reading and writing them as streams.
 *
 * A manifest is one JSON document with a file a line, so that nobody has to hold all of its files:
 *
 *     {"format":2,"digest":"…",…,"files":[
 *     {"path":"…","size":1,"sha256":"…","rows":1},
 *     {"path":"…","size":1,"sha256":"…","rows":1}
 *     ]}
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { canonicalJson } from '../../shared/digest.ts';
import { NonRetryableError } from '../../shared/errors.ts';
import { manifestKey } from '../../shared/keys.ts';
import { openLines } from '../../shared/objects.ts';
import { compareUtf8 } from '../../shared/utf8-order.ts';
import type { ManifestFile, ManifestHeader } from '../contract.ts';

type Identified = Pick<ManifestFile, 'path' | 'size' | 'sha256'>;
type Files<File> = AsyncIterable<File> | Iterable<File>;

const FILES_FOLLOW = ',"files":[';

/**
 * SHA-256 over path, size and SHA-256 of each file, in order of path. Rows and schema follow from the bytes, and where
 * the bytes were read from is provenance: neither is part of the identity.
 */
export function datasetDigest(files: readonly Identified[]): string {
  const digest = new DatasetDigest();
  for (const file of [...files].sort((a, b) => compareUtf8(a.path, b.path))) digest.add(file);
  return digest.hex();
}

/** The same, a file at a time in order of path: SHA-256 of the canonical JSON of the list. */
export class DatasetDigest {
  private readonly hash = createHash('sha256').update('[');
  private last: string | undefined;

  /** @throws Error when the path is not after the one before. */
  add({ path, size, sha256 }: Identified): void {
    if (this.last !== undefined && compareUtf8(this.last, path) >= 0) {
      throw new Error(`files out of order: "${path}" after "${this.last}"`);
    }
    this.hash.update(`${this.last === undefined ? '' : ','}${canonicalJson({ path, size, sha256 })}`);
    this.last = path;
  }

  hex(): string {
    return this.hash.update(']').digest('hex');
  }
}

/** What a header says beside what follows from the files. */
export type HeaderParts = Omit<ManifestHeader, 'format' | 'digest' | 'fileCount' | 'bytes'>;

/**
 * Writes a manifest to a local file.
 * @param files in order of path.
 * @returns the header that it begins with.
 */
export async function writeManifest(
  file: string,
  parts: HeaderParts,
  files: Files<ManifestFile>,
): Promise<ManifestHeader> {
  // the header comes first and follows from all files, so the lines wait in a file of their own
  const body = `${file}.body`;
  const digest = new DatasetDigest();
  let fileCount = 0;
  let bytes = 0;
  async function* lines(): AsyncIterable<string> {
    for await (const { path, size, sha256, chunkSize, rows } of files) {
      digest.add({ path, size, sha256 });
      bytes += size;
      yield `${fileCount++ === 0 ? '' : ',\n'}${JSON.stringify({ path, size, sha256, chunkSize, rows })}`;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(body));
  const header: ManifestHeader = { format: 2, digest: digest.hex(), fileCount, bytes, ...parts };
  async function* whole(): AsyncIterable<string | Uint8Array> {
    yield `${JSON.stringify(header).slice(0, -1)}${FILES_FOLLOW}\n`;
    yield* createReadStream(body);
    yield fileCount === 0 ? ']}\n' : '\n]}\n';
  }
  await pipeline(Readable.from(whole()), createWriteStream(file));
  await rm(body);
  return header;
}

/** A version's manifest without its files. @throws NonRetryableError (code `ObjectMissing`) */
export async function loadManifestHeader(bucket: string, version: number): Promise<ManifestHeader> {
  return readManifestHeader(bucket, manifestKey(version));
}

/** The same of a manifest that is not a version's yet. */
export async function readManifestHeader(bucket: string, key: string): Promise<ManifestHeader> {
  for await (const line of await open(bucket, key)) return headerOf(line, key);
  throw notUnderstood(key);
}

/** The files of a version as they arrive, in order of path. @throws NonRetryableError (code `ObjectMissing`) */
export async function* manifestFiles(bucket: string, version: number): AsyncIterable<ManifestFile> {
  const key = manifestKey(version);
  let isHeader = true;
  let isWhole = false;
  for await (const line of await open(bucket, key)) {
    if (isHeader) headerOf(line, key);
    else if (line === ']}') isWhole = true;
    else yield JSON.parse(line.endsWith(',') ? line.slice(0, -1) : line) as ManifestFile;
    isHeader = false;
  }
  if (!isWhole) throw notUnderstood(key);
}

async function open(bucket: string, key: string): Promise<AsyncIterable<string>> {
  const lines = await openLines(bucket, key);
  if (lines) return lines;
  throw new NonRetryableError(`s3://${bucket}/${key} does not exist`, {
    code: 'ObjectMissing',
    details: { bucket, key },
  });
}

function headerOf(line: string, key: string): ManifestHeader {
  if (!line.endsWith(FILES_FOLLOW)) throw notUnderstood(key);
  return JSON.parse(`${line.slice(0, -FILES_FOLLOW.length)}}`) as ManifestHeader;
}

function notUnderstood(key: string): NonRetryableError {
  return new NonRetryableError(`${key} is no whole manifest of format 2; commit the dataset again`, {
    code: 'ManifestNotUnderstood',
    details: { key },
  });
}
