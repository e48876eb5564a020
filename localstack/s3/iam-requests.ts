/** Access requests for buckets and objects. */
import type { AccessRequest } from '../core/service.ts';

export type Context = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A permission on a bucket. `policy` is the bucket's policy document. */
export function bucketRequest(
  action: string,
  bucket: string,
  policy: string | undefined,
  context: Context = {},
): AccessRequest {
  return request(action, `arn:aws:s3:::${bucket}`, policy, context);
}

/** A permission on an object. `policy` is its bucket's policy document. */
export function objectRequest(
  action: string,
  bucket: string,
  key: string,
  policy: string | undefined,
  context: Context = {},
): AccessRequest {
  return request(action, `arn:aws:s3:::${bucket}/${key}`, policy, context);
}

/** What deleting one key, or one of its versions, needs. */
export function deleteRequests(
  bucket: string,
  key: string,
  versionId: string | undefined,
  policy: string | undefined,
): AccessRequest[] {
  return versionId === undefined
    ? [objectRequest('s3:DeleteObject', bucket, key, policy)]
    : [objectRequest('s3:DeleteObjectVersion', bucket, key, policy, { 's3:VersionId': versionId })];
}

function request(
  action: string,
  resource: string,
  policy: string | undefined,
  context: Context,
): AccessRequest {
  const present = Object.entries(context).filter(([, value]) => value !== undefined);
  return {
    action,
    resource,
    // the local cloud speaks plain HTTP but stands for an endpoint that is reached over TLS
    context: { 'aws:SecureTransport': 'true', ...(Object.fromEntries(present) as Record<string, string>) },
    ...(policy === undefined ? {} : { resourcePolicy: policy }),
  };
}
