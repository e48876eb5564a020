/** Everything the S3 service keeps. */
import { join } from 'node:path';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { noSuchBucket, noSuchUpload } from './errors.ts';
import { createKmsKeyLookup, type KmsKeyLookup } from './kms-keys.ts';
import { BlobStore } from './storage/blob-store.ts';
import { BucketIndex } from './storage/bucket-index.ts';
import type { BucketRecord, PartRecord, UploadRecord, VersionRecord } from './storage/records.ts';

/** Sequence numbers per millisecond: room for this many changes, and below 2^53 until the year 2109. */
const SEQUENCES_PER_MS = 2048;

/** An operation's answer without what the client adds. */
export type Answer<T> = Omit<T, '$metadata'>;

export class S3State {
  readonly cloud: Cloud;
  readonly buckets: Collection<BucketRecord>;
  readonly blobs: BlobStore;
  readonly kmsKey: KmsKeyLookup;
  private readonly uploads: Collection<UploadRecord>;
  private readonly partRecords: Collection<PartRecord>;
  private readonly parts = new Map<string, Map<number, PartRecord>>();
  private readonly indexes = new Map<string, BucketIndex>();
  private sequence = 0;

  /** Loads what the data directory holds and deletes the files that nothing names. */
  constructor(cloud: Cloud) {
    this.cloud = cloud;
    this.kmsKey = createKmsKeyLookup(cloud);
    this.buckets = cloud.collection('s3', 'buckets');
    this.uploads = cloud.collection('s3', 'uploads');
    this.partRecords = cloud.collection('s3', 'parts');
    this.blobs = new BlobStore(join(cloud.directory('s3'), 'blobs'));
    for (const { name } of this.buckets.values()) {
      const index = this.openIndex(name);
      for (const record of index.all()) if (!record.deleteMarker) this.blobs.retain(record.segments);
    }
    for (const part of this.partRecords.values()) {
      this.blobs.retain(part.segments);
      this.partsOf(part.uploadId).set(part.number, part);
    }
    this.blobs.sweep();
  }

  /** @throws AwsError NoSuchBucket */
  bucket(name: string | undefined): BucketRecord {
    const record = this.buckets.get(name ?? '');
    if (!record) throw noSuchBucket(name ?? '');
    return record;
  }

  index(bucket: string): BucketIndex {
    return this.indexes.get(bucket) ?? this.openIndex(bucket);
  }

  /** Number of the next change; later changes have higher ones, also after a restart. */
  nextSequence(nowMs: number): number {
    this.sequence = Math.max(this.sequence + 1, nowMs * SEQUENCES_PER_MS);
    return this.sequence;
  }

  /** @throws AwsError NoSuchUpload */
  upload(bucket: string, key: string | undefined, uploadId: string | undefined): UploadRecord {
    const record = this.uploads.get(uploadId ?? '');
    if (!record || record.bucket !== bucket || record.key !== key) throw noSuchUpload(uploadId ?? '');
    return record;
  }

  uploadsOf(bucket: string): UploadRecord[] {
    return this.uploads.values().filter((upload) => upload.bucket === bucket);
  }

  addUpload(upload: UploadRecord): void {
    this.uploads.put(upload.id, upload);
  }

  /** Parts of an upload by number. */
  partsOf(uploadId: string): Map<number, PartRecord> {
    const parts = this.parts.get(uploadId) ?? new Map<number, PartRecord>();
    this.parts.set(uploadId, parts);
    return parts;
  }

  /** Adds a part, replacing one of the same number. */
  addPart(part: PartRecord): void {
    const parts = this.partsOf(part.uploadId);
    const replaced = parts.get(part.number);
    this.blobs.retain(part.segments);
    this.partRecords.put(`${part.uploadId}/${part.number}`, part);
    parts.set(part.number, part);
    if (replaced) this.blobs.release(replaced.segments);
  }

  /** Forgets an upload; files of its parts that no object names go too. */
  removeUpload(uploadId: string): void {
    const parts = this.partsOf(uploadId);
    this.uploads.delete(uploadId);
    for (const part of parts.values()) {
      this.partRecords.delete(`${uploadId}/${part.number}`);
      this.blobs.release(part.segments);
    }
    this.parts.delete(uploadId);
  }

  private openIndex(bucket: string): BucketIndex {
    const index = new BucketIndex(this.cloud.collection<VersionRecord>('s3', `objects-${bucket}`));
    this.indexes.set(bucket, index);
    this.sequence = Math.max(this.sequence, index.lastSequence);
    return index;
  }
}
