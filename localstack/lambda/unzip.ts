/**
 * A reader for the zip files that functions and layers come in: stored and deflated entries, directories, symbolic
 * links and permission bits. No zip64, no encryption.
 */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { AwsError } from '../core/errors.ts';

const END_OF_CENTRAL_DIRECTORY = 0x06054b50;
const CENTRAL_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const END_RECORD_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const FILE_TYPE_MASK = 0o170000;
const SYMBOLIC_LINK = 0o120000;

export interface ZipEntry {
  readonly path: string;
  /** Unix mode with the file type's bits; 0 when the archive was not made on Unix. */
  readonly mode: number;
  /** Bytes once unpacked, as the archive states it. */
  readonly size: number;
  read(): Buffer;
}

const unreadable = (cause: string) =>
  new AwsError(
    'InvalidParameterValueException',
    'Could not unzip uploaded file. Please check your file, then try to upload again.',
    { cause, fields: { Type: 'User' } },
  );

function findEnd(zip: Buffer): number {
  const lowest = Math.max(0, zip.length - END_RECORD_BYTES - LONGEST_COMMENT);
  for (let at = zip.length - END_RECORD_BYTES; at >= lowest; at -= 1) {
    if (zip.readUInt32LE(at) === END_OF_CENTRAL_DIRECTORY) return at;
  }
  throw unreadable('no end of central directory');
}

function readContent(zip: Buffer, localAt: number, packedSize: number, method: number, size: number): Buffer {
  if (zip.readUInt32LE(localAt) !== LOCAL_ENTRY) throw unreadable('bad local header');
  const start = localAt + 30 + zip.readUInt16LE(localAt + 26) + zip.readUInt16LE(localAt + 28);
  const packed = zip.subarray(start, start + packedSize);
  if (method !== 0 && method !== 8) throw unreadable(`compression method ${method}`);
  const content = method === 0 ? packed : inflateRawSync(packed);
  if (content.length !== size) throw unreadable('an entry has another size than stated');
  return content;
}

/** The entries of an archive, directories included, without unpacking them. @throws AwsError InvalidParameterValueException */
export function readZip(zip: Buffer): ZipEntry[] {
  if (zip.length < END_RECORD_BYTES) throw unreadable('too short');
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  if (count === 0xffff || at === 0xffffffff) throw unreadable('zip64');
  const entries: ZipEntry[] = [];
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > zip.length || zip.readUInt32LE(at) !== CENTRAL_ENTRY) throw unreadable('bad directory');
    const method = zip.readUInt16LE(at + 10);
    const packedSize = zip.readUInt32LE(at + 20);
    const size = zip.readUInt32LE(at + 24);
    const nameBytes = zip.readUInt16LE(at + 28);
    const mode = zip.readUInt32LE(at + 38) >>> 16;
    const localAt = zip.readUInt32LE(at + 42);
    const path = zip.toString('utf8', at + 46, at + 46 + nameBytes);
    entries.push({ path, mode, size, read: () => readContent(zip, localAt, packedSize, method, size) });
    at += 46 + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

/**
 * Unpacks an archive below `directory`, which must exist. Files get the archive's permission bits, so that a program
 * in a layer can be run; a file without any gets 644.
 * @throws AwsError InvalidParameterValueException for a damaged archive or a path that leads outside.
 */
export function unzipTo(zip: Buffer, directory: string): void {
  for (const entry of readZip(zip)) {
    const path = normalize(entry.path);
    if (path.startsWith('..') || path.startsWith('/')) throw unreadable(`path "${entry.path}" leads outside`);
    const target = join(directory, path);
    if (entry.path.endsWith('/')) {
      mkdirSync(target, { recursive: true });
      continue;
    }
    mkdirSync(dirname(target), { recursive: true });
    if ((entry.mode & FILE_TYPE_MASK) === SYMBOLIC_LINK) {
      symlinkSync(entry.read().toString('utf8'), target);
      continue;
    }
    writeFileSync(target, entry.read());
    const permissions = entry.mode & 0o777;
    chmodSync(target, permissions === 0 ? 0o644 : permissions | 0o400);
  }
}
