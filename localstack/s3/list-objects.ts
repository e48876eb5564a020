/** ListObjectsV2 and ListObjects. */
import type {
  _Object as ListedObject,
  ListObjectsCommandInput,
  ListObjectsCommandOutput,
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { OWNER_ID } from './buckets.ts';
import { invalidArgument } from './errors.ts';
import { cutPage, nameEncoder, type Page } from './listing.ts';
import type { Answer, S3State } from './state.ts';
import type { ObjectVersion } from './storage/records.ts';

export const MAX_PAGE = 1000;

export function listObjectsV2(
  state: S3State,
  input: ListObjectsV2CommandInput,
): Answer<ListObjectsV2CommandOutput> {
  const encode = nameEncoder(input.EncodingType);
  const token = input.ContinuationToken === undefined ? undefined : decodeToken(input.ContinuationToken);
  // a token goes on where the page ended; a start is any key, also one inside a common prefix
  const page = readPage(state, input, token, token ?? input.StartAfter);
  return {
    ...common(input, page, encode),
    ...(page.items.length > 0
      ? { Contents: page.items.map((object) => listed(object, encode, input.FetchOwner === true)) }
      : {}),
    KeyCount: page.items.length + page.commonPrefixes.length,
    ...(input.StartAfter === undefined ? {} : { StartAfter: encode(input.StartAfter) }),
    ...(input.ContinuationToken === undefined ? {} : { ContinuationToken: input.ContinuationToken }),
    ...(page.isTruncated && page.last !== undefined ? { NextContinuationToken: encodeToken(page.last) } : {}),
  };
}

export function listObjects(
  state: S3State,
  input: ListObjectsCommandInput,
): Answer<ListObjectsCommandOutput> {
  const encode = nameEncoder(input.EncodingType);
  const page = readPage(state, input, input.Marker, input.Marker);
  return {
    ...common(input, page, encode),
    Marker: encode(input.Marker ?? ''),
    ...(page.items.length > 0 ? { Contents: page.items.map((object) => listed(object, encode, true)) } : {}),
    // without a delimiter, clients take the last key
    ...(page.isTruncated && input.Delimiter && page.last !== undefined
      ? { NextMarker: encode(page.last) }
      : {}),
  };
}

interface ListInput {
  readonly Bucket?: string | undefined;
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
  readonly EncodingType?: 'url' | undefined;
}

/** Entries allowed on a page. @throws AwsError InvalidArgument */
export function pageLimit(maximum: number | undefined): number {
  if (maximum === undefined) return MAX_PAGE;
  if (!Number.isInteger(maximum) || maximum < 0) {
    throw invalidArgument(
      'Provided max-keys not an integer or within integer range',
      'max-keys',
      String(maximum),
    );
  }
  return Math.min(maximum, MAX_PAGE);
}

/** `skipAfter` may be a common prefix, whose keys are then passed over. */
function readPage(
  state: S3State,
  input: ListInput,
  skipAfter: string | undefined,
  after: string | undefined,
): Page<ObjectVersion> {
  const index = state.index(state.bucket(input.Bucket).name);
  const prefix = input.Prefix ?? '';
  const range = { prefix, ...(after === undefined ? {} : { after }) };
  const request = {
    prefix,
    delimiter: input.Delimiter,
    after: skipAfter,
    limit: pageLimit(input.MaxKeys),
  };
  return cutPage(index.walk(range), request, (key) => {
    const current = index.current(key);
    return current && !current.deleteMarker ? [current] : [];
  });
}

function common(input: ListInput, page: Page<unknown>, encode: (name: string) => string) {
  return {
    Name: input.Bucket ?? '',
    Prefix: encode(input.Prefix ?? ''),
    MaxKeys: pageLimit(input.MaxKeys),
    IsTruncated: page.isTruncated,
    ...(input.Delimiter === undefined ? {} : { Delimiter: encode(input.Delimiter) }),
    ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
    ...(page.commonPrefixes.length > 0
      ? { CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })) }
      : {}),
  };
}

function listed(object: ObjectVersion, encode: (name: string) => string, withOwner: boolean): ListedObject {
  return {
    Key: encode(object.key),
    LastModified: new Date(object.modifiedMs),
    ETag: `"${object.etag}"`,
    Size: object.size,
    StorageClass: (object.storageClass ?? 'STANDARD') as NonNullable<ListedObject['StorageClass']>,
    ...(object.checksum
      ? { ChecksumAlgorithm: [object.checksum.algorithm], ChecksumType: object.checksum.type }
      : {}),
    ...(withOwner ? { Owner: { ID: OWNER_ID } } : {}),
  };
}

function encodeToken(last: string): string {
  return Buffer.from(last).toString('base64url');
}

function decodeToken(token: string): string {
  const last = Buffer.from(token, 'base64url').toString();
  if (last === '' || encodeToken(last) !== token) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  }
  return last;
}
