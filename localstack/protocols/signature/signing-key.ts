/** The key of a day, region and service, from which all signatures of version 4 are made. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RequestSignature } from './read-signature.ts';

/** Keys of one cloud: some roles, a dozen services, and the days that a stepping clock passes through. */
const MOST_KEYS = 2_000;

const keys = new Map<string, Buffer>();

/** The derived key; computed once for each secret and scope. */
export function signingKey(secret: string, { day, region, service }: RequestSignature): Buffer {
  const name = `${secret}/${day}/${region}/${service}`;
  let key = keys.get(name);
  if (!key) {
    key = [day, region, service, 'aws4_request'].reduce<Buffer>(
      (parent, text) => createHmac('sha256', parent).update(text).digest(),
      Buffer.from(`AWS4${secret}`),
    );
    if (keys.size >= MOST_KEYS) keys.clear();
    keys.set(name, key);
  }
  return key;
}

/** The signature of a text in lower-case hex. */
export function signText(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text, 'latin1').digest('hex');
}

/** Whether two signatures are the same, in constant time. */
export function isSameSignature(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
