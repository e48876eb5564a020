/**
 * MLflow's tracking API, version 2.0: as much of it as logging a run needs. There is no kept client for JavaScript.
 * @see https://mlflow.org/docs/latest/api_reference/rest-api.html
 */
import { NonRetryableError, RetryableError } from '../../shared/errors.ts';
import { signedHeaders } from './signed-headers.ts';

/** Where it is, and how requests are let in. */
export interface TrackingServer {
  /** Without `/api/...`. */
  readonly url: string;
  /** Of a managed server of SageMaker: requests are signed and routed by it. */
  readonly arn?: string;
}

const ARN = /^arn:(aws[a-z-]*):sagemaker:([a-z0-9-]+):\d{12}:mlflow-tracking-server\/[\w-]+$/;
/** Domains of the managed servers by partition, as SageMaker's own MLflow plugin has them. */
const SUFFIX: Readonly<Record<string, string>> = { aws: 'aws' };
const TIMEOUT_MS = 20_000;

/** @throws NonRetryableError for a partition whose managed servers are not known. */
export function trackingServer(tracking: string): TrackingServer {
  const match = ARN.exec(tracking);
  if (!match) return { url: tracking.replace(/\/+$/, '') };
  const [, partition, region] = match;
  const suffix = SUFFIX[partition!];
  if (suffix === undefined) {
    throw new NonRetryableError(
      `mlflow.tracking: "${tracking}" is in partition ${partition}; managed servers are known in: aws. Give the server's https URI instead`,
      { code: 'TrackingUnknown' },
    );
  }
  return { url: `https://${region}.experiments.sagemaker.${suffix}`, arn: tracking };
}

/** A call that MLflow turned down, with its own error code. */
export class TrackingRefused extends NonRetryableError {
  readonly errorCode: string;
  constructor(message: string, errorCode: string) {
    super(message, { code: 'TrackingRefused', details: { errorCode } });
    this.errorCode = errorCode;
  }
}

/**
 * Sends a request below `/api/2.0/`.
 * @throws TrackingRefused when the server understood and refused; RetryableError when it could not be reached or failed.
 */
export async function callTracking<Answer>(
  server: TrackingServer,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: string,
): Promise<Answer> {
  const url = new URL(`${server.url}/api/2.0/${path}`);
  const type = method === 'PUT' ? 'application/octet-stream' : 'application/json';
  const plain = { ...(body !== undefined && { 'content-type': type }) };
  const headers = server.arn ? await signedHeaders(server.arn, { method, url, headers: plain, body }) : plain;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { method, headers, signal, ...(body !== undefined && { body }) });
    text = await response.text();
  } catch (cause) {
    throw new RetryableError(
      `the MLflow server at ${server.url} does not answer: ${(cause as Error).message}`,
      {
        code: 'TrackingUnreachable',
        cause,
      },
    );
  }
  if (response.ok) return (text === '' ? {} : JSON.parse(text)) as Answer;
  const { error_code: code = `HTTP ${response.status}`, message = text.slice(0, 300) } = errorOf(text);
  const told = `the MLflow server at ${server.url} refused ${method} ${path}: ${code}: ${message}`;
  if (response.status >= 500 || response.status === 429)
    throw new RetryableError(told, { code: 'TrackingFailed' });
  throw new TrackingRefused(told, code);
}

function errorOf(text: string): { readonly error_code?: string; readonly message?: string } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
