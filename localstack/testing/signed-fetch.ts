/** Requests that no SDK would send, signed as AWS demands. */
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ClientConfig, RunningCloud } from './start-cloud.ts';

export interface SignedRequest {
  /** Signing name of the service. */
  readonly service: string;
  /** POST by default. */
  readonly method?: string;
  /** Percent-encoded, with query; `/` by default. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream;
  readonly signal?: AbortSignal;
  /** Time of the signature; now by default. */
  readonly signedAt?: Date;
}

class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

/** Headers of a request with a good signature; a streamed body's hash is not signed. */
export async function signedHeaders(
  config: ClientConfig,
  { service, method = 'POST', path = '/', headers = {}, body, signedAt }: SignedRequest,
): Promise<Record<string, string>> {
  const url = new URL(config.endpoint + path);
  const isStream = body instanceof ReadableStream;
  const unsigned: Record<string, string> = isStream ? { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } : {};
  const signed = await signerOf(config, service).sign(
    {
      ...plainRequest(url, method, { ...unsigned, ...headers }),
      body: isStream ? undefined : body,
    },
    signedAt ? { signingDate: signedAt } : {},
  );
  return signed.headers;
}

/** Sends a request with a good signature of the running cloud's root. */
export async function signedFetch(running: RunningCloud, request: SignedRequest): Promise<Response> {
  const { method = 'POST', path = '/', body, signal } = request;
  return fetch(new URL(running.endpoint + path), {
    method,
    headers: await signedHeaders(running.clientConfig, request),
    ...(body === undefined ? {} : { body }),
    ...(body instanceof ReadableStream ? { duplex: 'half' as const } : {}),
    ...(signal ? { signal } : {}),
  });
}

/** A presigned S3 URL of the running cloud's root. */
export async function presignedUrl(
  running: RunningCloud,
  options: {
    readonly path: string;
    readonly expiresIn: number;
    readonly method?: string;
    readonly signedAt?: Date;
  },
): Promise<string> {
  const { path, expiresIn, method = 'GET', signedAt = new Date() } = options;
  const url = new URL(running.endpoint + path);
  const unsigned = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  const signed = await signerOf(running.clientConfig, 's3').presign(plainRequest(url, method, unsigned), {
    expiresIn,
    signingDate: signedAt,
  });
  for (const [name, value] of Object.entries(signed.query ?? {})) url.searchParams.set(name, String(value));
  return url.href;
}

function signerOf({ credentials, region }: ClientConfig, service: string): SignatureV4 {
  // S3 alone signs its path as it is sent
  const uriEscapePath = service !== 's3';
  return new SignatureV4({ service, region, credentials, sha256: Sha256, uriEscapePath });
}

function plainRequest(url: URL, method: string, headers: Readonly<Record<string, string>>) {
  return {
    method,
    protocol: 'http:',
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, ...headers },
  };
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
