/**
 * Where answers of custom resources arrive. On AWS a response URL is a presigned S3 URL; here it is
 * `<endpoint>/_cloud/cloudformation-response/<token>`, which the server hands to `customResourceResponse`.
 */
import { randomUUID } from 'node:crypto';

/** Path below which the server receives the answers. */
export const RESPONSE_PATH = '/_cloud/cloudformation-response/';

export interface PendingResponse {
  readonly url: string;
  readonly body: Promise<string>;
  /** Forgets the token: an answer after this is refused. */
  close(): void;
}

const pending = new Map<string, (body: string) => void>();

/** Opens a URL that takes one answer. */
export function expectResponse(endpoint: string): PendingResponse {
  const token = randomUUID();
  const body = new Promise<string>((resolve) => pending.set(token, resolve));
  return { url: `${endpoint}${RESPONSE_PATH}${token}`, body, close: () => void pending.delete(token) };
}

/** Delivers an answer. @returns false for a token that is unknown, closed or has been answered. */
export function customResourceResponse(token: string, body: string): boolean {
  const deliver = pending.get(token);
  if (!deliver) return false;
  pending.delete(token);
  deliver(body);
  return true;
}
