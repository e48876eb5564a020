/**
 * Where answers of custom resources arrive. As on AWS a response URL is HTTPS, on the host of a bucket of
 * CloudFormation's own; a function's process leads that host to `<endpoint>/_cloud/cloudformation-response/…` (see
 * lambda/response-host.cjs), and the server hands what arrives there to `customResourceResponse`.
 */
import { randomUUID } from 'node:crypto';

/** Path below which the server receives the answers. */
export const RESPONSE_PATH = '/_cloud/cloudformation-response/';

/** What an answer is for. */
export interface ResponseAddress {
  readonly region: string;
  readonly stackId: string;
  readonly logicalId: string;
}

export interface PendingResponse {
  readonly url: string;
  readonly body: Promise<string>;
  /** Forgets the token: an answer after this is refused. */
  close(): void;
}

const pending = new Map<string, (body: string) => void>();

/** Opens a URL that takes one answer: `https://<bucket>.s3.amazonaws.com/<stack ARN>|<logical id>|<token>`. */
export function expectResponse({ region, stackId, logicalId }: ResponseAddress): PendingResponse {
  const token = randomUUID();
  const bucket = `cloudformation-custom-resource-response-${region.replaceAll('-', '')}`;
  const key = encodeURIComponent(`${stackId}|${logicalId}|${token}`);
  const body = new Promise<string>((resolve) => pending.set(token, resolve));
  return {
    url: `https://${bucket}.s3.amazonaws.com/${key}`,
    body,
    close: () => void pending.delete(token),
  };
}

/**
 * Delivers an answer.
 * @param key what follows the host or `RESPONSE_PATH`, URL-encoded or not
 * @returns false for a token that is unknown, closed or has been answered.
 */
export function customResourceResponse(key: string, body: string): boolean {
  const token = key.split(/\||%7C/i).at(-1) ?? '';
  const deliver = pending.get(token);
  if (!deliver) return false;
  pending.delete(token);
  deliver(body);
  return true;
}
