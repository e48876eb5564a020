/** Parts of multipart uploads: upload, copy, list; and the uploads under way. */
import type {
  ListMultipartUploadsCommandInput,
  ListMultipartUploadsCommandOutput,
  ListPartsCommandInput,
  ListPartsCommandOutput,
  UploadPartCommandInput,
  UploadPartCommandOutput,
  UploadPartCopyCommandInput,
  UploadPartCopyCommandOutput,
} from '@aws-sdk/client-s3';
import { AwsError } from '../core/errors.ts';
import type { Call } from '../core/service.ts';
import { OWNER_ID } from './buckets.ts';
import { checksumMembers } from './checksums.ts';
import { readCopySource } from './copy-object.ts';
import { authorizeKey, encryptionHeaders } from './encryption.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { pageLimit } from './list-objects.ts';
import { nameEncoder } from './listing.ts';
import { keepOrDiscard, MAX_PUT_BYTES, receiveBody } from './put-object.ts';
import type { Answer, S3State } from './state.ts';
import { slice } from './storage/blob-store.ts';
import { type Checksum, createDigests } from './storage/digests.ts';
import { compareKeys } from './storage/key-order.ts';
import type { UploadRecord } from './storage/records.ts';

const MAX_PART_NUMBER = 10_000;
/** 48 random bytes in base64url. */
const UPLOAD_ID = /^[\w-]{64}$/;

export async function uploadPart(
  state: S3State,
  input: UploadPartCommandInput,
  call: Call,
): Promise<Answer<UploadPartCommandOutput>> {
  const { name } = state.bucket(input.Bucket);
  const number = checkPartNumber(input.PartNumber);
  const upload = await openUpload(state, name, input, call);
  const algorithm = upload.checksum?.algorithm;
  // an upload without an algorithm keeps CRC64NVME of every part, whatever the client checked the transfer with
  const received = await receiveBody(state, input, call, algorithm, algorithm ? undefined : 'CRC64NVME');
  const part = keepOrDiscard(state, received.segment, () => {
    if (algorithm !== undefined && received.checksum.algorithm !== algorithm) {
      throw invalidRequest(
        `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${received.checksum.algorithm.toLowerCase()}`,
      );
    }
    // the upload may have ended while the body came
    state.upload(name, input.Key, input.UploadId);
    return {
      uploadId: upload.id,
      number,
      size: received.segment.size,
      segments: [received.segment],
      etag: received.md5.toString('hex'),
      checksum: received.otherChecksum ?? received.checksum,
      modifiedMs: call.now.getTime(),
    };
  });
  state.addPart(part);
  return {
    ETag: `"${part.etag}"`,
    ...partChecksum(received.checksumChosenByClient ? received : part),
    ...encryptionHeaders(upload.properties.encryption),
  };
}

export async function uploadPartCopy(
  state: S3State,
  input: UploadPartCopyCommandInput,
  call: Call,
): Promise<Answer<UploadPartCopyCommandOutput>> {
  const { name } = state.bucket(input.Bucket);
  const number = checkPartNumber(input.PartNumber);
  const upload = await openUpload(state, name, input, call);
  const source = await readCopySource(state, input, call);
  const { size } = source.object;
  const { start, end } =
    input.CopySourceRange === undefined ? { start: 0, end: size } : copyRange(input, size);
  if (end - start > MAX_PUT_BYTES) {
    throw invalidRequest(
      'The specified copy source is larger than the maximum allowable size for a copy source',
    );
  }
  const segments = slice(source.object.segments, start, end);
  const digests = createDigests(upload.checksum?.algorithm ?? 'CRC64NVME');
  state.blobs.retain(segments);
  try {
    const body = state.blobs.read(segments, 0, end - start);
    if (body instanceof Uint8Array) digests.update(body);
    else for await (const chunk of body) digests.update(chunk as Uint8Array);
    const { md5, checksum } = digests.finish();
    state.upload(name, input.Key, input.UploadId);
    const modifiedMs = call.now.getTime();
    const etag = md5.toString('hex');
    const part = { uploadId: upload.id, number, size: end - start, segments, etag, checksum, modifiedMs };
    state.addPart(part);
    return {
      CopyPartResult: { ETag: `"${etag}"`, LastModified: new Date(modifiedMs), ...partChecksum(part) },
      ...(source.bucket.versioning === undefined ? {} : { CopySourceVersionId: source.object.id }),
      ...encryptionHeaders(upload.properties.encryption),
    };
  } finally {
    state.blobs.release(segments);
  }
}

export function listParts(state: S3State, input: ListPartsCommandInput): Answer<ListPartsCommandOutput> {
  const { name } = state.bucket(input.Bucket);
  const upload = state.upload(name, input.Key, input.UploadId);
  const marker = Number(input.PartNumberMarker ?? 0);
  const limit = pageLimit(input.MaxParts);
  const parts = [...state.partsOf(upload.id).values()]
    .filter(({ number }) => number > marker)
    .sort((a, b) => a.number - b.number);
  const page = parts.slice(0, limit);
  const isTruncated = page.length < parts.length;
  return {
    Bucket: name,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: String(marker),
    MaxParts: limit,
    IsTruncated: isTruncated,
    ...(isTruncated && page.length > 0 ? { NextPartNumberMarker: String(page.at(-1)!.number) } : {}),
    ...(upload.checksum
      ? { ChecksumAlgorithm: upload.checksum.algorithm, ChecksumType: upload.checksum.type }
      : {}),
    Initiator: { ID: upload.initiatorArn },
    Owner: { ID: OWNER_ID },
    StorageClass: storageClassOf(upload),
    ...(page.length > 0
      ? {
          Parts: page.map((part) => ({
            PartNumber: part.number,
            LastModified: new Date(part.modifiedMs),
            ETag: `"${part.etag}"`,
            Size: part.size,
            ...partChecksum(part),
          })),
        }
      : {}),
  };
}

