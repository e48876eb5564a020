/** Who signed a request, for which service and region, read from its Authorization header or presigned query. */
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../core/errors.ts';

export interface RequestSignature {
  readonly accessKeyId: string;
  /** From the credential scope; absent with S3's older signatures. */
  readonly region?: string;
  readonly service?: string;
  /** End of a presigned URL's life, epoch milliseconds. */
  readonly expiresAt?: number;
}

/** Reads the signature; undefined for an anonymous request. @throws AwsError when it is malformed */
export function readSignature(
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
): RequestSignature | undefined {
  const authorization = headers.authorization;
  if (authorization?.startsWith('AWS4-')) {
    const credential = /Credential=([^,\s]+)/.exec(authorization)?.[1];
    if (!credential) throw incomplete("Authorization header requires 'Credential' parameter.");
    return scopeOf(credential);
  }
  const oldHeader = /^AWS ([^:]+):/.exec(authorization ?? '');
  if (oldHeader) return { accessKeyId: oldHeader[1]!, service: 's3' };
  const presigned = query.get('X-Amz-Credential');
  if (presigned) return { ...scopeOf(presigned), expiresAt: presignedEnd(query) };
  const oldPresigned = query.get('AWSAccessKeyId');
  if (oldPresigned) {
    return { accessKeyId: oldPresigned, service: 's3', expiresAt: Number(query.get('Expires')) * 1000 };
  }
  return undefined;
}

function scopeOf(credential: string): RequestSignature {
  // an access key id may hold no slash, so the scope is the last four parts
  const [accessKeyId, , region, service, terminator] = credential.split('/');
  if (!accessKeyId || !region || !service || terminator !== 'aws4_request') {
    throw incomplete(`Credential '${credential}' must be KEY/DATE/REGION/SERVICE/aws4_request`);
  }
  return { accessKeyId, region, service };
}

function presignedEnd(query: URLSearchParams): number {
  const stamp = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '');
  const expires = Number(query.get('X-Amz-Expires'));
  if (!stamp || !Number.isInteger(expires) || expires < 1 || expires > 604_800) {
    throw new AwsError('AuthorizationQueryParametersError', 'X-Amz-Date or X-Amz-Expires is not valid');
  }
  const [, year, month, day, hour, minute, second] = stamp.map(Number) as [number, ...number[]];
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) + expires * 1000;
}

function incomplete(message: string): AwsError {
  return new AwsError('IncompleteSignature', message);
}
