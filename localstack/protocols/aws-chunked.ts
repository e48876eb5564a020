/** Decodes the `aws-chunked` content encoding, in which SDKs stream bodies with trailing checksums. */
import { Transform, type TransformCallback } from 'node:stream';
import { AwsError } from '../core/errors.ts';

const NEWLINE = 0x0a;
/** A chunk header is a size in hex and a signature; a trailer line is a name and a checksum. */
const LONGEST_LINE = 4096;

/**
 * Turns chunks (`size[;chunk-signature=…]\r\n data \r\n`) into their data, holding one line at most. After the last
 * chunk, `onTrailers` is told the trailing headers, names in lower case, before the stream ends.
 * Signatures of chunks are not verified.
 */
export function decodeAwsChunked(onTrailers: (trailers: ReadonlyMap<string, string>) => void): Transform {
  const trailers = new Map<string, string>();
  let line: Buffer[] = [];
  let lineLength = 0;
  let state: 'size' | 'data' | 'data-end' | 'trailer' | 'done' = 'size';
  let remaining = 0;

  function takeLine(text: string): void {
    if (state === 'size') {
      const size = /^([0-9a-f]+)(;.*)?$/i.exec(text);
      if (!size) throw malformed(`chunk header '${text.slice(0, 40)}'`);
      remaining = Number.parseInt(size[1]!, 16);
      state = remaining === 0 ? 'trailer' : 'data';
    } else if (state === 'data-end') {
      if (text !== '') throw malformed('chunk longer than its size');
      state = 'size';
    } else if (text === '') {
      state = 'done';
    } else {
      const colon = text.indexOf(':');
      if (colon < 0) throw malformed(`trailer '${text.slice(0, 40)}'`);
      trailers.set(text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim());
    }
  }

  return new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
      try {
        let at = 0;
        while (at < chunk.length && state !== 'done') {
          if (state === 'data') {
            const data = chunk.subarray(at, at + remaining);
            this.push(data);
            at += data.length;
            remaining -= data.length;
            if (remaining === 0) state = 'data-end';
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
      if (state === 'size' || state === 'data' || state === 'data-end') {
        done(new AwsError('IncompleteBody', 'The request body terminated unexpectedly', { status: 400 }));
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
