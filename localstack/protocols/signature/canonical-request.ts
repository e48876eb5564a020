/**
 * What a signature of version 4 covers, rebuilt from a request.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash } from 'node:crypto';
import type { HttpRequest } from '../http-request.ts';
import type { RequestSignature } from './read-signature.ts';

/** The canonical request, as text whose characters are the bytes that were hashed (Latin-1). */
export function canonicalRequest(
  request: HttpRequest,
  { service, signedHeaders }: RequestSignature,
  payloadHash: string,
): string {
  const headers = signedHeaders.map((name) => `${name}:${headerValue(request, name)}\n`).join('');
  return [
    request.method,
    service === 's3' ? canonicalS3Path(request.path) : canonicalPath(request.path),
    canonicalQuery(request.query),
    headers,
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

/** The text that is signed: algorithm, time, scope and the hash of the canonical request. */
export function stringToSign(
  { signedAt, day, region, service }: RequestSignature,
  canonical: string,
): string {
  const hash = createHash('sha256').update(canonical, 'latin1').digest('hex');
  return `AWS4-HMAC-SHA256\n${signedAt}\n${day}/${region}/${service}/aws4_request\n${hash}`;
}

function headerValue(request: HttpRequest, name: string): string {
  const value = request.sentHeaders[name];
  const text = Array.isArray(value) ? value.join(',') : (value ?? '');
  return text.trim().replace(/ +/g, ' ');
}

/** S3 signs the path as the object's key is: encoded once, nothing normalised. */
function canonicalS3Path(path: string): string {
  // most paths are in their canonical form already
  return /^[\w\-.~/]*$/.test(path) ? path : path.split('/').map(encodeOnce).join('/');
}

/** The others sign the path that is sent, encoded once more, without empty and dot segments. */
function canonicalPath(path: string): string {
  if (/^\/[\w\-~]*$/.test(path)) return path;
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  const trailing = path.endsWith('/') && segments.length > 0 ? '/' : '';
  return `/${segments.join('/')}${trailing}`;
}

function canonicalQuery(query: URLSearchParams): string {
  const parts: [string, string][] = [];
  for (const [name, value] of query)
    if (name !== 'X-Amz-Signature') parts.push([encode(name), encode(value)]);
  return parts
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map((part) => part.join('='))
    .join('&');
}

function encodeOnce(segment: string): string {
  try {
    return encode(decodeURIComponent(segment));
  } catch {
    return segment;
  }
}

/** Percent-encoding of everything but letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
