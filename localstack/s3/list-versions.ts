/** ListObjectVersions. */
import type {
  DeleteMarkerEntry,
  ObjectVersion as ListedVersion,
  ListObjectVersionsCommandInput,
  ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import { OWNER_ID } from './buckets.ts';
import { invalidArgument } from './errors.ts';
import { pageLimit } from './list-objects.ts';
import { nameEncoder } from './listing.ts';
import type { Answer, S3State } from './state.ts';
import type { BucketIndex } from './storage/bucket-index.ts';
import type { VersionRecord } from './storage/records.ts';

interface VersionsPage {
  readonly versions: VersionRecord[];
  readonly commonPrefixes: string[];
  /** Set when there is more. */
  readonly next?: { readonly key: string; readonly versionId?: string };
}

export function listObjectVersions(
  state: S3State,
  input: ListObjectVersionsCommandInput,
): Answer<ListObjectVersionsCommandOutput> {
  const index = state.index(state.bucket(input.Bucket).name);
  const encode = nameEncoder(input.EncodingType);
  if (input.VersionIdMarker !== undefined && input.KeyMarker === undefined) {
    throw invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      'version-id-marker',
      input.VersionIdMarker,
    );
  }
  const { versions, commonPrefixes, next } = readVersions(index, input);
  const entries = versions.map((record) => ({
    record,
    entry: {
      Key: encode(record.key),
      VersionId: record.id,
      IsLatest: index.current(record.key) === record,
      LastModified: new Date(record.modifiedMs),
      Owner: { ID: OWNER_ID },
    },
  }));
  const markers: DeleteMarkerEntry[] = entries
    .filter(({ record }) => record.deleteMarker)
    .map(({ entry }) => entry);
  const objects: ListedVersion[] = entries.flatMap(({ record, entry }) =>
    record.deleteMarker
      ? []
      : [{ ...entry, ETag: `"${record.etag}"`, Size: record.size, StorageClass: 'STANDARD' as const }],
  );
  return {
    Name: input.Bucket ?? '',
    Prefix: encode(input.Prefix ?? ''),
    KeyMarker: encode(input.KeyMarker ?? ''),
    VersionIdMarker: input.VersionIdMarker ?? '',
    MaxKeys: pageLimit(input.MaxKeys),
    IsTruncated: next !== undefined,
    ...(input.Delimiter === undefined ? {} : { Delimiter: encode(input.Delimiter) }),
    ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
    ...(next ? { NextKeyMarker: encode(next.key) } : {}),
    ...(next?.versionId === undefined ? {} : { NextVersionIdMarker: next.versionId }),
    ...(objects.length > 0 ? { Versions: objects } : {}),
    ...(markers.length > 0 ? { DeleteMarkers: markers } : {}),
    ...(commonPrefixes.length > 0
      ? { CommonPrefixes: commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })) }
      : {}),
  };
}

function readVersions(index: BucketIndex, input: ListObjectVersionsCommandInput): VersionsPage {
  const {
    Prefix: prefix = '',
    Delimiter: delimiter,
    KeyMarker: marker,
    VersionIdMarker: versionMarker,
  } = input;
  const limit = pageLimit(input.MaxKeys);
  const versions: VersionRecord[] = [];
  const commonPrefixes: string[] = [];
  let next: VersionsPage['next'];

  /** False when the page is full, with the place to go on from noted. */
  function take(records: readonly VersionRecord[]): boolean {
    for (const record of records) {
      if (versions.length + commonPrefixes.length >= limit) return false;
      versions.push(record);
      next = { key: record.key, versionId: record.id };
    }
    return true;
  }

  const page = { versions, commonPrefixes };
  if (limit === 0) return page;
  if (marker !== undefined && versionMarker !== undefined && marker.startsWith(prefix)) {
    const all = index.versionsOf(marker);
    const rest = all.slice(all.findIndex(({ id }) => id === versionMarker) + 1);
    if (!take(rest)) return { ...page, ...(next ? { next } : {}) };
  }
  const walk = index.walk({ prefix, ...(marker === undefined ? {} : { after: marker }) });
  if (delimiter && marker?.startsWith(prefix) && marker.endsWith(delimiter)) walk.skip(marker);
  for (let key = walk.next(); key !== undefined; key = walk.next()) {
    const at = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    if (delimiter && at >= 0) {
      if (versions.length + commonPrefixes.length >= limit) return { ...page, ...(next ? { next } : {}) };
      const common = key.slice(0, at + delimiter.length);
      commonPrefixes.push(common);
      walk.skip(common);
      next = { key: common };
    } else if (!take(index.versionsOf(key))) {
      return { ...page, ...(next ? { next } : {}) };
    }
  }
  return page;
}
