/** Unpacks gzip and Zstandard, within limits: a small file may hold more than a disk does. */
import type { Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import { Decompress, ZstdErrorCode } from 'fzstd';
import type { Compression } from './file-format.ts';

/** A file may not unpack to more than this many times its size, once it is over the floor. */
const EXPANSION_LIMIT = 100;
const EXPANSION_FLOOR = 256 * 1024 ** 2;
/** No file may unpack to more: it has to fit on the disk beside what is made of it. */
const LARGEST_TEXT = 10 * 1024 ** 3;
/** As zstd's own default: what it needs to hold while it unpacks. @see https://www.rfc-editor.org/rfc/rfc8878 3.1.1.1.2 */
const LARGEST_WINDOW = 128 * 1024 ** 2;
const OUTPUT_CHUNK = 256 * 1024;

/** Why a file cannot be unpacked, as the end of a sentence about it. */
export class UnpackError extends Error {}

/** Unpacked pieces of a file. @param size of the packed file, in bytes. @throws UnpackError */
export async function* unpack(
  source: Readable,
  size: number,
  compression: Compression,
): AsyncGenerator<Buffer> {
  let unpacked = 0;
  for await (const chunk of compression === 'gzip' ? gunzip(source, size) : unzstd(source)) {
    unpacked += chunk.length;
    checkExpansion(size, unpacked);
    yield chunk;
  }
}

/** A small gzip file at once; undefined when something is wrong with it, or it does not stay small. */
export function gunzipSmall(packed: Buffer, largest: number): Buffer | undefined {
  try {
    const { buffer, engine } = gunzipSync(packed, { info: true, maxOutputLength: largest }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    return engine.bytesWritten === packed.length ? buffer : undefined;
  } catch {
    // what is wrong is told when it is read piece by piece
    return undefined;
  }
}

function checkExpansion(packed: number, unpacked: number): void {
  if (unpacked > EXPANSION_FLOOR && unpacked > EXPANSION_LIMIT * packed) {
    const from = `over ${EXPANSION_FLOOR / 1024 ** 2} MiB from ${Math.ceil(packed / 1024)} KB`;
    throw new UnpackError(
      `unpacks to more than ${EXPANSION_LIMIT} times its size (${from}); reading stopped. Upload it uncompressed if it is right`,
    );
  }
  if (unpacked > LARGEST_TEXT) {
    throw new UnpackError(
      `unpacks to more than ${LARGEST_TEXT / 1024 ** 3} GiB; reading stopped. Split it into several files`,
    );
  }
}

async function* gunzip(source: Readable, size: number): AsyncGenerator<Buffer> {
  const gunzipped = createGunzip({ chunkSize: OUTPUT_CHUNK });
  source.once('error', (error) => gunzipped.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzipped)) yield chunk as Buffer;
  } catch (error) {
    throw gzipError(error as NodeJS.ErrnoException);
  } finally {
    source.destroy();
  }
  if (gunzipped.bytesWritten < size) throw trailing();
}

function gzipError(error: NodeJS.ErrnoException): Error {
  const { code, message } = error;
  if (code === 'Z_BUF_ERROR') return new UnpackError('is damaged gzip: it ends too early; upload it again');
  // the file begins as gzip does, so the header that is wrong is that of a member behind the first
  if (/incorrect header check/.test(message)) return trailing();
  if (!code?.startsWith('Z_')) return error;
  const why = /incorrect (data|length) check/.test(message) ? 'its checksum does not match' : message;
  return new UnpackError(`is damaged gzip: ${why}; upload it again`);
}

const trailing = () => new UnpackError('has bytes after its gzip data that are not gzip');

async function* unzstd(source: Readable): AsyncGenerator<Buffer> {
  const pieces: Buffer[] = [];
  // the library writes into the same memory again
  const decompress = new Decompress((chunk) => pieces.push(Buffer.from(chunk)));
  const feed = (chunk: Uint8Array, isLast: boolean) => {
    try {
      decompress.push(chunk, isLast);
    } catch (error) {
      // whatever the library throws, it stumbled over the bytes
      const { code, message } = error as { code?: number; message: string };
      const why = code === ZstdErrorCode.UnexpectedEOF ? 'it ends too early' : message;
      throw new UnpackError(`is damaged Zstandard: ${why}; upload it again`);
    }
    return pieces.splice(0);
  };
  let isFirst = true;
  for await (const chunk of source) {
    if (isFirst) checkWindow(chunk as Buffer);
    isFirst = false;
    yield* feed(chunk as Buffer, false);
  }
  yield* feed(new Uint8Array(), true);
}

/** What the first frame asks to be held in memory. */
function checkWindow(frame: Buffer): void {
  const flags = frame[4] ?? 0;
  const isSingleSegment = (flags & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][flags & 3]!;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][flags >> 6]!;
  const at = (isSingleSegment ? 5 : 6) + dictionaryBytes;
  if (frame.length < at + sizeBytes) return;
  const exponent = 10 + ((frame[5] ?? 0) >> 3);
  const described = 2 ** exponent * (1 + ((frame[5] ?? 0) & 7) / 8);
  const content = sizeBytes === 8 ? Number(frame.readBigUInt64LE(at)) : frame.readUIntLE(at, sizeBytes || 1);
  if ((isSingleSegment ? content : described) > LARGEST_WINDOW) {
    throw new UnpackError(
      `is Zstandard that takes more than ${LARGEST_WINDOW / 1024 ** 2} MiB of memory to unpack; compress it without --long and --ultra`,
    );
  }
}
