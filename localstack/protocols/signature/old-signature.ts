/**
 * S3's presigned query of version 2: an HMAC-SHA1 over method, expiry and resource.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
 */
import { createHmac } from 'node:crypto';
import type { HttpRequest } from '../http-request.ts';
import type { OldPresignedSignature } from './read-signature.ts';

/** Query parameters that belong to the signed resource. */
const SUB_RESOURCES = new Set([
  ...['acl', 'cors', 'delete', 'lifecycle', 'location', 'logging', 'notification', 'partNumber', 'policy'],
  ...['requestPayment', 'restore', 'tagging', 'torrent', 'uploadId', 'uploads', 'versionId', 'versioning'],
  ...['versions', 'website', 'encryption', 'object-lock', 'retention', 'legal-hold', 'publicAccessBlock'],
  ...['response-cache-control', 'response-content-disposition', 'response-content-encoding'],
  ...['response-content-language', 'response-content-type', 'response-expires'],
]);

/** The text that version 2 signs. */
export function oldStringToSign(request: HttpRequest, { expires }: OldPresignedSignature): string {
  const amzHeaders = Object.keys(request.sentHeaders)
    .concat([...request.query.keys()].filter((name) => name.startsWith('x-amz-')))
    .filter((name) => name.startsWith('x-amz-'))
    .sort()
    .map((name) => `${name}:${request.header(name) ?? request.query.get(name)}\n`)
    .join('');
  const query = [...request.query]
    .filter(([name]) => SUB_RESOURCES.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&');
  const host = /^(.+)\.(?:s3[.-].*|localhost)$/.exec((request.header('host') ?? '').replace(/:\d+$/, ''));
  const resource = `${host ? `/${host[1]}` : ''}${request.path}${query === '' ? '' : `?${query}`}`;
  const [md5 = '', type = ''] = [request.header('content-md5'), request.header('content-type')];
  return `${request.method}\n${md5}\n${type}\n${expires}\n${amzHeaders}${resource}`;
}

/** The signature of such a text. */
export function oldSignature(secret: string, text: string): string {
  return createHmac('sha1', secret).update(text, 'latin1').digest('base64');
}
