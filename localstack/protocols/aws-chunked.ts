/** Decodes the `aws-chunked` content encoding, in which SDKs stream bodies with trailing checksums. */
import { Transform, type TransformCallback } from 'node:stream';
import { AwsError } from '../core/errors.ts';

const NEWLINE = 0x0a;
/** A chunk header is a size in hex and a signature; a trailer line is a name and a checksum. */
const LONGEST_LINE = 4096;
const INCOMPLETE = 'You did not provide the number of bytes specified by the Content-Length HTTP header';

/** Told what passes; throws what the stream then fails with. */
export interface ChunkCheck {
  data(bytes: Buffer): void;
  /** Once for each chunk, the empty last one too. */
  endOfChunk(chunkSignature: string | undefined): void;
  /** The lines `name:value` of the trailer without the signature's. */
  trailers(lines: readonly string[], trailerSignature: string | undefined): void;
}

export interface ChunkedOptions {
  /** Verifies chunks that are signed. */
  readonly check?: ChunkCheck | undefined;
  /** What `x-amz-decoded-content-length` says. */
  readonly decodedLength?: number | undefined;
}

/**
 * Turns chunks (`size[;chunk-signature=…]\r\n data \r\n`) into their data, holding one line at most. After the last
 * chunk, `onTrailers` is told the trailing headers, names in lower case, before the stream ends.
 */
export function decodeAwsChunked(
  onTrailers: (trailers: ReadonlyMap<string, string>) => void,
  { check, decodedLength }: ChunkedOptions = {},
): Transform {
  const trailers = new Map<string, string>();
  const trailerLines: string[] = [];
  let chunkSignature: string | undefined;
  let decodedBytes = 0;
  let line: Buffer[] = [];
  let lineLength = 0;
  let state: 'size' | 'data' | 'data-end' | 'trailer' | 'done' = 'size';
  let remaining = 0;

  function takeLine(text: string): void {
    if (state === 'size') {
      const size = /^([0-9a-f]+)(;.*)?$/i.exec(text);
      if (!size) throw malformed(`chunk header '${text.slice(0, 40)}'`);
      remaining = Number.parseInt(size[1]!, 16);
      chunkSignature = /;\s*chunk-signature=([0-9a-f]+)/.exec(size[2] ?? '')?.[1];
      if (remaining === 0) check?.endOfChunk(chunkSignature);
      state = remaining === 0 ? 'trailer' : 'data';
    } else if (state === 'data-end') {
      if (text !== '') throw malformed('chunk longer than its size');
      state = 'size';
    } else if (text === '') {
      state = 'done';
    } else {
      const colon = text.indexOf(':');
      if (colon < 0) throw malformed(`trailer '${text.slice(0, 40)}'`);
      const name = text.slice(0, colon).trim().toLowerCase();
      const value = text.slice(colon + 1).trim();
      trailers.set(name, value);
      if (name !== 'x-amz-trailer-signature') trailerLines.push(`${name}:${value}`);
    }
  }

  return new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
      try {
        let at = 0;
        while (at < chunk.length && state !== 'done') {
          if (state === 'data') {
            const data = chunk.subarray(at, at + remaining);
            check?.data(data);
            this.push(data);
            at += data.length;
            decodedBytes += data.length;
            remaining -= data.length;
            if (remaining === 0) {
              check?.endOfChunk(chunkSignature);
              state = 'data-end';
            }
            continue;
          }
          const end = chunk.indexOf(NEWLINE, at);
          const part = chunk.subarray(at, end < 0 ? chunk.length : end);
          line.push(part);
          lineLength += part.length;
          if (lineLength > LONGEST_LINE) throw malformed('line too long');
          at += part.length;
          if (end < 0) continue;
          at += 1;
          const text = Buffer.concat(line).toString('latin1').replace(/\r$/, '');
          line = [];
          lineLength = 0;
          takeLine(text);
        }
        done();
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      const isCut = state === 'size' || state === 'data' || state === 'data-end';
      if (isCut || (decodedLength !== undefined && decodedLength !== decodedBytes)) {
        done(new AwsError('IncompleteBody', INCOMPLETE, { status: 400 }));
        return;
      }
      try {
        check?.trailers(trailerLines, trailers.get('x-amz-trailer-signature'));
      } catch (error) {
        done(error as Error);
        return;
      }
      onTrailers(trailers);
      done();
    },
  });
}

function malformed(what: string): AwsError {
  return new AwsError('InvalidRequest', `malformed aws-chunked body: ${what}`);
}
