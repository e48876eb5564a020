/** Signature of requests to a managed MLflow server of SageMaker. */
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { sagemaker } from '../../shared/clients.ts';

/** Signing name of the service, and the header by which it finds the server: those of SageMaker's MLflow plugin. */
const SERVICE = 'sagemaker-mlflow';
const ROUTING_HEADER = 'x-mlflow-sm-tracking-server-arn';

export interface UnsignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** All headers to send, signed with the function's own credentials. */
export async function signedHeaders(
  arn: string,
  { method, url, headers, body }: UnsignedRequest,
): Promise<Record<string, string>> {
  const { credentials } = sagemaker.config;
  const region = arn.split(':')[3]!;
  const signer = new SignatureV4({ service: SERVICE, region, credentials, sha256: Sha256 });
  const signed = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { ...headers, host: url.host, [ROUTING_HEADER]: arn },
    body,
  });
  const { host: _set, ...sent } = signed.headers;
  return sent;
}

type Bytes = string | ArrayBuffer | ArrayBufferView;

class Sha256 {
  readonly #hash;
  constructor(secret?: Bytes) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: Bytes): void {
    this.#hash.update(bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function bytesOf(data: Bytes): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
