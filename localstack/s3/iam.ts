/** The permissions of S3's operations, as the service authorization reference has them. */
import type { Collection } from '../core/collection.ts';
import type { AccessRequest } from '../core/service.ts';
import { parseCopySource } from './copy-object.ts';
import { bucketRequest, type Context, deleteRequests, objectRequest } from './iam-requests.ts';
import type { PropertiesInput } from './object-properties.ts';
import type { S3State } from './state.ts';
import type { BucketRecord } from './storage/records.ts';
import { parseTagging, type Tags, tagList } from './tags.ts';

/** The members of inputs that permissions depend on. */
export interface S3Input extends PropertiesInput {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly VersionId?: string;
  readonly Prefix?: string;
  readonly Delimiter?: string;
  readonly MaxKeys?: number;
  readonly CopySource?: string;
  readonly TaggingDirective?: string;
  readonly MetadataDirective?: string;
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
  readonly ObjectOwnership?: string;
  readonly ObjectLockEnabledForBucket?: boolean;
  readonly CreateBucketConfiguration?: { readonly Tags?: readonly unknown[] };
}

/** Operations that need one permission on the bucket. */
const BUCKET_ACTIONS: Readonly<Record<string, string>> = {
  DeleteBucket: 'DeleteBucket',
  HeadBucket: 'ListBucket',
  GetBucketLocation: 'GetBucketLocation',
  GetBucketVersioning: 'GetBucketVersioning',
  PutBucketVersioning: 'PutBucketVersioning',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  DeleteBucketEncryption: 'PutEncryptionConfiguration',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
  GetBucketOwnershipControls: 'GetBucketOwnershipControls',
  PutBucketOwnershipControls: 'PutBucketOwnershipControls',
  DeleteBucketOwnershipControls: 'PutBucketOwnershipControls',
  GetBucketPolicy: 'GetBucketPolicy',
  PutBucketPolicy: 'PutBucketPolicy',
  DeleteBucketPolicy: 'DeleteBucketPolicy',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  DeleteBucketLifecycle: 'PutLifecycleConfiguration',
  GetBucketTagging: 'GetBucketTagging',
  PutBucketTagging: 'PutBucketTagging',
  DeleteBucketTagging: 'PutBucketTagging',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  PutBucketNotificationConfiguration: 'PutBucketNotification',
  GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
  PutObjectLockConfiguration: 'PutBucketObjectLockConfiguration',
  GetBucketLogging: 'GetBucketLogging',
  PutBucketLogging: 'PutBucketLogging',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  ListMultipartUploads: 'ListBucketMultipartUploads',
};

/** Operations that need one permission on the object, and its name when they name a version. */
const OBJECT_ACTIONS: Readonly<Record<string, readonly [current: string, version: string]>> = {
  GetObject: ['GetObject', 'GetObjectVersion'],
  HeadObject: ['GetObject', 'GetObjectVersion'],
  GetObjectTagging: ['GetObjectTagging', 'GetObjectVersionTagging'],
  PutObjectTagging: ['PutObjectTagging', 'PutObjectVersionTagging'],
  DeleteObjectTagging: ['DeleteObjectTagging', 'DeleteObjectVersionTagging'],
  GetObjectRetention: ['GetObjectRetention', 'GetObjectRetention'],
  PutObjectRetention: ['PutObjectRetention', 'PutObjectRetention'],
  GetObjectLegalHold: ['GetObjectLegalHold', 'GetObjectLegalHold'],
  PutObjectLegalHold: ['PutObjectLegalHold', 'PutObjectLegalHold'],
  UploadPart: ['PutObject', 'PutObject'],
  CompleteMultipartUpload: ['PutObject', 'PutObject'],
  AbortMultipartUpload: ['AbortMultipartUpload', 'AbortMultipartUpload'],
  ListParts: ['ListMultipartUploadParts', 'ListMultipartUploadParts'],
};

/** The permissions that a call needs. DeleteObjects checks each of its keys itself. */
export function accessRequests(state: S3State, operation: string, input: S3Input): readonly AccessRequest[] {
  const bucket = input.Bucket ?? '';
  const policy = policyOf(state.buckets, bucket);
  const bucketAction = BUCKET_ACTIONS[operation];
  if (bucketAction) return [bucketRequest(`s3:${bucketAction}`, bucket, policy, listContext(input))];
  const objectAction = OBJECT_ACTIONS[operation];
  if (objectAction) {
    const action = `s3:${objectAction[input.VersionId === undefined ? 0 : 1]}`;
    return [objectRequest(action, bucket, input.Key ?? '', policy, objectContext(state, input))];
  }
  switch (operation) {
    case 'ListBuckets':
      return [{ action: 's3:ListAllMyBuckets', resource: '*', context: { 'aws:SecureTransport': 'true' } }];
    case 'CreateBucket':
      return createBucketActions(input).map((action) => bucketRequest(`s3:${action}`, bucket, undefined));
    case 'PutObject':
    case 'CreateMultipartUpload':
      return writeRequests(input, policy, parseTagging(input.Tagging));
    case 'CopyObject':
      return copyRequests(state, input, policy);
    case 'UploadPartCopy':
      return [...sourceRequests(state, input, undefined), ...writeRequests(input, policy, undefined)];
    case 'GetObjectAttributes': {
      const version = input.VersionId === undefined ? '' : 'Version';
      return [`s3:GetObject${version}`, `s3:GetObject${version}Attributes`].map((action) =>
        objectRequest(action, bucket, input.Key ?? '', policy, objectContext(state, input)),
      );
    }
    case 'DeleteObject':
      return deleteRequests(bucket, input.Key ?? '', input.VersionId, policy);
    case 'DeleteObjects':
      return [];
    default:
      throw new Error(`no permissions are known of s3 ${operation}`);
  }
}

