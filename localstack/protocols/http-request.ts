/** An incoming HTTP request as the protocol layer sees it. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { AwsError } from '../core/errors.ts';
import { decodeAwsChunked } from './aws-chunked.ts';

/** Bodies that are read whole; a Lambda package of 50 MB in base64 is the largest that AWS takes. */
const LARGEST_BODY_BYTES = 128 * 1024 * 1024;

export interface HttpRequest {
  readonly method: string;
  /** As sent: percent-encoded, without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** With the decoded length and encoding of an aws-chunked body. */
  readonly headers: IncomingHttpHeaders;
  readonly sourceIp: string;
  header(name: string): string | undefined;
  /** The whole body, read once. @throws AwsError above 128 MiB */
  body(): Promise<Buffer>;
  /** The decoded body with back-pressure; `onTrailers` is called before it ends. */
  stream(onTrailers: (trailers: ReadonlyMap<string, string>) => void): Readable;
}

/** Wraps Node's request; nothing is read before it is asked for. */
export function httpRequest(message: IncomingMessage): HttpRequest {
  const target = message.url ?? '/';
  const mark = target.indexOf('?');
  const chunked = isAwsChunked(message.headers);
  const headers = chunked ? decodedHeaders(message.headers) : message.headers;
  let whole: Promise<Buffer> | undefined;

  function stream(onTrailers: (trailers: ReadonlyMap<string, string>) => void): Readable {
    const decoder = chunked ? decodeAwsChunked(onTrailers) : new PassThrough();
    // errors reach the reader of the decoder; nobody else needs to hear of them
    pipeline(message, decoder, () => {});
    return decoder;
  }

  return {
    method: message.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1).replaceAll('+', '%2B')),
    headers,
    sourceIp: message.socket.remoteAddress ?? '127.0.0.1',
    header: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(',') : value;
    },
    body: () => {
      whole ??= collect(chunked ? stream(() => {}) : message).then((body) =>
        headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body,
      );
      return whole;
    },
    stream,
  };
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
