/** An incoming HTTP request as the protocol layer sees it. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { PassThrough, pipeline, type Readable, Transform } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { AwsError } from '../core/errors.ts';
import { type ChunkCheck, decodeAwsChunked } from './aws-chunked.ts';

/** Bodies that are read whole; a Lambda package of 50 MB in base64 is the largest that AWS takes. */
const LARGEST_BODY_BYTES = 128 * 1024 * 1024;

/** Sees a whole body in order. */
export interface BodyCheck {
  data(chunk: Uint8Array): void;
  /** Throws when the body is not what it should be. */
  end(): void;
}

export interface HttpRequest {
  readonly method: string;
  /** As sent: percent-encoded, without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** With the decoded length and encoding of an aws-chunked body. */
  readonly headers: IncomingHttpHeaders;
  /** As they came, which is what signatures are made of. */
  readonly sentHeaders: IncomingHttpHeaders;
  readonly sourceIp: string;
  header(name: string): string | undefined;
  /** The whole body, decoded, read once. @throws AwsError above 128 MiB or when it does not pass its check */
  body(): Promise<Buffer>;
  /** The whole body as it came. */
  sentBody(): Promise<Buffer>;
  /** The decoded body with back-pressure; `onTrailers` is called before it ends. */
  stream(onTrailers: (trailers: ReadonlyMap<string, string>) => void): Readable;
  /**
   * The whole body when it is short and came as it is, which costs a fraction of a stream; undefined for others.
   * Checked as `stream` is.
   */
  shortBody(): Promise<Buffer> | undefined;
  /** Has the body checked as it is read. Before the body is read. */
  checkBody(check: () => BodyCheck): void;
  /** Has the chunks of an aws-chunked body verified. Before the body is read. */
  checkChunks(check: ChunkCheck): void;
}

/** Bodies up to this length need no stream. */
const SHORT_BODY_BYTES = 64 * 1024;

/** Wraps Node's request; nothing is read before it is asked for. */
export function httpRequest(message: IncomingMessage): HttpRequest {
  const target = message.url ?? '/';
  const mark = target.indexOf('?');
  const chunked = isAwsChunked(message.headers);
  const headers = chunked ? decodedHeaders(message.headers) : message.headers;
  let sent: Promise<Buffer> | undefined;
  let whole: Promise<Buffer> | undefined;
  let bodyCheck: (() => BodyCheck) | undefined;
  let chunkCheck: ChunkCheck | undefined;

  function stream(onTrailers: (trailers: ReadonlyMap<string, string>) => void): Readable {
    const length = message.headers['x-amz-decoded-content-length'];
    const decoder = chunked
      ? decodeAwsChunked(onTrailers, {
          check: chunkCheck,
          decodedLength: typeof length === 'string' ? Number(length) : undefined,
        })
      : bodyCheck
        ? checked(bodyCheck())
        : new PassThrough();
    // errors reach the reader of the decoder; nobody else needs to hear of them
    pipeline(message, decoder, () => {});
    return decoder;
  }

  function sentBody(): Promise<Buffer> {
    sent ??= collect(message);
    return sent;
  }

  async function checkedBody(): Promise<Buffer> {
    const body = await sentBody();
    const check = bodyCheck?.();
    check?.data(body);
    check?.end();
    return body;
  }

  async function decodedBody(): Promise<Buffer> {
    const body = await (chunked ? collect(stream(() => {})) : checkedBody());
    return headers['content-encoding'] === 'gzip' ? gunzip(body) : body;
  }

  return {
    method: message.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1).replaceAll('+', '%2B')),
    headers,
    sentHeaders: message.headers,
    sourceIp: message.socket.remoteAddress ?? '127.0.0.1',
    header: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(',') : value;
    },
    sentBody,
    body: () => {
      whole ??= decodedBody();
      return whole;
    },
    stream,
    shortBody: () =>
      !chunked && Number(headers['content-length']) <= SHORT_BODY_BYTES ? checkedBody() : undefined,
    checkBody: (check) => {
      bodyCheck = check;
    },
    checkChunks: (check) => {
      chunkCheck = check;
    },
  };
}

/** Passes a body on and fails at its end when the check does. */
function checked(check: BodyCheck): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      check.data(chunk);
      done(null, chunk);
    },
    flush(done) {
      try {
        check.end();
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

function gunzip(body: Buffer): Buffer {
  try {
    return gunzipSync(body, { maxOutputLength: LARGEST_BODY_BYTES });
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid gzip');
  }
}

/** Listeners rather than an iterator, which costs more than a small request's whole handling. */
function collect(stream: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= LARGEST_BODY_BYTES) chunks.push(chunk);
    });
    stream.on('error', reject);
    stream.on('close', () => reject(new Error('the client went away')));
    stream.on('end', () => {
      if (length <= LARGEST_BODY_BYTES) return resolve(Buffer.concat(chunks));
      const message = `the body is larger than ${LARGEST_BODY_BYTES} bytes`;
      reject(new AwsError('RequestEntityTooLarge', message, { status: 413 }));
    });
  });
}

function isAwsChunked(headers: IncomingHttpHeaders): boolean {
  const digest = headers['x-amz-content-sha256'];
  if (typeof digest === 'string' && digest.startsWith('STREAMING-')) return true;
  return (headers['content-encoding'] ?? '').split(',').some((each) => each.trim() === 'aws-chunked');
}

function decodedHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const encodings = (headers['content-encoding'] ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== 'aws-chunked' && each !== '');
  const { 'content-encoding': _encoding, 'content-length': _length, ...rest } = headers;
  const length = headers['x-amz-decoded-content-length'];
  return {
    ...rest,
    ...(encodings.length > 0 ? { 'content-encoding': encodings.join(',') } : {}),
    ...(typeof length === 'string' ? { 'content-length': length } : {}),
  };
}