function createBucketActions(input: S3Input): string[] {
  return [
    'CreateBucket',
    ...(input.ObjectLockEnabledForBucket ? ['PutBucketObjectLockConfiguration', 'PutBucketVersioning'] : []),
    ...(input.ObjectOwnership === undefined ? [] : ['PutBucketOwnershipControls']),
    ...(input.CreateBucketConfiguration?.Tags?.length ? ['TagResource'] : []),
  ];
}

function writeRequests(input: S3Input, policy: string | undefined, tags: Tags | undefined): AccessRequest[] {
  const bucket = input.Bucket ?? '';
  const key = input.Key ?? '';
  const context = {
    's3:x-amz-acl': input.ACL,
    's3:x-amz-server-side-encryption': input.ServerSideEncryption,
    's3:x-amz-server-side-encryption-aws-kms-key-id': input.SSEKMSKeyId,
    's3:x-amz-storage-class': input.StorageClass,
    's3:x-amz-copy-source': input.CopySource,
    's3:x-amz-metadata-directive': input.MetadataDirective,
    's3:if-match': input.IfMatch,
    's3:if-none-match': input.IfNoneMatch,
    's3:object-lock-mode': input.ObjectLockMode,
    's3:object-lock-legal-hold': input.ObjectLockLegalHoldStatus,
    's3:object-lock-retain-until-date': input.ObjectLockRetainUntilDate?.toISOString(),
    ...requestTagContext(tags),
  };
  const actions = [
    's3:PutObject',
    ...(tags ? ['s3:PutObjectTagging'] : []),
    ...(input.ObjectLockMode === undefined ? [] : ['s3:PutObjectRetention']),
    ...(input.ObjectLockLegalHoldStatus === undefined ? [] : ['s3:PutObjectLegalHold']),
  ];
  return actions.map((action) => objectRequest(action, bucket, key, policy, context));
}

function copyRequests(state: S3State, input: S3Input, policy: string | undefined): AccessRequest[] {
  const replaced = input.TaggingDirective === 'REPLACE';
  const sourceTags = replaced ? undefined : tagsOf(state, parseCopySource(input.CopySource));
  const tags = replaced ? parseTagging(input.Tagging) : sourceTags;
  return [...sourceRequests(state, input, sourceTags), ...writeRequests(input, policy, tags)];
}

/** Reading the source of a copy; its tags as well when there are any to copy. */
function sourceRequests(state: S3State, input: S3Input, copiedTags: Tags | undefined): AccessRequest[] {
  const source = parseCopySource(input.CopySource);
  const policy = policyOf(state.buckets, source.bucket);
  const version = source.versionId === undefined ? '' : 'Version';
  const context = {
    's3:VersionId': source.versionId,
    ...existingTagContext(tagsOf(state, source)),
  };
  const actions = [`s3:GetObject${version}`, ...(copiedTags ? [`s3:GetObject${version}Tagging`] : [])];
  return actions.map((action) => objectRequest(action, source.bucket, source.key, policy, context));
}

function listContext(input: S3Input): Context {
  return {
    's3:prefix': input.Prefix,
    's3:delimiter': input.Delimiter,
    's3:max-keys': input.MaxKeys === undefined ? undefined : String(input.MaxKeys),
  };
}

function objectContext(state: S3State, input: S3Input): Context {
  const name = { bucket: input.Bucket ?? '', key: input.Key ?? '', versionId: input.VersionId };
  return { 's3:VersionId': input.VersionId, ...existingTagContext(tagsOf(state, name)) };
}

function existingTagContext(tags: Tags | undefined): Context {
  return Object.fromEntries(tagList(tags).map(({ Key, Value }) => [`s3:ExistingObjectTag/${Key}`, Value]));
}

function requestTagContext(tags: Tags | undefined): Context {
  if (!tags) return {};
  const each = tagList(tags).map(({ Key, Value }) => [`s3:RequestObjectTag/${Key}`, Value]);
  return { ...Object.fromEntries(each), 's3:RequestObjectTagKeys': Object.keys(tags) };
}

function tagsOf(
  state: S3State,
  name: { readonly bucket: string; readonly key: string; readonly versionId?: string | undefined },
): Tags | undefined {
  if (!state.buckets.has(name.bucket)) return undefined;
  const index = state.index(name.bucket);
  const version =
    name.versionId === undefined ? index.current(name.key) : index.version(name.key, name.versionId);
  return version?.deleteMarker ? undefined : version?.tags;
}

function policyOf(buckets: Collection<BucketRecord>, bucket: string): string | undefined {
  return buckets.get(bucket)?.policy;
}