export function listMultipartUploads(
  state: S3State,
  input: ListMultipartUploadsCommandInput,
): Answer<ListMultipartUploadsCommandOutput> {
  const { name } = state.bucket(input.Bucket);
  const encode = nameEncoder(input.EncodingType);
  const prefix = input.Prefix ?? '';
  const { KeyMarker: keyMarker, UploadIdMarker: idMarker } = input;
  if (idMarker !== undefined && !UPLOAD_ID.test(idMarker)) {
    throw invalidArgument('Invalid uploadId marker', 'upload-id-marker', idMarker);
  }
  const uploads = state
    .uploadsOf(name)
    .filter(({ key }) => key.startsWith(prefix))
    .filter(({ key, id }) => {
      if (keyMarker === undefined) return true;
      const order = compareKeys(key, keyMarker);
      return order > 0 || (order === 0 && idMarker !== undefined && id > idMarker);
    })
    .sort((a, b) => compareKeys(a.key, b.key) || a.initiatedMs - b.initiatedMs || compareKeys(a.id, b.id));
  const limit = pageLimit(input.MaxUploads);
  const page = cutUploads(uploads, prefix, input.Delimiter, limit);
  const last = page.items.at(-1);
  return {
    Bucket: name,
    KeyMarker: encode(keyMarker ?? ''),
    UploadIdMarker: idMarker ?? '',
    Prefix: encode(prefix),
    MaxUploads: limit,
    IsTruncated: page.isTruncated,
    ...(input.Delimiter === undefined ? {} : { Delimiter: encode(input.Delimiter) }),
    ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
    ...(page.isTruncated && last ? { NextKeyMarker: encode(last.key), NextUploadIdMarker: last.id } : {}),
    ...(page.commonPrefixes.length > 0
      ? { CommonPrefixes: page.commonPrefixes.map((each) => ({ Prefix: encode(each) })) }
      : {}),
    ...(page.items.length > 0
      ? {
          Uploads: page.items.map((upload) => ({
            Key: encode(upload.key),
            UploadId: upload.id,
            Initiated: new Date(upload.initiatedMs),
            StorageClass: storageClassOf(upload),
            Initiator: { ID: upload.initiatorArn },
            Owner: { ID: OWNER_ID },
          })),
        }
      : {}),
  };
}

/** One page of sorted uploads; unlike keys of objects, keys of uploads repeat. */
function cutUploads(
  uploads: readonly UploadRecord[],
  prefix: string,
  delimiter: string | undefined,
  limit: number,
): { items: UploadRecord[]; commonPrefixes: string[]; isTruncated: boolean } {
  const items: UploadRecord[] = [];
  const commonPrefixes: string[] = [];
  for (const upload of uploads) {
    const at = delimiter ? upload.key.indexOf(delimiter, prefix.length) : -1;
    const common = delimiter && at >= 0 ? upload.key.slice(0, at + delimiter.length) : undefined;
    if (common !== undefined && common === commonPrefixes.at(-1)) continue;
    if (items.length + commonPrefixes.length >= limit)
      return { items, commonPrefixes, isTruncated: limit > 0 };
    if (common === undefined) items.push(upload);
    else commonPrefixes.push(common);
  }
  return { items, commonPrefixes, isTruncated: false };
}

/** The upload that a part is for, after checking that the caller may use its key. */
async function openUpload(
  state: S3State,
  bucket: string,
  input: { readonly Key?: string | undefined; readonly UploadId?: string | undefined },
  call: Call,
): Promise<UploadRecord> {
  const upload = state.upload(bucket, input.Key, input.UploadId);
  const { encryption } = upload.properties;
  await authorizeKey(state, 'kms:Decrypt', { bucket, key: upload.key, encryption }, call);
  return upload;
}

function copyRange(input: UploadPartCopyCommandInput, size: number): { start: number; end: number } {
  const header = input.CopySourceRange ?? '';
  const match = /^bytes=(\d+)-(\d+)$/.exec(header);
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || first > last) {
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      'x-amz-copy-source-range',
      header,
    );
  }
  if (first >= size) throw invalidRequest('The specified copy range is invalid for the source object size');
  if (last >= size) {
    throw invalidArgument(
      `Range specified is not valid for source object of size: ${size}`,
      'x-amz-copy-source-range',
      header,
    );
  }
  return { start: first, end: last + 1 };
}

function checkPartNumber(number: number | undefined): number {
  if (number !== undefined && Number.isInteger(number) && number >= 1 && number <= MAX_PART_NUMBER)
    return number;
  throw new AwsError('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', {
    fields: { ArgumentName: 'partNumber', ArgumentValue: String(number) },
  });
}

function partChecksum(part: { readonly checksum: Checksum }) {
  const { ChecksumType: _type, ...members } = checksumMembers(part.checksum);
  return members;
}

function storageClassOf(upload: UploadRecord) {
  return (upload.properties.storageClass ?? 'STANDARD') as NonNullable<
    ListPartsCommandOutput['StorageClass']
  >;
}
