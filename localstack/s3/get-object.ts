/** GetObject, HeadObject and GetObjectAttributes. */
import type {
  GetObjectAttributesCommandInput,
  GetObjectAttributesCommandOutput,
  GetObjectCommandInput,
  GetObjectCommandOutput,
  HeadObjectCommandInput,
  HeadObjectCommandOutput,
  ObjectAttributes,
} from '@aws-sdk/client-s3';
import { AwsError } from '../core/errors.ts';
import type { Call } from '../core/service.ts';
import { checksumMembers } from './checksums.ts';
import { checkRead } from './conditions.ts';
import { authorizeKey, encryptionHeaders } from './encryption.ts';
import { invalidRequest, notFound } from './errors.ts';
import { checkKey } from './object-properties.ts';
import type { Answer, S3State } from './state.ts';
import type { BucketRecord, ObjectVersion } from './storage/records.ts';
import { findObject, shownVersionId } from './versions.ts';

/** What a HEAD request, whose answer has no body, cannot tell from other absence. */
const ABSENT = ['NoSuchBucket', 'NoSuchKey', 'NoSuchVersion'];

/** Bytes of an object that a request wants; `end` is exclusive. */
interface Selection {
  readonly start: number;
  readonly end: number;
  readonly isPartial: boolean;
  /** Checksum of exactly these bytes, when it is known. */
  readonly checksum?: ObjectVersion['checksum'];
  readonly partsCount?: number;
}

export async function getObject(
  state: S3State,
  input: GetObjectCommandInput,
  call: Call,
): Promise<Answer<GetObjectCommandOutput>> {
  if (call.principal.kind === 'anonymous' && Object.keys(input).some((name) => /^Response[A-Z]/.test(name))) {
    throw invalidRequest('Request specific response headers cannot be used for anonymous GET requests.');
  }
  const { object, head, selection } = await readHead(state, input, call);
  const body = state.blobs.read(object.segments, selection.start, selection.end);
  return { ...head, Body: body as unknown as NonNullable<GetObjectCommandOutput['Body']> };
}

export async function headObject(
  state: S3State,
  input: HeadObjectCommandInput,
  call: Call,
): Promise<Answer<HeadObjectCommandOutput>> {
  try {
    return (await readHead(state, input, call)).head;
  } catch (error) {
    if (!(error instanceof AwsError) || !ABSENT.includes(error.code)) throw error;
    throw notFound();
  }
}

export function getObjectAttributes(
  state: S3State,
  input: GetObjectAttributesCommandInput,
  call: Call,
): Answer<GetObjectAttributesCommandOutput> {
  const bucket = state.bucket(input.Bucket);
  const object = findObject(state, { bucket, key: checkKey(input.Key), versionId: input.VersionId }, call);
  const wants = (attribute: ObjectAttributes) => input.ObjectAttributes?.includes(attribute) ?? false;
  return {
    LastModified: new Date(object.modifiedMs),
    ...shownVersionId(bucket, object),
    ...(wants('ETag') ? { ETag: object.etag } : {}),
    ...(wants('Checksum') && object.checksum ? { Checksum: checksumMembers(object.checksum) } : {}),
    ...(wants('StorageClass') ? { StorageClass: storageClassOf(object) } : {}),
    ...(wants('ObjectSize') ? { ObjectSize: object.size } : {}),
    ...(wants('ObjectParts') && object.parts
      ? { ObjectParts: partsPage(object, Number(input.PartNumberMarker ?? 0), input.MaxParts ?? 1000) }
      : {}),
  };
}

async function readHead(state: S3State, input: GetObjectCommandInput, call: Call) {
  const bucket = state.bucket(input.Bucket);
  const key = checkKey(input.Key);
  const object = findObject(state, { bucket, key, versionId: input.VersionId }, call);
  await authorizeKey(state, 'kms:Decrypt', { bucket: bucket.name, key, encryption: object.encryption }, call);
  checkRead(object, input);
  const selection = select(object, input);
  return { object, selection, head: describe(bucket, object, selection, input) };
}

