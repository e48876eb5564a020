/** CopyObject, and the source of every copy. */
import type { CopyObjectCommandInput, CopyObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Call } from '../core/service.ts';
import { checksumMembers, parseAlgorithm } from './checksums.ts';
import { checkCopySource, checkWrite } from './conditions.ts';
import { authorizeKey, encryptionHeaders } from './encryption.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { emitCreated } from './notifications.ts';
import { checkKey, readProperties } from './object-properties.ts';
import { entityTag, MAX_PUT_BYTES } from './put-object.ts';
import type { Answer, S3State } from './state.ts';
import { type Checksum, type ChecksumAlgorithm, createDigests } from './storage/digests.ts';
import type { BucketRecord, ObjectProperties, ObjectVersion } from './storage/records.ts';
import { addVersion, findObject, shownVersionId } from './versions.ts';

/** Bytes are shared with the source; only a copy whose digests are not known is read through once. */
export async function copyObject(
  state: S3State,
  input: CopyObjectCommandInput,
  call: Call,
): Promise<Answer<CopyObjectCommandOutput>> {
  const bucketName = state.bucket(input.Bucket).name;
  const key = checkKey(input.Key);
  const { bucket: sourceBucket, object: source } = await readCopySource(state, input, call);
  if (source.size > MAX_PUT_BYTES) {
    throw invalidRequest(
      'The specified copy source is larger than the maximum allowable size for a copy source',
    );
  }
  checkChangesSomething(input, sourceBucket, source);
  const properties = await copiedProperties(state, input, source, call);
  const { encryption } = properties;
  await authorizeKey(state, 'kms:GenerateDataKey', { bucket: bucketName, key, encryption }, call);

  // the source's bytes must outlive it while they are read
  state.blobs.retain(source.segments);
  try {
    const algorithm = copiedAlgorithm(input, source);
    const digests = await digestsOf(state, source, algorithm);
    checkWrite(key, state.index(bucketName).current(key), input);
    const bucket = state.bucket(bucketName);
    const version = addVersion(
      state,
      { bucket, key },
      {
        ...properties,
        size: source.size,
        segments: source.segments,
        etag: entityTag(digests.md5, encryption),
        checksum: digests.checksum,
      },
      call.now,
    );
    emitCreated(state, bucket, version, 'CopyObject', call);
    return {
      CopyObjectResult: {
        ETag: `"${version.etag}"`,
        LastModified: new Date(version.modifiedMs),
        ...checksumMembers(version.checksum),
      },
      ...shownVersionId(bucket, version),
      ...(sourceBucket.versioning === undefined ? {} : { CopySourceVersionId: source.id }),
      ...encryptionHeaders(encryption),
    };
  } finally {
    state.blobs.release(source.segments);
  }
}

/** The members that CopyObject and UploadPartCopy share. */
interface CopySourceInput {
  readonly CopySource?: string | undefined;
  readonly CopySourceIfMatch?: string | undefined;
  readonly CopySourceIfNoneMatch?: string | undefined;
  readonly CopySourceIfModifiedSince?: Date | undefined;
  readonly CopySourceIfUnmodifiedSince?: Date | undefined;
}

/** Finds the source of a copy and checks its conditions and its key. */
export async function readCopySource(
  state: S3State,
  input: CopySourceInput,
  call: Call,
): Promise<{ bucket: BucketRecord; object: ObjectVersion }> {
  const source = parseCopySource(input.CopySource);
  const bucket = state.bucket(source.bucket);
  const object = findObject(state, { bucket, key: source.key, versionId: source.versionId }, call);
  const { encryption } = object;
  await authorizeKey(state, 'kms:Decrypt', { bucket: bucket.name, key: source.key, encryption }, call);
  checkCopySource(object, input);
  return { bucket, object };
}

/** Parses `bucket/key?versionId=…`, URL-encoded, with or without a leading slash. @throws AwsError InvalidArgument */
export function parseCopySource(source: string | undefined): {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
} {
  const [path = '', query] = (source ?? '').split('?versionId=', 2);
  const decoded = decodePath(path).replace(/^\//, '');
  const slash = decoded.indexOf('/');
  if (slash < 1 || slash === decoded.length - 1) {
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      source ?? '',
    );
  }
  const named = { bucket: decoded.slice(0, slash), key: decoded.slice(slash + 1) };
  return query === undefined ? named : { ...named, versionId: query };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // a bare % in a key that was not encoded
  }
}

async function copiedProperties(
  state: S3State,
  input: CopyObjectCommandInput,
  source: ObjectVersion,
  call: Call,
): Promise<ObjectProperties> {
  const asked = await readProperties(state, state.bucket(input.Bucket), input, call);
  const { tags: askedTags, headers, metadata, ...rest } = asked;
  const tags = input.TaggingDirective === 'REPLACE' ? askedTags : source.tags;
  const replaces = input.MetadataDirective === 'REPLACE';
  const copiedMetadata = replaces ? metadata : source.metadata;
  return {
    ...rest,
    headers: replaces ? headers : source.headers,
    ...(copiedMetadata ? { metadata: copiedMetadata } : {}),
    ...(tags ? { tags } : {}),
  };
}

function checkChangesSomething(
  input: CopyObjectCommandInput,
  sourceBucket: BucketRecord,
  source: ObjectVersion,
): void {
  const isSame = sourceBucket.name === input.Bucket && source.key === input.Key;
  const isCurrentOnly = parseCopySource(input.CopySource).versionId === undefined;
  const changes =
    input.MetadataDirective === 'REPLACE' ||
    input.TaggingDirective === 'REPLACE' ||
    (input.StorageClass ?? input.ServerSideEncryption ?? input.WebsiteRedirectLocation) !== undefined;
  if (isSame && isCurrentOnly && !changes) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
}

function copiedAlgorithm(input: CopyObjectCommandInput, source: ObjectVersion): ChecksumAlgorithm {
  if (input.ChecksumAlgorithm !== undefined) return parseAlgorithm(input.ChecksumAlgorithm);
  return source.checksum?.algorithm ?? 'CRC64NVME';
}

/** Digests of the whole object: known for one put in one request without KMS, else taken by reading it. */
async function digestsOf(
  state: S3State,
  source: ObjectVersion,
  algorithm: ChecksumAlgorithm,
): Promise<{ md5: Buffer; checksum: Checksum }> {
  const { checksum } = source;
  const hasPlainTag = source.encryption.keyArn === undefined && source.parts === undefined;
  if (hasPlainTag && checksum?.type === 'FULL_OBJECT' && checksum.algorithm === algorithm) {
    return { md5: Buffer.from(source.etag, 'hex'), checksum };
  }
  const digests = createDigests(algorithm);
  const body = state.blobs.read(source.segments, 0, source.size);
  if (body instanceof Uint8Array) digests.update(body);
  else for await (const chunk of body) digests.update(chunk as Uint8Array);
  return digests.finish();
}