function describe(
  bucket: BucketRecord,
  object: ObjectVersion,
  selection: Selection,
  input: GetObjectCommandInput,
): Answer<GetObjectCommandOutput> {
  const { headers, retention } = object;
  const tagCount = Object.keys(object.tags ?? {}).length;
  const overrides = {
    ContentType: input.ResponseContentType,
    CacheControl: input.ResponseCacheControl,
    ContentDisposition: input.ResponseContentDisposition,
    ContentEncoding: input.ResponseContentEncoding,
    ContentLanguage: input.ResponseContentLanguage,
    Expires: input.ResponseExpires,
  };
  return {
    AcceptRanges: 'bytes',
    LastModified: new Date(object.modifiedMs),
    ContentLength: selection.end - selection.start,
    ETag: `"${object.etag}"`,
    ...shownVersionId(bucket, object),
    ...headers,
    ...Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined)),
    ...encryptionHeaders(object.encryption),
    ...(object.metadata ? { Metadata: { ...object.metadata } } : {}),
    ...(object.storageClass ? { StorageClass: storageClassOf(object) } : {}),
    ...(tagCount > 0 ? { TagCount: tagCount } : {}),
    ...(retention
      ? { ObjectLockMode: retention.mode, ObjectLockRetainUntilDate: new Date(retention.untilMs) }
      : {}),
    ...(object.legalHold === undefined
      ? {}
      : { ObjectLockLegalHoldStatus: object.legalHold ? ('ON' as const) : ('OFF' as const) }),
    ...(selection.isPartial
      ? { ContentRange: `bytes ${selection.start}-${selection.end - 1}/${object.size}` }
      : {}),
    ...(selection.partsCount === undefined ? {} : { PartsCount: selection.partsCount }),
    ...(input.ChecksumMode === 'ENABLED' ? checksumMembers(selection.checksum) : {}),
  };
}

function select(object: ObjectVersion, input: GetObjectCommandInput): Selection {
  if (input.PartNumber !== undefined) {
    if (input.Range !== undefined) {
      throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
    }
    return selectPart(object, input.PartNumber);
  }
  const whole = { start: 0, end: object.size, isPartial: false, ...checksumOf(object) };
  if (input.Range === undefined) return whole;
  const range = parseRange(input.Range, object.size);
  if (!range) return whole;
  const isWhole = range.start === 0 && range.end === object.size;
  return { ...range, isPartial: true, ...(isWhole ? checksumOf(object) : {}) };
}

function selectPart(object: ObjectVersion, number: number): Selection {
  const parts = object.parts ?? [{ size: object.size }];
  const part = parts[number - 1];
  if (!part) {
    throw new AwsError('InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      status: 416,
      fields: { ActualPartCount: String(parts.length), PartNumberRequested: String(number) },
    });
  }
  const start = parts.slice(0, number - 1).reduce((sum, { size }) => sum + size, 0);
  const counted = object.parts ? { partsCount: object.parts.length } : {};
  const checksum = object.parts ? {} : checksumOf(object);
  return { start, end: start + part.size, isPartial: object.size > 0, ...counted, ...checksum };
}

/** Positions of a `Range` header; undefined for one that is ignored, as several ranges or other units are. */
export function parseRange(header: string, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (first !== '' && last !== '' && Number(last) < start) return undefined;
  if (start >= size) {
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', {
      status: 416,
      fields: { RangeRequested: header, ActualObjectSize: String(size) },
    });
  }
  return { start, end };
}

function partsPage(object: ObjectVersion, marker: number, maxParts: number) {
  const all = (object.parts ?? []).map((part, i) => ({
    PartNumber: i + 1,
    Size: part.size,
    ...(object.checksum && part.checksum !== undefined
      ? { [`Checksum${object.checksum.algorithm}`]: part.checksum }
      : {}),
  }));
  const page = all.slice(marker, marker + maxParts);
  const isTruncated = marker + page.length < all.length;
  return {
    TotalPartsCount: all.length,
    PartNumberMarker: String(marker),
    MaxParts: maxParts,
    IsTruncated: isTruncated,
    ...(isTruncated ? { NextPartNumberMarker: String(marker + page.length) } : {}),
    Parts: page,
  };
}

function checksumOf(object: ObjectVersion): Pick<Selection, 'checksum'> {
  return object.checksum ? { checksum: object.checksum } : {};
}

function storageClassOf(object: ObjectVersion) {
  return (object.storageClass ?? 'STANDARD') as NonNullable<HeadObjectCommandOutput['StorageClass']>;
}
